/** Shares of the in-flight slice: what runs is asked to end at the first, and cut off at the second. */
const SOFT_SHARE = 0.8
const HARD_SHARE = 0.95

/** What cutting off and counting may take: turns of the event loop, on a machine that is busy. */
const COUNTING_MS = 50

/** When what runs is asked to end and when it is cut off, in milliseconds from the beginning of a slice of `sliceMs`. */
export function inFlightLimits(sliceMs: number): { readonly softMs: number; readonly hardMs: number } {
  const hardMs = Math.max(sliceMs / 2, Math.min(sliceMs * HARD_SHARE, sliceMs - COUNTING_MS))
  return { softMs: Math.min(sliceMs * SOFT_SHARE, hardMs), hardMs }
}
