import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { MEASURING_BEGAN, MEASURING_ENDED } from '../marks/overhead.ts'

/** What requests cost the processor. */
export interface ProcessorCost {
  readonly requestCount: number
  /** User and system, of all processes. */
  readonly cpuMs: number
}

/** Between the readings around the measuring; until the last reading while it is not over. `undefined` without readings. */
export function processorCost(lifetime: Lifetime): ProcessorCost | undefined {
  const from = markedAt(lifetime, MEASURING_BEGAN)
  if (from === undefined) return undefined
  const to = markedAt(lifetime, MEASURING_ENDED)
  const readings = eventsOf(lifetime, 'reading')
  const first = readings.findLast(({ at }) => at <= from)
  const last = to === undefined ? readings.at(-1) : readings.find(({ at }) => at >= to)
  if (first === undefined || last === undefined) return undefined
  const requestCount = eventsOf(lifetime, 'request').filter(
    ({ outcome, at }) => outcome === 'answered' && at > from && at <= (to ?? last.at),
  ).length
  return { requestCount, cpuMs: last.cpuMs - first.cpuMs }
}
