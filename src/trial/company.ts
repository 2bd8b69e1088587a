import type { Facts } from './facts.ts'
import type { Leg } from './leg.ts'

/** The longest voyages last as long as all others in so many lanes. */
const MAX_LANES = 4

/**
 * How many voyages may be under way at a time, where copies of the service bear each other. One more than there are
 * processors: what sails in company waits for most of its time. With a single processor the starts would be in the way.
 */
export function laneCount({ standsBeside, machine }: Pick<Facts, 'standsBeside' | 'machine'>): number {
  return standsBeside === true && machine.processorCount > 1 ? Math.min(MAX_LANES, machine.processorCount + 1) : 1
}

export function inCompany({ voyage }: Leg): boolean {
  return voyage.sailsInCompany === true
}

/**
 * Takes the leg that a lane sails next out of those that wait. The first lane takes them in their order; the others take the
 * longest, which would else be left for the end, where nothing is left to sail beside it.
 */
export function takeNext(waiting: Leg[], lane: number): Leg | undefined {
  if (lane === 0) return waiting.shift()
  const longest = waiting.reduce<Leg | undefined>(
    (long, leg) => (long === undefined || leg.estimateMs > long.estimateMs ? leg : long),
    undefined,
  )
  if (longest !== undefined) waiting.splice(waiting.indexOf(longest), 1)
  return longest
}

/** About how long all of them take in so many lanes; what doesn't sail in company comes one after another. */
export function makespanMs(legs: readonly Leg[], lanes: number): number {
  const sum = (some: readonly Leg[]): number => some.reduce((total, { estimateMs }) => total + estimateMs, 0)
  if (lanes === 1) return sum(legs)
  const waiting = legs.filter(inCompany)
  const busyMs = Array.from({ length: lanes }, () => 0)
  while (waiting.length > 0) {
    const lane = busyMs.indexOf(Math.min(...busyMs))
    busyMs[lane] = (busyMs[lane] ?? 0) + (takeNext(waiting, lane)?.estimateMs ?? 0)
  }
  return Math.max(...busyMs) + sum(legs.filter((leg) => !inCompany(leg)))
}
