const FIRST_MS = 1000
const LONGEST_MS = 30_000
const LONGEST_ASKED_FOR_MS = 300_000
const FIRST_IN_FLUSH_MS = 100
const LONGEST_IN_FLUSH_MS = 1000

/**
 * Time until the next attempt: 1 s, doubled with each failure in a row up to 30 s, of which a random half is taken off
 * so that the instances of a service do not return all at once. A time that the collector asked for counts instead, up
 * to five minutes.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-throttling
 */
export function retryDelayMs(failures: number, askedForMs: number | undefined, random: () => number): number {
  if (askedForMs !== undefined && askedForMs > 0) return Math.min(askedForMs, LONGEST_ASKED_FOR_MS)
  return jittered(Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10)), random)
}

/** The same within a flush, where seconds decide: 100 ms to 1 s, whatever the collector asked for. */
export function flushRetryDelayMs(failures: number, random: () => number): number {
  return jittered(Math.min(LONGEST_IN_FLUSH_MS, FIRST_IN_FLUSH_MS * 2 ** Math.min(failures - 1, 10)), random)
}

function jittered(delayMs: number, random: () => number): number {
  return delayMs * (0.5 + random() / 2)
}
