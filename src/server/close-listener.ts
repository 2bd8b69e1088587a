import type { Server as HttpServer } from 'node:http'
import { createServer } from '../core/node-http.ts'
import type { Server } from 'node:net'

import type { Clock } from '../core/clock.ts'
import { AcceptQueuePlug } from './accept-queue-plug.ts'

/**
 * Bounds on emptying the accept queue. Node accepts one connection per turn of its event loop (measured on
 * 22, 24 and 26), and the queue is at most `backlog` long, 511 by default.
 */
const MAX_TURNS = 2048
const MAX_ACCEPT_MS = 500
/** However late it is: while a process stood still its queue has filled, and a plug that did not hold is in there. */
const MIN_TURNS = 256
/** Two, because the first may have begun in the middle of the phase that accepts. */
const QUIET_TURNS = 2
/** How often somebody may have come in the instant of the close before it closes all the same. */
const MAX_PLUGS = 16

/**
 * Stops listening without resetting anyone who is already connected.
 *
 * Two things are done differently from `server.close()`. First, connections that the kernel has accepted and Node has
 * not are taken in: closing the listener would reset every one of them (measured: 200 of 200), and where it can be done
 * nobody gets in between, see {@link AcceptQueuePlug}. Second, idle keep-alive connections stay: Node destroys them in
 * the same call, and with them a request that is on its way.
 *
 * @param limitMs how long taking them in may last, at most 500
 * @param close ends the listener and nothing else
 * @returns how many connections were taken in at the last moment
 */
export async function closeListener(
  server: Server,
  clock: Clock,
  limitMs: number,
  close: () => void = () => closeSparingIdle(server),
): Promise<number> {
  if (!server.listening) return 0
  const untilMs = clock.now() + Math.min(limitMs, MAX_ACCEPT_MS)
  const queue = new AcceptQueue(server, () => clock.now() < untilMs)
  const closeIfOpen = (): void => {
    if (server.listening) close()
  }
  // Where the queue can't be plugged, who connects between the last look and the close is reset. The first `close()` of a
  // process takes three times as long as the second (0.25 ms and 0.08 ms, measured), so one is made for nothing.
  closeSparingIdle(createServer())
  try {
    if (limitMs <= 0) closeIfOpen()
    else if (!(await closeWhileNobodyComes(queue, server, closeIfOpen))) {
      await queue.empty()
      closeIfOpen()
    }
  } finally {
    queue.end()
  }
  return queue.accepted
}

/** Whether it was closed so that nobody was in the queue; it can't be where it can't be plugged, or is never empty. */
async function closeWhileNobodyComes(queue: AcceptQueue, server: Server, close: () => void): Promise<boolean> {
  const plug = AcceptQueuePlug.of(server)
  for (let plugs = 0; plug !== undefined && plugs < MAX_PLUGS && (plugs === 0 || queue.hasTime); plugs++) {
    await queue.empty()
    if (!server.listening || (await plug.closePlugged(close, queue.countOurs))) return true
  }
  return false
}

/** `close()` of an HTTP server without the end of its idle connections; of any other server, `close()`. */
export function closeSparingIdle(server: Server & Partial<Pick<HttpServer, 'closeIdleConnections'>>): void {
  // The call inside `close()` goes through the server object, so for its duration it finds this instead.
  const wasOwn = Object.getOwnPropertyDescriptor(server, 'closeIdleConnections')
  server.closeIdleConnections = () => {}
  try {
    server.close()
  } finally {
    Reflect.deleteProperty(server, 'closeIdleConnections')
    if (wasOwn !== undefined) Object.defineProperty(server, 'closeIdleConnections', wasOwn)
  }
}

/** The connections that wait in a listener to be accepted. */
class AcceptQueue {
  readonly #server: Server
  readonly #hasTime: () => boolean
  #turns = 0
  #accepted = 0
  #left = 0

  constructor(server: Server, hasTime: () => boolean) {
    this.#server = server
    this.#hasTime = hasTime
    server.on('connection', this.#count).on('drop', this.#count)
  }

  get hasTime(): boolean {
    return this.#turns < MAX_TURNS && this.#hasTime()
  }

  /** Some left the queue that nobody is to know of: as long as they do, others may be behind them. */
  readonly countOurs = (): void => void this.#left++

  /** Turns the event loop until whole turns bring nobody. Resolves right after the phase that accepts. */
  async empty(): Promise<void> {
    const atLeast = this.#turns + MIN_TURNS
    for (let quiet = 0; quiet < QUIET_TURNS && (this.#turns < atLeast || this.hasTime); this.#turns++) {
      const before = this.#left
      await new Promise((resolve) => setImmediate(resolve))
      quiet = this.#left === before ? quiet + 1 : 0
    }
  }

  /** How many were accepted. */
  get accepted(): number {
    return this.#accepted
  }

  end(): void {
    this.#server.off('connection', this.#count).off('drop', this.#count)
  }

  readonly #count = (): void => {
    this.#accepted++
    this.#left++
  }
}
