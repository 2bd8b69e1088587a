/** What kind of failure it was: decided by types and codes, never by what a message says. */
export type ErrorCategory =
  | 'timeout'
  | 'network'
  | 'refused'
  | 'dns'
  | 'tls'
  | 'rate_limit'
  | 'unavailable'
  | 'validation'
  | 'permission'
  | 'not_found'
  | 'conflict'
  | 'cancelled'
  | 'internal'
  | 'external'

/** What is known about a failure. */
export interface ErrorClass {
  /** `internal` is what nothing is known about: a mistake in our own code, as far as anybody can tell. */
  readonly category: ErrorCategory
  /**
   * Whether the same call may succeed a little later. It says nothing on whether it may be made again: that is for
   * whoever knows whether the call is idempotent.
   */
  readonly retryable: boolean
  /** How long the other side asks to wait before the next attempt, in milliseconds. */
  readonly retryAfterMs: number | undefined
  /** The code that decided, such as `ECONNREFUSED`, `40001` or `503`; `undefined` where it was a type. */
  readonly code: string | undefined
}

/** A line of a table of codes: the category, and whether the same call may succeed later. */
export type Verdict = readonly [category: ErrorCategory, retryable: boolean]

export function toErrorClass([category, retryable]: Verdict, code?: string, retryAfterMs?: number): ErrorClass {
  return { category, retryable, retryAfterMs, code }
}
