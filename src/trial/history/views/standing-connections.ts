import { eventsOf, type Lifetime } from '../lifetime.ts'

/** What clients do with the connections of each load, between two requests or for ever. */
const DOING: Readonly<Record<string, string>> = {
  idle: 'silent from the beginning',
  'keep-alive': 'kept for a next request',
  slow: 'in the middle of a request',
}

/** Connections of clients that stood open at a moment, in words; `undefined` when none did. */
export function describeStanding(lifetime: Lifetime, at: number): string | undefined {
  const standing = new Map<number, string>()
  for (const event of eventsOf(lifetime, 'connection')) {
    if (event.at > at) break
    if (event.what === 'opened') standing.set(event.id, event.load)
    else standing.delete(event.id)
  }
  if (standing.size === 0) return undefined
  const byLoad = Map.groupBy(standing.values(), (load) => load)
  const parts = [...byLoad].map(([load, all]) => `${all.length} ${DOING[load] ?? `of the load "${load}"`}`)
  return `connections of clients that still stood open: ${parts.join(', ')}`
}
