/** The numbers of the comparison, each stated on the page that is made from it. */

/** Kept-alive connections of the load, each with one request at a time. */
export const CONNECTIONS = 50
/** Load on one variant before the next one has its turn. */
export const SLICE_MS = 1000
/** Load before each slice that is not measured. */
export const LEAD_IN_MS = 300
/** What is still sent after a slice counts as part of it, up to here. */
export const SETTLE_MS = 250
/** Load on each variant that is not measured: it compiles, and fills what is filled once. */
export const WARM_UP_MS = 3000
/**
 * Up to here all variants are alive at once; of more, a base and two at a time. Who waits longer pays for it when its turn
 * comes: V8 shrinks the heap of an idle process, and some machines take back memory that was not used for a minute (DAMON's
 * `pageout`). On one of them, services that had waited 90 s took 14 to 19 µs for what takes them 11.5, for seconds; bare
 * `node:http` did not change.
 */
export const FEW_VARIANTS = 10
/** Rounds of a full run on our Node, and on the newest. */
export const ROUNDS = 7
export const OTHER_NODE_ROUNDS = 5
/** Requests a second while pauses of the event loop are watched: far below what any variant can do on a quiet machine. */
export const STEADY_PER_S = 1500
export const STEADY_MS = 3000
export const STEADY_ROUNDS = 2
/** Starts of each variant. */
export const STARTS = 7
/** Requests of one measurement without a kernel, and how many there are. */
export const IN_PROCESS_REQUESTS = 20_000
export const IN_PROCESS_ROUNDS = 9
/** Spans a second, and for how long, where spans are made by themselves. */
export const SPANS_PER_S = 10_000
export const SPANS_MS = 3000
export const SPANS_ROUNDS = 2
/** A full run begins no further round after this time, on our Node and on the newest: with its last parts, it ends in 25 minutes. */
export const BUDGET_MS = 18 * 60_000
export const OTHER_NODE_BUDGET_MS = 23 * 60_000
/** A quick one; with its last round it ends within a minute. */
export const QUICK_BUDGET_MS = 40_000
export const QUICK_ROUNDS = 7
export const QUICK_SLICE_MS = 500
/** How long a service may take to begin. */
export const START_LIMIT_MS = 60_000
/** How long anything that was asked may take. */
export const REPLY_LIMIT_MS = 60_000
/** How often metrics are exported, in milliseconds. */
export const METRIC_INTERVAL_MS = 10_000
