import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'
import { BASELINE_BEGAN, BASELINE_ENDED, BURST_BEGAN, BURST_ENDED, RECOVERY_ENDED } from '../marks/overload.ts'
import type { ExitedEvent } from '../process-events.ts'
import type { ProbeEvent } from '../event.ts'
import { latenciesOf } from './latencies.ts'
import { probesOf } from './probe-samples.ts'
import { isBusiness } from './request-success.ts'

/** What an overload did to a service. */
export interface OverloadCourse {
  readonly lifetime: number
  readonly from: number
  readonly to: number
  /** What fell due in the burst. */
  readonly offeredCount: number
  /** In the burst: answered with success; said no to (429, 503); anything else, by what it was. */
  readonly servedCount: number
  readonly shedCount: number
  readonly brokenCount: number
  readonly capacityPerSecond: number
  /** Of our own event loop, 0 to 1. */
  readonly busyRatio: number
  /** How late our own requests were at most, by the second; 0 when nobody measured. */
  readonly latenessMs: number
  /** From when they were sent: what lies with the service alone. */
  readonly baselineTookMs: readonly number[]
  readonly burstTookMs: readonly number[]
  /** From when they were due, in the small load before. */
  readonly baselineMs: readonly number[]
  /** The same by second after the burst. */
  readonly recoveryMs: readonly (readonly number[])[]
  /** Whether the small load went on for its whole time after the burst. */
  readonly isOver: boolean
  /** Of its last two seconds: how many were sent, and with success. What waits behind others is not sent. */
  readonly lastCount: number
  readonly lastServedCount: number
  readonly probes: readonly ProbeEvent[]
  /** Its end before the voyage was over. */
  readonly exit?: ExitedEvent
}

const SECOND_MS = 1000
const LAST_MS = 2000

/** `undefined` when there was no whole burst, and the service did not end in it. */
export function overloadCourse(lifetime: Lifetime): OverloadCourse | undefined {
  const marks = eventsOf(lifetime, 'mark')
  const mark = (name: string): (typeof marks)[number] | undefined => marks.find((each) => each.name === name)
  const began = mark(BURST_BEGAN)
  const ended = mark(BURST_ENDED)
  if (began === undefined || ended === undefined) return undefined
  const [from, to] = [began.at, ended.at]
  const over = mark(RECOVERY_ENDED)?.at ?? to
  const all = eventsOf(lifetime, 'request').filter(isBusiness)
  const burst = all.filter(({ at, intendedAt }) => at > from && at <= to && intendedAt >= from)
  const servedCount = burst.filter(isServed).length
  const shedCount = burst.filter(isShed).length
  const normal = { from: mark(BASELINE_BEGAN)?.at ?? from, to: mark(BASELINE_ENDED)?.at ?? from }
  const last = all.filter(({ intendedAt }) => intendedAt >= Math.max(to, over - LAST_MS) && intendedAt < over)
  const exit = eventsOf(lifetime, 'exited').find(({ at }) => at <= over)
  const seconds = Math.floor((over - to) / SECOND_MS)
  const perSecond = Number(began.data['perSecond'] ?? 0)
  return {
    lifetime: lifetime.id,
    from,
    to,
    offeredCount: Math.round((perSecond * (to - from)) / SECOND_MS),
    servedCount,
    shedCount,
    brokenCount: burst.length - servedCount - shedCount,
    capacityPerSecond: Number(began.data['capacity'] ?? 0),
    busyRatio: Number(ended.data['busyRatio'] ?? 0),
    latenessMs: Math.max(
      0,
      ...eventsOf(lifetime, 'noise')
        .filter(({ startedAt, at }) => at > from && startedAt < to)
        .map(({ latenessMs }) => latenessMs),
    ),
    baselineTookMs: all
      .filter((request) => request.intendedAt >= normal.from && request.intendedAt < normal.to && isServed(request))
      .map(tookMs),
    burstTookMs: burst.filter(isServed).map(tookMs),
    baselineMs: latenciesOf(lifetime, normal),
    recoveryMs: Array.from({ length: seconds }, (_, second) =>
      latenciesOf(lifetime, { from: to + second * SECOND_MS, to: to + (second + 1) * SECOND_MS }),
    ),
    isOver: mark(RECOVERY_ENDED) !== undefined,
    lastCount: last.length,
    lastServedCount: last.filter(isServed).length,
    probes: probesOf(lifetime, 'live', from, to),
    ...(exit === undefined ? {} : { exit }),
  }
}

function isServed({ outcome, status = 500 }: RequestEvent): boolean {
  return outcome === 'answered' && status < 400
}

function isShed({ outcome, status }: RequestEvent): boolean {
  return outcome === 'answered' && (status === 429 || status === 503)
}

function tookMs({ startedAt, at }: RequestEvent): number {
  return at - startedAt
}
