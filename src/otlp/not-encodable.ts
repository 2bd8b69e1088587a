import { SeaworthyError } from '../core/seaworthy-error.ts'

/** The error of every encoder. Names what the value is, never the value. */
export function notEncodable(reason: string): SeaworthyError {
  return new SeaworthyError('SEA_OTLP_NOT_ENCODABLE', `OTLP cannot hold this: ${reason}`, {
    hint: 'Correct the value before it is encoded.',
  })
}
