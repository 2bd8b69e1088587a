import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { PROBING_BEGAN, QUIET_BEGAN, SINGLE_BEGAN } from '../marks/saturated-probes.ts'

/** What probes leave behind while nothing else goes on. */
export interface ProbeTraces {
  readonly lifetime: Lifetime
  readonly from: number
  readonly to: number
  readonly probeCount: number
  /** Of each probe, without what comes of its own accord in the same time. */
  readonly spansPerProbe: number
  /** Lines or log records, whichever are more: a line may come by both ways. */
  readonly linesPerProbe: number
  readonly cpuMsPerProbe: number
}

/** What each probe costs; `undefined` where none was asked alone. */
export function probeTraces(lifetime: Lifetime): ProbeTraces | undefined {
  const quietFrom = markedAt(lifetime, QUIET_BEGAN)
  const from = markedAt(lifetime, PROBING_BEGAN)
  const to = markedAt(lifetime, SINGLE_BEGAN)
  if (quietFrom === undefined || from === undefined || to === undefined) return undefined
  const probeCount = eventsOf(lifetime, 'probe').filter(
    ({ startedAt, status }) => startedAt >= from && startedAt < to && status !== undefined,
  ).length
  if (probeCount === 0) return undefined
  const perProbe = (moments: readonly number[]): number => {
    const usual = (between(moments, quietFrom, from) / (from - quietFrom)) * (to - from)
    return Math.max(0, between(moments, from, to) - usual) / probeCount
  }
  const cpu = (begin: number, end: number): number => cpuMsBetween(lifetime, begin, end) / (end - begin)
  return {
    lifetime,
    from,
    to,
    probeCount,
    spansPerProbe: perProbe(eventsOf(lifetime, 'span').map(({ startedAt }) => startedAt)),
    linesPerProbe: Math.max(
      perProbe(eventsOf(lifetime, 'output').map(({ at }) => at)),
      perProbe(eventsOf(lifetime, 'log').map(({ madeAt }) => madeAt)),
    ),
    cpuMsPerProbe: (Math.max(0, cpu(from, to) - cpu(quietFrom, from)) * (to - from)) / probeCount,
  }
}

function between(moments: readonly number[], from: number, to: number): number {
  return moments.filter((at) => at >= from && at < to).length
}

/** Stretched to the whole time, since readings come on a beat of their own. */
function cpuMsBetween(lifetime: Lifetime, from: number, to: number): number {
  const readings = eventsOf(lifetime, 'reading').filter(({ at }) => at >= from && at <= to)
  const [first] = readings
  const last = readings.at(-1)
  if (first === undefined || last === undefined || last.at === first.at) return 0
  return ((last.cpuMs - first.cpuMs) / (last.at - first.at)) * (to - from)
}
