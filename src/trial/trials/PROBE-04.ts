import type { Facts } from '../facts.ts'
import { harnessLatenessMs } from '../history/views/harness-lateness.ts'
import { probesOf, tookMs } from '../history/views/probe-samples.ts'
import { probeTraces, type ProbeTraces } from '../history/views/probe-traces.ts'
import { type Saturation, saturationOf } from '../history/views/saturation.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { percentile } from '../verdict/statistics/percentile.ts'
import type { Evidence, Figure } from '../verdict/verdict.ts'

const NEEDED_SAMPLES = 50
const NEEDED_PROBES = 50
/** Of one processor, or so much longer than one request at a time: then requests wait for each other. */
const FULL_PROCESSOR = 0.8
const WAITING_RATIO = 2
/** Who makes so many for a probe works for it as for a request. */
const MAX_EACH = 10
/** Of the specification: more than that is worth a word. */
const NOTED_EACH = 0.1
/** Refusals of liveness: a single one restarts nobody. */
const REFUSED_RATIO = 0.01
const PROBES = ['ready', 'live'] as const
const NAMES = { ready: 'Readiness', live: 'Liveness' } as const

export default defineTrial({
  id: 'PROBE-04',
  slug: 'probes-of-a-busy-service',
  claim:
    'A service that has as many requests as it answers still answers its probes in time, and probes cost next to nothing.',
  procedure:
    'Probes are asked with nothing else going on, for what spans, lines and processor time they cost; then beside as many requests as the service answers over 100 connections, so that up to 100 wait at any time. ' +
    `It fails when the 99th percentile of a probe is at its limit then (a second, unless the manifest says otherwise), whatever readiness says, when liveness says no more than once in 100 times, and when a probe makes more than ${MAX_EACH} spans or lines. More than ${NOTED_EACH} is a note: most libraries make one. ` +
    `It takes ${NEEDED_SAMPLES} questions of each probe, and a service that is seen to be saturated: it fills a processor, or takes twice as long for a request as for one at a time.`,
  seed: ['P2', 'A3'],
  remedy: {
    feature: 'probes that are answered beside the event loop, and load shedding',
    page: 'guide/off-loop-probes.md',
    change:
      'Answer probes from memory, before and outside of every queue that requests wait in, limit how many requests wait, and leave probes out of traces and access logs.',
    rules: [],
  },
  voyages: ['saturated-probes'],
  // A second is long: noise that is in the way here is looked for below.
  isTiming: false,
  isExtra: true,
  skipBecause: ({ probes }) =>
    probes.ready === undefined && probes.live === undefined ? 'The service has no probes' : undefined,
  judge({ facts, lifetimes }) {
    const traces = lifetimes.flatMap((lifetime) => probeTraces(lifetime) ?? [])
    const busy = lifetimes.flatMap((lifetime) => saturationOf(lifetime) ?? [])
    const asked = busy.flatMap((saturation) => askedIn(saturation, facts))
    const figures = [...traces.flatMap(costFigures), ...busy.flatMap(loadFigures), ...asked.flatMap(askedFigures)]
    const notes = traces.flatMap(notesOf)
    const loud = traces.filter(({ probeCount }) => probeCount >= NEEDED_PROBES).flatMap(ofTraces)
    const enough = asked.filter(({ samples }) => samples.length >= NEEDED_SAMPLES)
    const refused = enough.flatMap(ofRefusals)
    const late = enough.flatMap(ofLateness)
    const evidence = [...refused, ...late, ...loud]
    const [worst] = evidence
    if (worst !== undefined) {
      const latenessMs = Math.max(0, ...busy.map(({ lifetime, from, to }) => harnessLatenessMs(lifetime, from, to)))
      const isOurs = loud.length + refused.length === 0 && enough.every(({ limitMs }) => latenessMs >= limitMs)
      if (isOurs)
        return inconclusive(`The machine was too busy to tell: we were ${Math.round(latenessMs)} ms late ourselves`, {
          figures,
        })
      return fail(`${worst.says}.`, { evidence, figures, notes })
    }
    const missing = whatIsMissing(busy, enough, traces, facts)
    if (missing !== undefined) return inconclusive(missing, { figures, notes })
    const slowest = Math.round(Math.max(...enough.map(({ p99Ms }) => p99Ms)))
    return pass(
      `Probes of the busy service answered within ${slowest} ms in 99 of 100 cases, and each made ${round(Math.max(...traces.map(({ spansPerProbe }) => spansPerProbe)))} spans and ${round(Math.max(...traces.map(({ linesPerProbe }) => linesPerProbe)))} lines`,
      { figures, notes },
    )
  },
})

