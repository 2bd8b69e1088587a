import type { At } from '../at.ts'
import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { BURN_BEGAN, BURN_COUNTED, BURN_ENDED } from '../marks/growth.ts'
import { MEMORY_COLLECTED } from '../marks/memory.ts'

/** Memory over requests. */
export interface MemoryPoint {
  /** Requests of the burn that were answered until then. */
  readonly x: number
  /** Bytes of all processes. */
  readonly y: number
}

/** What a burn did to the memory. */
export interface MemoryGrowth {
  readonly from: number
  readonly to: number
  readonly answeredCount: number
  /** Resident, in the order of time, from the whole burn. */
  readonly points: readonly MemoryPoint[]
  /** In use after each collection that was asked for; empty where nobody could ask for one. */
  readonly live: readonly MemoryPoint[]
  /** Resident then, and not of the heap. */
  readonly outside: readonly MemoryPoint[]
}

/** The burn of a lifetime; `undefined` when there was none. */
export function memoryGrowthOf(lifetime: Lifetime): MemoryGrowth | undefined {
  const from = markedAt(lifetime, BURN_BEGAN)
  if (from === undefined) return undefined
  const to = markedAt(lifetime, BURN_ENDED) ?? lifetime.events.at(-1)?.at ?? from
  const isWithin = ({ at }: At): boolean => at >= from && at <= to
  const count = answersUntil(lifetime, to)
  const points = eventsOf(lifetime, 'reading')
    .filter(isWithin)
    .map(({ at, rssBytes }) => ({ x: count(at), y: rssBytes }))
  const countCollected = answersUntil(lifetime, to)
  const collected = eventsOf(lifetime, 'mark')
    .filter((mark) => mark.name === MEMORY_COLLECTED && isWithin(mark))
    .map(({ at, data }) => ({ x: countCollected(at), data }))
  const after = (name: string): MemoryPoint[] => collected.map(({ x, data }) => ({ x, y: Number(data[name]) }))
  return { from, to, answeredCount: count(to), points, live: after('liveBytes'), outside: after('outsideBytes') }
}

/** Tells how many requests of the burn, which ended at `to`, had been answered at a moment; asked in the order of time. */
export function answersUntil(lifetime: Lifetime, to: number): (at: number) => number {
  return lifetime.droppedEvents.request === undefined ? countAnswered(lifetime, to) : countMarked(lifetime, to)
}

function countAnswered(lifetime: Lifetime, to: number): (at: number) => number {
  const answered = eventsOf(lifetime, 'request')
    .filter(({ load, outcome, at }) => load === 'burn' && outcome === 'answered' && at <= to)
    .map(({ at }) => at)
    .toSorted((one, other) => one - other)
  let count = 0
  return (at) => {
    while (count < answered.length && (answered[count] as number) <= at) count++
    return count
  }
}

/** The same when there were too many to be written down: between two counts, as many as came evenly. */
function countMarked(lifetime: Lifetime, to: number): (at: number) => number {
  const counts = eventsOf(lifetime, 'mark')
    .filter(({ name, at }) => name === BURN_COUNTED && at <= to)
    .map(({ at, data }) => ({ at, sent: Number(data['sent'] ?? 0) }))
  return (at) => {
    const after = counts.findIndex((count) => count.at > at)
    const last = counts.at(-1)
    if (after < 0) return last?.sent ?? 0
    const [one, other] = [counts[after - 1], counts[after]]
    if (one === undefined || other === undefined) return 0
    return Math.round(one.sent + ((other.sent - one.sent) * (at - one.at)) / (other.at - one.at))
  }
}
