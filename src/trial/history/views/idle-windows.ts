import { eventsOf, type Lifetime } from '../lifetime.ts'
import { IDLE_BEGAN, IDLE_ENDED } from '../marks/idle.ts'
import type { ReadingEvent } from '../process-events.ts'

/** A time in which nobody asked anything of the service, and what its processes held and used meanwhile. */
export interface IdleWindow {
  readonly lifetime: number
  readonly from: number
  readonly to: number
  /** What it used of one processor, 0 to the number of processors. */
  readonly cpuRatio: number
  readonly before: ReadingEvent
  readonly after: ReadingEvent
  /** What came all the same, of ours. */
  readonly requestCount: number
}

/** The whole windows of a lifetime, in order; those without readings of the kernel, or with the end in them, are left out. */
export function idleWindows(lifetime: Lifetime): IdleWindow[] {
  const marks = eventsOf(lifetime, 'mark')
  const readings = eventsOf(lifetime, 'reading')
  const asked = [...eventsOf(lifetime, 'request'), ...eventsOf(lifetime, 'probe')]
  const endsAt = eventsOf(lifetime, 'exited')[0]?.at ?? Infinity
  return marks
    .filter(({ name }) => name === IDLE_BEGAN)
    .flatMap(({ at: from }) => {
      const to = marks.find(({ name, at }) => name === IDLE_ENDED && at > from)?.at
      if (to === undefined || endsAt <= to) return []
      const before = readings.findLast(({ at }) => at <= from)
      const after = readings.findLast(({ at }) => at <= to)
      if (before === undefined || after === undefined || after.at <= before.at) return []
      const cpuRatio = (after.cpuMs - before.cpuMs) / (after.at - before.at)
      const requestCount = asked.filter(({ startedAt, at }) => startedAt < to && at > from).length
      return [{ lifetime: lifetime.id, from, to, cpuRatio, before, after, requestCount }]
    })
}
