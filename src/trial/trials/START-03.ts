import type { Facts } from '../facts.ts'
import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { describeExit, exitedByItself, lastLines } from '../history/views/exits.ts'
import { COLLECTOR, faultWindows } from '../history/views/fault-windows.ts'
import { firstReady } from '../history/views/first-ready.ts'
import { harnessLatenessMs } from '../history/views/harness-lateness.ts'
import { defineTrial } from '../trial.ts'
import { counted } from '../verdict/counted.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'

/** What a start may take longer than a normal one: whichever is more. */
const LONGER_RATIO = 2
const LONGER_MS = 2000
/** When we are this late ourselves, a service that was late may be late for the same reason. */
const NOISY_MS = 1000

export default defineTrial({
  id: 'START-03',
  slug: 'starts-without-collector',
  claim: 'The service becomes ready without the collector of its telemetry.',
  procedure:
    'The service is started while the collector refuses connections, and while it takes them and never answers. ' +
    `It fails when it ends, or is not ready within ${LONGER_RATIO} times a normal start, or ${LONGER_MS / 1000} s more than one, whichever is longer. ` +
    'Nobody can tell when it is not known that the service sends to the collector at all.',
  seed: ['A2', 'P2', 'P7'],
  remedy: {
    feature: 'telemetry, which can only ever be degraded and never waited for',
    page: 'guide/telemetry.md',
    change: 'Take the collector out of readiness, and never wait for the first export before you listen.',
    rules: [],
  },
  voyages: ['no-collector-start', 'starts'],
  isTiming: true,
  skipBecause: ({ telemetry: { traces, metrics, logs } }) =>
    traces || metrics || logs
      ? undefined
      : 'No telemetry arrived in the survey, so there is no collector to be without: see TEL-01 for what to set',
  judge({ facts, lifetimes }) {
    const deprived = lifetimes.filter(
      (lifetime) => eventsOf(lifetime, 'spawned').length > 0 && deadFromTheStart(lifetime) !== undefined,
    )
    const normalMs = slowestNormal(lifetimes, facts)
    const allowedMs = Math.max(LONGER_RATIO * normalMs, normalMs + LONGER_MS)
    const figures = [
      { name: 'normalReadyAfterMs', value: Math.round(normalMs) },
      { name: 'allowedReadyAfterMs', value: Math.round(allowedMs) },
      ...deprived.flatMap((lifetime) => {
        const ready = firstReady(lifetime, facts)
        return ready === undefined
          ? []
          : [{ name: `${deadFromTheStart(lifetime)}ReadyAfterMs`, value: Math.round(ready.afterMs) }]
      }),
    ]
    if (deprived.length === 0) return inconclusive('No start without a collector was seen', { figures })
    if (isNeverReady(lifetimes, facts))
      return inconclusive('No start was ready with everything healthy either: see START-01 and START-02', { figures })
    const late = deprived.map((lifetime) => lookAt(lifetime, facts, allowedMs))
    const evidence = late.flatMap((each) => each.evidence ?? [])
    if (evidence.length > 0) return fail(evidence[0]?.says ?? '', { evidence, figures })
    const noisy = late.find((each) => each.because !== undefined)
    if (noisy?.because !== undefined) return inconclusive(noisy.because, { figures })
    const { traces, metrics, logs } = facts.telemetry
    if (!traces && !metrics && !logs && !deprived.some(wasDialled))
      return inconclusive(
        'Nothing was ever sent to the collector, so it is not known that the service uses it; say with --env how it is told where the collector is',
        { figures },
      )
    const dialled = deprived.filter(wasDialled).length
    return pass(`Ready in time without a collector, in ${counted(deprived.length, 'start')}`, {
      figures,
      notes: [`The service was seen to try the dead collector in ${dialled} of ${counted(deprived.length, 'start')}`],
    })
  },
})

/** How the collector failed before the service could know of it. */
function deadFromTheStart(lifetime: Lifetime): string | undefined {
  const spawnedAt = eventsOf(lifetime, 'spawned')[0]?.at ?? 0
  return faultWindows(lifetime, (target) => target === COLLECTOR).find(
    ({ from, to }) => from <= spawnedAt && to > spawnedAt,
  )?.fault
}

function healthyOf(lifetimes: readonly Lifetime[]): Lifetime[] {
  return lifetimes.filter((lifetime) => eventsOf(lifetime, 'fault').length === 0)
}

/** Whether healthy starts were seen, and none of them was ready while it was watched: then nobody knows what is normal. */
function isNeverReady(lifetimes: readonly Lifetime[], facts: Facts): boolean {
  const healthy = healthyOf(lifetimes)
  return healthy.length > 0 && healthy.every((lifetime) => firstReady(lifetime, facts) === undefined)
}

/** The slowest start with everything healthy. */
function slowestNormal(lifetimes: readonly Lifetime[], facts: Facts): number {
  return Math.max(
    facts.normal.readyAfterMs,
    ...healthyOf(lifetimes).flatMap((lifetime) => firstReady(lifetime, facts)?.afterMs ?? []),
  )
}

interface Finding {
  readonly evidence?: Evidence
  /** Why nobody can tell. */
  readonly because?: string
}

function lookAt(lifetime: Lifetime, facts: Facts, allowedMs: number): Finding {
  const spawnedAt = eventsOf(lifetime, 'spawned')[0]?.at ?? 0
  const ready = firstReady(lifetime, facts)
  const exited = exitedByItself(lifetime)
  const how = `in "${lifetime.label}"`
  const evidence = (says: string, to: number): Finding => ({
    evidence: { says, seen: { lifetime: lifetime.id, from: spawnedAt, to }, lines: lastLines(lifetime) },
  })
  if (exited !== undefined && (ready === undefined || exited.at - spawnedAt < allowedMs))
    return evidence(`The process ended with ${describeExit(exited)} ${how}`, exited.at)
  if (ready !== undefined && ready.afterMs <= allowedMs) return {}
  const to = ready?.at ?? lifetime.events.at(-1)?.at ?? spawnedAt
  if (to - spawnedAt <= allowedMs)
    return { because: `The start was watched for ${Math.round(to - spawnedAt)} ms only ${how}` }
  const latenessMs = harnessLatenessMs(lifetime, spawnedAt, to)
  if (latenessMs > NOISY_MS)
    return { because: `The machine was too busy to tell: we were ${Math.round(latenessMs)} ms late ourselves ${how}` }
  const when = ready === undefined ? 'Not ready' : 'Ready only'
  return evidence(
    `${when} ${Math.round(to - spawnedAt)} ms after its start ${how}; ${Math.round(allowedMs)} ms are allowed`,
    to,
  )
}

function wasDialled(lifetime: Lifetime): boolean {
  return eventsOf(lifetime, 'export').some(({ fault }) => fault !== undefined)
}
