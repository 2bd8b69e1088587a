/** The numbers of the measurement, each stated on the page that is made from it. */

/** Spans a second of ten attributes each, where a moment has spans. */
export const SPANS_PER_S = 10_000
/** Series of the metrics, half of them counters and half histograms. */
export const SERIES = 2000
/** How often metrics are collected and sent, and how often they are scraped. */
export const COLLECT_EVERY_MS = 1000
export const SCRAPE_EVERY_MS = 250
/** Work that each turn of the loop does in any case: so the loop is never idle. */
export const TURN_US = 50
/** What an earlier process left on disk, at least. */
export const ADOPTED_BYTES = 64 * 1024 * 1024
/** Compilation, and the first connection. Nothing is left out where an earlier process's spans are adopted. */
export const WARM_UP_MS = 2000
export const ROUNDS = 2
/** What a quick run does to all times. */
export const QUICK_SCALE = 0.6
/** Longer turns of the loop than these are counted, in milliseconds. */
export const LIMITS_MS = [1, 2, 5, 10] as const
/** How long filling the disk may take. */
export const FILL_LIMIT_MS = 60_000
/** How long the first delivery after an outage may take: more than the longest pause between two attempts. */
export const RETURN_LIMIT_MS = 40_000
