/** The numbers of the comparison, each stated on the page that is made from it. */

/** Spans a second, where a scenario doesn't say otherwise. */
export const RATE_PER_S = 1000
/** How long the collector is healthy before its fault, and how long the work goes on when nothing happens to it. */
export const HEALTHY_MS = 1500
/** What a SIGKILL may cost: the spans of the last moments before it. */
export const KILL_WINDOW_MS = 200
/** How often a generator says how many spans there are: as much can be unsaid at a SIGKILL. */
export const SAID_EVERY_MS = 20
/** How long a service may take to begin. */
export const START_LIMIT_MS = 20_000
/** When SIGKILL follows SIGTERM. */
export const STOP_LIMIT_MS = 30_000
/** How long the collector is still away when the next process has begun, where the service ends in an outage. */
export const OUTAGE_AFTER_RESTART_MS = 1000
/** How long the next process may take to deliver what the first one left behind. */
export const REPLAY_LIMIT_MS = 8000
/** What the file system holds whose disk is full. */
export const FULL_DISK_KIB = 256
/** A shutdown of ours may take this long: its flush slice by default, and what comes before. */
export const SHUTDOWN_LIMIT_MS = 5500
/** What was under way when a fault began may arrive for so long. */
export const FAULT_GRACE_MS = 500
/** A service that created less than this of what was due did not work until its end. */
export const LEAST_CREATED_RATIO = 0.8
/** Spans of its own start and end that a service of ours makes: in its account, and in no other column. */
export const OWN_SPANS = 3
