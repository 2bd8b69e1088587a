const FIRST_MS = 1000
const LONGEST_MS = 30_000
/** A pause of nothing would be a burst: a collector that is starting gets at most four requests a second of a process. */
export const SHORTEST_PAUSE_MS = 250
const LONGEST_ASKED_FOR_MS = 300_000
const FIRST_IN_FLUSH_MS = 100
const LONGEST_IN_FLUSH_MS = 1000
const SHORTEST_IN_FLUSH_MS = 50

/**
 * Time until the next attempt: anything from 250 ms to 1 s, the upper end doubled with each failure in a row up to 30 s.
 * The whole range is random (full jitter), so that the instances of a service do not return all at once. A time that
 * the collector asked for counts instead, up to five minutes.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-throttling
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function retryDelayMs(failures: number, askedForMs: number | undefined, random: () => number): number {
  if (askedForMs !== undefined && askedForMs > 0) return Math.min(askedForMs, LONGEST_ASKED_FOR_MS)
  return jittered(SHORTEST_PAUSE_MS, Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10)), random)
}

/** The same within a flush, where seconds decide: 50 ms to 1 s. */
export function flushRetryDelayMs(failures: number, random: () => number): number {
  const longestMs = Math.min(LONGEST_IN_FLUSH_MS, FIRST_IN_FLUSH_MS * 2 ** Math.min(failures - 1, 10))
  return jittered(SHORTEST_IN_FLUSH_MS, longestMs, random)
}

function jittered(shortestMs: number, longestMs: number, random: () => number): number {
  return shortestMs + (longestMs - shortestMs) * random()
}
