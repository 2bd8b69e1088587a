/** Why a trace was kept that was not sampled; the value of {@link REASON_ATTRIBUTE} on its first span. */
export type KeepReason = 'error' | 'slow' | 'asked'

/** A span with `true` here has its trace kept. */
export const KEEP_ATTRIBUTE = 'seaworthy.keep'
/** On the first span of a kept local tree: a {@link KeepReason}. */
export const REASON_ATTRIBUTE = 'seaworthy.sampling.reason'

const SERVER_ERROR = 500

/**
 * Whether a request that was not sampled is worth a span, now that it is over: with it, an instrumentation that has
 * recorded nothing decides whether to build one after all. Says nothing of how many are kept in a second: for that, ask
 * `KeepBuffer.admit`.
 *
 * @param keepsErrors whether the plan keeps errors
 * @param statusCode of the answer; 0 for none
 * @param slowerThanMs limit of the rule; see `SamplingVerdict.keepSlowerThanMs`
 */
export function isWorthKeeping(
  keepsErrors: boolean,
  statusCode: number,
  errorType: string | undefined,
  durationMs: number,
  slowerThanMs: number,
): KeepReason | undefined {
  if (keepsErrors && (errorType !== undefined || statusCode >= SERVER_ERROR)) return 'error'
  return durationMs > slowerThanMs ? 'slow' : undefined
}

/** What of a finished span tells whether its trace is worth keeping. */
export interface FinishedSpan {
  /** `SpanStatusCode`: 2 is an error. */
  readonly statusCode: number
  /** Whether an event named `exception` was added. */
  readonly hasException: boolean
  attribute(key: string): unknown
}

const STATUS_ERROR = 2

/** Whether a span says that something failed. */
export function isFailed(span: FinishedSpan): boolean {
  if (span.statusCode === STATUS_ERROR || span.hasException) return true
  if (span.attribute('error.type') !== undefined) return true
  const status = span.attribute('http.response.status_code')
  return typeof status === 'number' && status >= SERVER_ERROR
}
