import { SeaworthyError } from '../core/seaworthy-error.ts'

/**
 * The error of every decoder: `traces: resource_spans[0].scope_spans[0].spans[3].name: not valid UTF-8`. Its message
 * names places and sizes, never a value, because telemetry can hold anything.
 */
export function malformed(what: string, path: string, reason: string): SeaworthyError {
  const where = path === '' ? what : `${what}: ${path}`
  return new SeaworthyError('SEA_OTLP_MALFORMED', `${where}: ${reason}`, {
    hint: 'Correct the sender: what arrived is not the OTLP message that its address and content type promise.',
  })
}
