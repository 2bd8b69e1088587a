import { eventsOf, type Lifetime } from '../lifetime.ts'
import { ROUND_BEGAN, ROUND_ENDED } from '../marks/growth.ts'
import type { ReadingEvent } from '../process-events.ts'

/** Connections that came and went, and what the process held before and after. */
export interface HandleRound {
  readonly lifetime: number
  readonly from: number
  readonly to: number
  readonly connectionCount: number
  /** Absent when the kernel gave no figures. */
  readonly before?: ReadingEvent
  readonly after?: ReadingEvent
}

/** A reading belongs to a mark when it was taken so long before it, at most. */
const NEAR_MS = 2000

/** The whole rounds of a lifetime, in order. */
export function handleRounds(lifetime: Lifetime): HandleRound[] {
  const marks = eventsOf(lifetime, 'mark')
  const ends = marks.filter(({ name }) => name === ROUND_ENDED)
  // Without a process nobody counted.
  const readings = eventsOf(lifetime, 'reading').filter(
    ({ sockets, processCount }) => sockets !== undefined && processCount > 0,
  )
  const readingAt = (at: number): ReadingEvent | undefined =>
    readings.findLast((reading) => reading.at <= at && reading.at > at - NEAR_MS)
  const opened = [...eventsOf(lifetime, 'connection'), ...eventsOf(lifetime, 'session')].filter(
    ({ what }) => what === 'opened',
  )
  return marks
    .filter(({ name }) => name === ROUND_BEGAN)
    .flatMap(({ at: from }) => {
      const to = ends.find(({ at }) => at > from)?.at
      if (to === undefined) return []
      const before = readingAt(from)
      const after = readingAt(to)
      return [
        {
          lifetime: lifetime.id,
          from,
          to,
          connectionCount: opened.filter(({ at }) => at >= from && at <= to).length,
          ...(before === undefined ? {} : { before }),
          ...(after === undefined ? {} : { after }),
        },
      ]
    })
}
