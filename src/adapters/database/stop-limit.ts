/** What a resource is told of its stop. */
export interface StopContext {
  /** Aborted when its time is over. */
  readonly signal: AbortSignal
  /** Its time in milliseconds. @default not known */
  readonly limitMs?: number
}

/** Of the time of a stop, what is kept for closing what was cut, and how much that is at most. */
const KEPT_SHARE = 0.1
const KEPT_MS = 500

/** How much of the time of a stop there is for waiting. */
export function leftMs(limitMs: number): number {
  return limitMs - Math.min(KEPT_MS, limitMs * KEPT_SHARE)
}

/**
 * How long a stop may wait for answers: until a little before its time is over, so that it ends by itself.
 *
 * @param atMostMs where less will do
 */
export function stopLimit({ signal, limitMs }: StopContext, atMostMs = Infinity): AbortSignal {
  const ms = Math.min(atMostMs, limitMs === undefined ? Infinity : leftMs(limitMs))
  return ms === Infinity ? signal : AbortSignal.any([signal, AbortSignal.timeout(Math.max(0, Math.round(ms)))])
}
