import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { STEADY_BEGAN, WATCH_ENDED } from '../marks/half-open.ts'
import { COLLECTOR } from './fault-windows.ts'
import { hasFailed, isBusiness } from './request-success.ts'

/** The moment at which the connections to a dependency were dead and nobody was told, and what came of it. */
export interface HalfOpen {
  readonly dependency: string
  readonly lifetime: Lifetime
  readonly from: number
  readonly watchedUntil: number
  /** Connections that stood, and are dead from then on. */
  readonly forgotten: ReadonlySet<number>
  /** New connections, all of which worked. */
  readonly dialCount: number
  /** Whether the service used a dead connection again, closed one, or made a new one: else it never met them. */
  readonly isMet: boolean
  /** Ordinary requests before. */
  readonly steady: readonly RequestEvent[]
  /** Ordinary requests that ended afterwards. */
  readonly after: readonly RequestEvent[]
}

/** @returns nothing for a lifetime in which no connection was forgotten */
export function halfOpenOf(lifetime: Lifetime): HalfOpen | undefined {
  const fault = eventsOf(lifetime, 'fault').find((event) => event.target !== COLLECTOR && event.fault === 'forget')
  if (fault === undefined) return undefined
  const { target: dependency, at: from } = fault
  const watchedUntil = markedAt(lifetime, WATCH_ENDED) ?? lifetime.events.at(-1)?.at ?? from
  const steadyFrom = markedAt(lifetime, STEADY_BEGAN) ?? 0
  const business = eventsOf(lifetime, 'request').filter((request) => isBusiness(request) && request.at <= watchedUntil)
  const ways = eventsOf(lifetime, 'dependency').filter((event) => event.dependency === dependency)
  const forgotten = standingAt(ways, from)
  const later = ways.filter(({ at }) => at >= from && at <= watchedUntil)
  const dialCount = later.filter(({ what }) => what === 'dialled').length
  const after = business.filter(({ at }) => at >= from)
  const isUsedAgain = eventsOf(lifetime, 'downstream').some(
    (event) =>
      event.dependency === dependency &&
      event.what === 'began' &&
      forgotten.has(event.connection) &&
      event.at >= from &&
      event.at <= watchedUntil,
  )
  const isClosed = later.some(({ what, connection }) => what === 'closed' && forgotten.has(connection))
  const isMet = dialCount > 0 || isUsedAgain || isClosed || after.some(hasFailed)
  const steady = business.filter((request) => request.startedAt >= steadyFrom && request.at < from)
  return { dependency, lifetime, from, watchedUntil, forgotten, dialCount, isMet, steady, after }
}

function standingAt(
  ways: readonly { readonly at: number; readonly what: string; readonly connection: number }[],
  moment: number,
): ReadonlySet<number> {
  const standing = new Set<number>()
  for (const { at, what, connection } of ways) {
    if (at >= moment) break
    if (what === 'connected') standing.add(connection)
    else if (what === 'closed') standing.delete(connection)
  }
  return standing
}
