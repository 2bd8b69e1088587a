import type { Verdict } from './error-class.ts'

const EXTERNAL: Verdict = ['external', false]

/**
 * By number, as `@grpc/grpc-js` gives them.
 *
 * @see https://grpc.github.io/grpc/core/md_doc_statuscodes.html
 */
const CODES: Readonly<Record<number, Verdict>> = {
  1: ['cancelled', false],
  2: EXTERNAL,
  3: ['validation', false],
  4: ['timeout', true],
  5: ['not_found', false],
  6: ['conflict', false],
  7: ['permission', false],
  8: ['rate_limit', true],
  9: ['conflict', false],
  10: ['conflict', true],
  11: ['validation', false],
  12: ['validation', false],
  13: EXTERNAL,
  14: ['unavailable', true],
  15: EXTERNAL,
  16: ['permission', false],
}

/** Of an error that has `details` and `metadata` beside its number, which only those of gRPC have. */
export function verdictOfGrpc(error: object, code: number): Verdict | undefined {
  return 'details' in error && 'metadata' in error ? CODES[code] : undefined
}
