/** The numbers of the comparison, each stated on the page that is made from it. */

/** Our drain delay, and that of every peer that can wait: short, so that a run is. The default of ours is 5 s. */
export const DRAIN_DELAY_MS = 1000
/**
 * For how long after SIGTERM clients go on as if nothing had happened: what a load balancer does that has not heard yet.
 * In Kubernetes it is 1 to 30 s; what matters here is that it is shorter than the delay.
 */
export const ENDPOINT_LAG_MS = 500
/** Clients with always something to do, and what a request of theirs costs the service: as in the first measurements. */
export const BUSY_CLIENTS = 8
export const WORK_MS = 15
/** How long clients have worked when SIGTERM comes. */
export const LOAD_BEFORE_MS = 500
/** New connections, a second. */
export const NEW_PER_SECOND = 100
/** Slow requests in flight at SIGTERM, and how long each takes. */
export const SLOW_REQUESTS = 20
export const SLOW_MIN_MS = 1000
export const SLOW_MAX_MS = 2000
/** Idle connections at SIGTERM. */
export const IDLE_CONNECTIONS = 20
/** Over how long after SIGTERM idle connections are used again: past every delay and the close behind it. */
export const LATE_USE_MS = 2000
/** Streams of server-sent events, and WebSockets, open at SIGTERM. */
export const LONG_LIVED = 20
/** When clients that the service never turns away give up, from SIGTERM. */
export const PATIENCE_MS = 3000
/** When a request counts as unanswered. */
export const REQUEST_TIMEOUT_MS = 8000
/** When SIGKILL follows SIGTERM. */
export const STOP_LIMIT_MS = 12_000
/** How long a service may take to listen. */
export const START_LIMIT_MS = 30_000
/**
 * A run in which the clients stood still that long after SIGTERM is done again: less than the 250 ms for which ours leave a
 * new connection open that says nothing once the port is closed.
 */
export const STANDSTILL_LIMIT_MS = 200
/** Added to each direction, besides none. */
export const WIRE_DELAY_MS = 25
/** How often a run whose precondition did not hold is done again. */
export const MAX_ATTEMPTS = 3
