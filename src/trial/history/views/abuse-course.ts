import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import {
  ABUSE_BEGAN,
  ABUSE_ENDED,
  AFTERWARDS,
  HOLDING_LOADS,
  OVERSIZED_BODY,
  OVERSIZED_HEADER,
  QUIET_ENDED,
  USUAL_BODY,
} from '../marks/abusive-clients.ts'
import type { ExitedEvent, ReadingEvent } from '../process-events.ts'
import { exitedByItself } from './exits.ts'
import { harnessLatenessMs } from './harness-lateness.ts'
import { isBusiness } from './request-success.ts'

/** What clients that only hold connections, and requests that are too large, did to a service. */
export interface AbuseCourse {
  readonly lifetime: number
  /** From when the abusive clients came until they went; to the end when that was not seen. */
  readonly from: number
  readonly to: number
  /** Whether the usual clients went on until the others went. */
  readonly isOver: boolean
  /** Connections of abusive clients that were made, and those that stood at the end of the abuse. */
  readonly heldCount: number
  readonly standingCount: number
  /** Usual requests, before the abuse and in it. */
  readonly before: readonly RequestEvent[]
  readonly during: readonly RequestEvent[]
  /** How late we were ourselves at most meanwhile. */
  readonly latenessMs: number
  /** Each absent when it was not sent, or not settled. */
  readonly usualBody: RequestEvent | undefined
  readonly oversizedHeader: RequestEvent | undefined
  readonly oversizedBody: RequestEvent | undefined
  readonly afterwards: RequestEvent | undefined
  /** Absent when the kernel gave no figures, or it did not come to that. */
  readonly readings?: { readonly before: ReadingEvent; readonly after: ReadingEvent }
  /** When it came by itself. */
  readonly exit?: ExitedEvent
}

/** Absent when no abusive client came. */
export function abuseCourse(lifetime: Lifetime): AbuseCourse | undefined {
  const from = markedAt(lifetime, ABUSE_BEGAN)
  if (from === undefined) return undefined
  const endedAt = markedAt(lifetime, ABUSE_ENDED)
  const to = endedAt ?? lifetime.events.at(-1)?.at ?? from
  const requests = eventsOf(lifetime, 'request')
  const usual = requests.filter(isBusiness)
  const single = (load: string): RequestEvent | undefined =>
    requests.find((request) => request.load === load && request.outcome !== 'unsettled')
  const held = eventsOf(lifetime, 'connection').filter(({ load, at }) => HOLDING_LOADS.has(load) && at <= to)
  const heldCount = held.filter(({ what }) => what === 'opened').length
  const exit = exitedByItself(lifetime)
  const readings = readingsOf(lifetime, from)
  return {
    lifetime: lifetime.id,
    from,
    to,
    isOver: endedAt !== undefined,
    heldCount,
    standingCount: heldCount - held.filter(({ what }) => what === 'closed').length,
    before: usual.filter(({ startedAt }) => startedAt < from),
    during: usual.filter(({ startedAt }) => startedAt >= from && startedAt <= to),
    latenessMs: harnessLatenessMs(lifetime, from, to),
    usualBody: single(USUAL_BODY),
    oversizedHeader: single(OVERSIZED_HEADER),
    oversizedBody: single(OVERSIZED_BODY),
    afterwards: single(AFTERWARDS),
    ...(readings === undefined ? {} : { readings }),
    ...(exit === undefined ? {} : { exit }),
  }
}

function readingsOf(lifetime: Lifetime, from: number): AbuseCourse['readings'] {
  const quietAt = markedAt(lifetime, QUIET_ENDED)
  if (quietAt === undefined) return undefined
  // Without a process nobody counted.
  const readings = eventsOf(lifetime, 'reading').filter(({ processCount }) => processCount > 0)
  const before = readings.findLast(({ at }) => at <= from)
  const after = readings.findLast(({ at }) => at > from && at <= quietAt)
  return before === undefined || after === undefined ? undefined : { before, after }
}
