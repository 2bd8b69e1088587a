import type { ServerDrainOptions } from './server-drain.ts'

export interface HttpDrainOptions extends ServerDrainOptions {
  /**
   * How long a connection may stay idle once the listener is closed, in milliseconds. A first request on a fresh
   * connection, or the next one on a kept-alive connection, that was already on its way is answered in this time.
   *
   * @default 250, more than a round trip around the Earth, and little in a shutdown of 25 s
   */
  readonly lateRequestGraceMs?: number
  /**
   * How long to wait for the client's end of a connection after ours, in milliseconds: the only sign that it has
   * received all of the last answer.
   *
   * @default 1000, because clients close as soon as they see our close, and one that doesn't must not hold a shutdown
   */
  readonly lingerMs?: number
  /**
   * How long nobody may have connected before the listener closes, in milliseconds. Requests are held back meanwhile, at
   * most {@link MAX_QUIET_WAIT_MS}.
   *
   * @default 50, a round trip across a continent: shorter ones are those between a service and its clients
   */
  readonly quietMs?: number
  /** Closes the listener and no connection. @default the server's `close()`, without the end of idle connections */
  readonly closeListenerOnly?: () => void
}

export const DEFAULT_LATE_REQUEST_GRACE_MS = 250
export const DEFAULT_LINGER_MS = 1000
export const DEFAULT_QUIET_MS = 50
/** Where somebody connects all the time there is no quiet to wait for, and who is held back must not wait long. */
export const MAX_QUIET_WAIT_MS = 250
