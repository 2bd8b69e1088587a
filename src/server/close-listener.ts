import { createServer, type Server as HttpServer } from 'node:http'
import type { Server } from 'node:net'

import type { Clock } from '../core/clock.ts'

/**
 * Bounds on emptying the accept queue. Node accepts one connection per turn of its event loop (measured on
 * 22, 24 and 26), and the queue is at most `backlog` long, 511 by default.
 */
const MAX_TURNS = 2048
const MAX_ACCEPT_MS = 500
/** Two, because the first may have begun in the middle of the phase that accepts. */
const QUIET_TURNS = 2

/**
 * Stops listening without resetting anyone who is already connected.
 *
 * Two things are done differently from `server.close()`. First, connections that the kernel has accepted and Node has
 * not are taken in: closing the listener would reset every one of them (measured: 200 of 200). Second, idle
 * keep-alive connections stay: Node destroys them in the same call, and with them a request that is on its way.
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
  // Who connects between the last look at the queue and the end of the listener is reset. The first `close()` of a
  // process takes three times as long as the second (0.25 ms and 0.08 ms, measured), so one is made for nothing.
  closeSparingIdle(createServer())
  return emptyAcceptQueue(server, clock, Math.min(limitMs, MAX_ACCEPT_MS), () => {
    if (server.listening) close()
  })
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

/**
 * Turns the event loop until whole turns bring no new connection, then calls `onEmpty`: right after the phase that
 * accepts, without a promise in between.
 */
function emptyAcceptQueue(server: Server, clock: Clock, limitMs: number, onEmpty: () => void): Promise<number> {
  let accepted = 0
  const count = (): void => void accepted++
  server.on('connection', count).on('drop', count)
  const until = clock.now() + limitMs
  let turns = 0
  let quietTurns = 0
  let before = 0
  return new Promise((resolve) => {
    const look = (): void => {
      quietTurns = turns > 0 && accepted === before ? quietTurns + 1 : 0
      before = accepted
      if (quietTurns < QUIET_TURNS && turns++ < MAX_TURNS && clock.now() < until) {
        // Runs directly after the poll phase, in which connections are accepted.
        setImmediate(look)
        return
      }
      onEmpty()
      server.off('connection', count).off('drop', count)
      resolve(accepted)
    }
    look()
  })
}
