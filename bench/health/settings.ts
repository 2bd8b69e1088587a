/** The numbers of the measurement, each stated on the page that is made from it. */

/** Kept-alive connections of the load; each sends its next request when it has its answer. */
export const CONNECTIONS = 50
/** What each request keeps the event loop busy for: with all of them, a probe on the loop waits for a second. */
export const BUSY_MS = 20
export const SATURATED_MS = 10_000
/** How often is asked whether it lives, and whether it is ready. */
export const PROBE_EVERY_MS = 50
/** `timeoutSeconds` of a probe of Kubernetes, where nothing is said. */
export const PROBE_LIMIT_MS = 1000
/** Before anything is measured. */
export const WARM_UP_MS = 1000
export const ROUNDS = 2
/** How long a loop that never turns is watched, and what ours is told: after how long it is stuck. */
export const STUCK_MS = 6000
export const STUCK_AFTER_MS = 2000
/** Probes at a time, and how long the check takes that each of them may run. */
export const STORM = 1000
export const CHECK_MS = 50
/** Probes one after the other, where there is nothing else to do. */
export const CALM = 300
export const START_LIMIT_MS = 30_000
/** What a quick run does to the times above. */
export const QUICK_SCALE = 0.3
