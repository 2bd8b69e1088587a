import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'

/**
 * Requests that the service was working on at this moment: theirs had come in over the wire, and their answers had not
 * been sent whole.
 */
export function requestsInFlightAt(lifetime: Lifetime, at: number, wireDelayMs: number): RequestEvent[] {
  return eventsOf(lifetime, 'request').filter(
    (request) => request.startedAt + wireDelayMs <= at && request.at - wireDelayMs > at,
  )
}

/** Kept connections of HTTP/1.1 that had carried a request, stood open and carried none at this moment, by their ids. */
export function idleConnectionsAt(lifetime: Lifetime, at: number): number[] {
  const idle = new Set<number>()
  const gone = new Set<number>()
  for (const { what, id, at: closedAt } of eventsOf(lifetime, 'connection')) {
    if (what === 'closed' && closedAt <= at) gone.add(id)
  }
  const requests = eventsOf(lifetime, 'request').filter(
    ({ load, protocol, startedAt }) => load === 'keep-alive' && protocol === 'http/1.1' && startedAt <= at,
  )
  for (const { connection, at: endedAt, outcome, saidClose } of requests) {
    if (endedAt > at || outcome !== 'answered' || saidClose) gone.add(connection)
    else idle.add(connection)
  }
  return [...idle].filter((id) => !gone.has(id))
}
