/** The numbers of the measurement, each stated on the page that is made from it. */

/** Of processor time, for each request, without a break. */
export const WORK_MS = 4
/** What one thread can do at most, in requests a second, on any machine. */
export const CAPACITY = 1000 / WORK_MS
/** How many times of that comes. */
export const FACTOR = 2
export const OVERLOAD_MS = 10_000
/** Half of what it can do, before the overload and after it. */
export const BEFORE_MS = 2000
export const AFTER_MS = 3000
/** After that a client has given up: it closes its connection, and what is answered then is thrown away. */
export const PATIENCE_MS = 1000
/** Kept-alive connections, as a proxy has them, which stand before anything is measured. */
export const CONNECTIONS = 1000
/** Of each kind of probe; `periodSeconds: 1` of Kubernetes. */
export const PROBE_EVERY_MS = 1000
/** The limit on the delay of the event loop: that of the preset. The peer has it, too. */
export const MAX_DELAY_MS = 200
export const ROUNDS = 3
/** What a quick run does to the times above. */
export const QUICK_SCALE = 0.3
