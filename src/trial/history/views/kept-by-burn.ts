import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { BURN_BEGAN, ROUND_BEGAN } from '../marks/growth.ts'
import type { ReadingEvent } from '../process-events.ts'

/** What was open before as many requests as the service answers, and after them, when their clients had gone. */
export interface KeptByBurn {
  readonly lifetime: number
  readonly before: ReadingEvent
  readonly after: ReadingEvent
}

/** Absent when there was no burn, or the kernel gave no figures. */
export function keptByBurn(lifetime: Lifetime): KeptByBurn | undefined {
  const from = markedAt(lifetime, BURN_BEGAN)
  const to = markedAt(lifetime, ROUND_BEGAN)
  if (from === undefined || to === undefined) return undefined
  const readings = eventsOf(lifetime, 'reading').filter(({ processCount }) => processCount > 0)
  const before = readings.findLast(({ at }) => at <= from)
  const after = readings.findLast(({ at }) => at > from && at <= to)
  return before === undefined || after === undefined ? undefined : { lifetime: lifetime.id, before, after }
}