interface Asked {
  readonly saturation: Saturation
  readonly probe: (typeof PROBES)[number]
  readonly limitMs: number
  readonly samples: ReturnType<typeof probesOf>
  readonly p99Ms: number
}

function askedIn(saturation: Saturation, { probes }: Facts): Asked[] {
  const { lifetime, from, to } = saturation
  return PROBES.filter((probe) => probes[probe] !== undefined).map((probe) => {
    const samples = probesOf(lifetime, probe, from, to)
    const p99Ms = percentile(samples.map(tookMs), 0.99) ?? 0
    return { saturation, probe, limitMs: probes[probe]?.timeoutMs ?? 1000, samples, p99Ms }
  })
}

function isSaturated({ singleMs, manyMs, processors }: Saturation): boolean {
  return processors >= FULL_PROCESSOR || (singleMs > 0 && manyMs >= WAITING_RATIO * singleMs)
}

function whatIsMissing(
  busy: readonly Saturation[],
  enough: readonly Asked[],
  traces: readonly ProbeTraces[],
  { probes }: Facts,
): string | undefined {
  if (!busy.some(({ answeredCount }) => answeredCount > 0))
    return 'No request was answered while it should have been busy'
  if (!busy.some(isSaturated))
    return 'One hundred requests at a time were answered as fast as one: it was never saturated'
  const few = PROBES.find((probe) => probes[probe] !== undefined && !enough.some((each) => each.probe === probe))
  if (few !== undefined) return `${NAMES[few]} was asked fewer than ${NEEDED_SAMPLES} times while the service was busy`
  if (!traces.some(({ probeCount }) => probeCount >= NEEDED_PROBES))
    return `Fewer than ${NEEDED_PROBES} probes were answered with nothing else going on`
  return undefined
}

function ofLateness({ saturation, probe, limitMs, samples, p99Ms }: Asked): Evidence[] {
  if (p99Ms < limitMs) return []
  const late = samples.filter((sample) => tookMs(sample) >= limitMs).length
  return [
    {
      says: `${NAMES[probe]} came later than ${limitMs} ms, or not at all, ${late} of ${samples.length} times while the service was busy`,
      seen: { lifetime: saturation.lifetime.id, from: saturation.from, to: saturation.to },
    },
  ]
}

function ofRefusals({ saturation, probe, samples }: Asked): Evidence[] {
  const refused = samples.filter(({ status, isSuccess }) => status !== undefined && !isSuccess)
  if (probe !== 'live' || refused.length <= samples.length * REFUSED_RATIO) return []
  return [
    {
      says: `Liveness answered ${refused.length} of ${samples.length} times with ${refused[0]?.status} or the like while the service was only busy`,
      seen: { lifetime: saturation.lifetime.id, from: refused[0]?.at ?? saturation.from, to: saturation.to },
    },
  ]
}

function ofTraces({ lifetime, from, to, spansPerProbe, linesPerProbe }: ProbeTraces): Evidence[] {
  const each = [
    [spansPerProbe, 'spans'],
    [linesPerProbe, 'lines'],
  ] as const
  return each
    .filter(([count]) => count > MAX_EACH)
    .map(([count, what]) => ({
      says: `Each probe makes ${round(count)} ${what}`,
      seen: { lifetime: lifetime.id, from, to },
    }))
}

function notesOf({ spansPerProbe, linesPerProbe }: ProbeTraces): string[] {
  return [
    ...(spansPerProbe > NOTED_EACH ? [`Each probe makes ${round(spansPerProbe)} spans, which nobody looks at.`] : []),
    ...(linesPerProbe > NOTED_EACH ? [`Each probe makes ${round(linesPerProbe)} lines, which nobody reads.`] : []),
  ]
}

function costFigures({ probeCount, spansPerProbe, linesPerProbe, cpuMsPerProbe }: ProbeTraces): Figure[] {
  return [
    { name: 'probeCount', value: probeCount },
    { name: 'spansPerProbe', value: round(spansPerProbe) },
    { name: 'linesPerProbe', value: round(linesPerProbe) },
    { name: 'cpuMsPerProbe', value: round(cpuMsPerProbe) },
  ]
}

function loadFigures({ answeredCount, from, to, singleMs, manyMs, processors }: Saturation): Figure[] {
  return [
    { name: 'answeredPerSecond', value: Math.round((answeredCount * 1000) / (to - from)) },
    { name: 'singleMs', value: round(singleMs) },
    { name: 'busyMs', value: round(manyMs) },
    { name: 'processors', value: round(processors) },
  ]
}

function askedFigures({ probe, samples, p99Ms }: Asked): Figure[] {
  return [
    { name: `${probe}Samples`, value: samples.length },
    ...(Number.isFinite(p99Ms) ? [{ name: `${probe}P99Ms`, value: Math.round(p99Ms) }] : []),
  ]
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
