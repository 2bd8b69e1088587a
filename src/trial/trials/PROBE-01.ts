import type { Facts } from '../facts.ts'
import type { ProbeEvent, ProbeName } from '../history/event.ts'
import { type Lifetime, markedAt } from '../history/lifetime.ts'
import { IDLE_BEGAN, LOAD_BEGAN, LOAD_ENDED } from '../history/marks/underway.ts'
import { stoppedAt } from '../history/views/end-of-life.ts'
import { harnessLatenessMs } from '../history/views/harness-lateness.ts'
import { probesOf, tookMs } from '../history/views/probe-samples.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { noiseOf } from '../verdict/noise-guard.ts'
import { percentile } from '../verdict/statistics/percentile.ts'
import type { Evidence, Figure } from '../verdict/verdict.ts'

const NEEDED_SAMPLES = 50
/** What a kubelet waits when nothing else is said. */
const LIMIT_MS = 1000

const PROBES = ['ready', 'live'] as const satisfies readonly ProbeName[]
const NAMES = { ready: 'Readiness', live: 'Liveness' } as const

export default defineTrial({
  id: 'PROBE-01',
  slug: 'probes-exist',
  claim: 'Liveness and readiness have a probe each, and both answer within a second, idle and under load.',
  procedure:
    `Both probes are asked without credentials, each time on a fresh connection: first with nothing else going on, then under load, at least ${NEEDED_SAMPLES} times each. ` +
    'It fails when one of them does not exist, when one is on a port that speaks HTTP/2 without TLS only (a kubelet asks over HTTP/1.1), when both are the same path on the same port (unless the manifest says so), when the 99th percentile of the answers is a second or more, or when an answer is outside of 200 to 399 although the service had been ready. Slow answers on a machine that was too noisy to compare times are inconclusive, unless more than half of them took that long.',
  seed: ['D7', 'P2', 'B3'],
  remedy: {
    feature: 'createService(): /livez, /readyz and /startupz on the admin port',
    page: 'guide/health.md',
    change: 'Answer liveness and readiness on two paths, from memory, without a check on the time of the probe.',
    rules: [],
  },
  voyages: ['underway'],
  // A second is long: noise that is in the way here is looked for below, and turns no PASS into something else.
  isTiming: false,
  judge({ facts, lifetimes }) {
    const missing = whatIsMissing(facts)
    const parts = lifetimes.flatMap((lifetime) => PROBES.flatMap((probe) => partsOf(lifetime, probe)))
    const figures = parts.flatMap(figuresOf)
    if (missing !== undefined) return fail(missing.says, { evidence: [missing], figures })
    const evidence = parts.flatMap((part) => judgePart(part, facts))
    if (evidence.length > 0) {
      const doubt = doubtOf(parts, evidence)
      const [worst] = evidence
      if (doubt === undefined) return fail(worst?.says ?? '', { evidence, figures })
      const notes = [`without the noise it would be a FAIL: ${worst?.says ?? ''}`]
      return inconclusive(doubt, { evidence, figures, notes })
    }
    for (const [probe, when] of PROBES.flatMap(
      (probe) =>
        [
          [probe, 'idle'],
          [probe, 'underLoad'],
        ] as const,
    )) {
      const count = parts
        .filter((part) => part.probe === probe && part.when === when)
        .reduce((sum, { samples }) => sum + samples.length, 0)
      if (count < NEEDED_SAMPLES)
        return inconclusive(
          `Only ${count} answers of ${NAMES[probe].toLowerCase()} ${describe(when)}; it takes ${NEEDED_SAMPLES}`,
          {
            figures,
          },
        )
    }
    return pass(
      `Liveness and readiness answered ${parts.reduce((sum, { samples }) => sum + samples.length, 0)} times, within ${Math.round(Math.max(...parts.map(p99)))} ms in 99 of 100 cases`,
      { figures },
    )
  },
})

/** A kubelet's client is Go's, which speaks HTTP/2 over TLS and nowhere else. */
const OVER_HTTP2 =
  'which speaks HTTP/2 without TLS only, and a kubelet asks over HTTP/1.1: have probes on a port that speaks it, or a probe of gRPC'

interface Part {
  readonly lifetime: Lifetime
  readonly probe: keyof typeof NAMES
  readonly when: 'idle' | 'underLoad'
  readonly from: number
  readonly to: number
  readonly samples: readonly ProbeEvent[]
}

function whatIsMissing({ probes: { ready, live }, probesOverHttp2, protocol, port }: Facts): Evidence | undefined {
  const unheard = [ready, live].find((probe) => probe !== undefined && !protocol.http1 && probe.port === port.value)
  if (unheard !== undefined) return { says: `The probe ${unheard.path} is on port ${unheard.port}, ${OVER_HTTP2}` }
  if (probesOverHttp2 !== undefined && (ready === undefined || live === undefined))
    return { says: `${probesOverHttp2.join(' and ')} answered on a port ${OVER_HTTP2}` }
  if (ready === undefined && live === undefined)
    return { says: 'No probe was found on any usual path; declare yours with --ready and --live if there are some' }
  if (live === undefined) return { says: `There is no liveness probe beside the readiness probe ${ready?.path}` }
  if (ready === undefined) return { says: `There is no readiness probe beside the liveness probe ${live.path}` }
  const areTheSame = ready.path === live.path && ready.port === live.port
  if (!areTheSame || (ready.origin === 'manifest' && live.origin === 'manifest')) return undefined
  return {
    says: `Liveness and readiness are the same path ${ready.path}: what takes a service out of traffic also restarts it`,
  }
}

function partsOf(lifetime: Lifetime, probe: Part['probe']): Part[] {
  const idleFrom = markedAt(lifetime, IDLE_BEGAN)
  const loadFrom = markedAt(lifetime, LOAD_BEGAN)
  if (idleFrom === undefined) return []
  const end = Math.min(stoppedAt(lifetime), markedAt(lifetime, LOAD_ENDED) ?? Infinity)
  const part = (when: Part['when'], from: number, to: number): Part => ({
    lifetime,
    probe,
    when,
    from,
    to,
    // What is under way when the service is stopped is nobody's fault.
    samples: probesOf(lifetime, probe, from, to).filter(
      ({ at, status }) => status !== undefined || at < stoppedAt(lifetime),
    ),
  })
  return [
    part('idle', idleFrom, loadFrom ?? end),
    ...(loadFrom === undefined ? [] : [part('underLoad', loadFrom, end)]),
  ]
}

interface Refutation extends Evidence {
  /** Whether it rests on times. */
  readonly isSlow: boolean
  /** Whether more than half of the answers were too slow. */
  readonly isMostly: boolean
}

/**
 * Why slow answers may be the machine's doing; `undefined` when they are not. One in a hundred that takes a second is soon
 * found where dozens of processes wait for two processors. That most of them take so long is not, as long as we came in less
 * than half of that time ourselves.
 */
function doubtOf(parts: readonly Part[], evidence: readonly Refutation[]): string | undefined {
  if (!evidence.every(({ isSlow }) => isSlow)) return undefined
  const latenessMs = Math.max(...parts.map(({ lifetime, from, to }) => harnessLatenessMs(lifetime, from, to)))
  if (latenessMs >= LIMIT_MS)
    return `The machine was too busy to tell: we were ${Math.round(latenessMs)} ms late ourselves`
  if (latenessMs < LIMIT_MS / 2 && evidence.some(({ isMostly }) => isMostly)) return undefined
  const noise = noiseOf([...new Set(parts.map(({ lifetime }) => lifetime))])
  return noise.isNoisy ? noise.says : undefined
}

function judgePart(part: Part, facts: Facts): Refutation[] {
  const { lifetime, probe, when, from, to, samples } = part
  const path = facts.probes[probe]?.path ?? ''
  const seen = { lifetime: lifetime.id, from, to: Number.isFinite(to) ? to : (samples.at(-1)?.at ?? from) }
  const refused = samples.filter(({ status }) => status !== undefined && (status < 200 || status > 399))
  const [first] = refused
  const worst = p99(part)
  return [
    ...(first === undefined
      ? []
      : [
          {
            says: `${NAMES[probe]} (${path}) answered ${refused.length} of ${samples.length} times with ${first.status} or the like ${describe(when)}`,
            seen: { ...seen, from: first.at },
            isSlow: false,
            isMostly: false,
          },
        ]),
    ...(samples.length < NEEDED_SAMPLES || worst < LIMIT_MS
      ? []
      : [
          {
            says: `${NAMES[probe]} (${path}) took ${Number.isFinite(worst) ? `${Math.round(worst)} ms` : 'longer than was waited'} in the slowest of 100 cases ${describe(when)}, of ${samples.length}; a kubelet waits ${LIMIT_MS} ms`,
            seen,
            isSlow: true,
            isMostly: samples.filter((sample) => tookMs(sample) >= LIMIT_MS).length * 2 > samples.length,
          },
        ]),
  ]
}

function p99({ samples }: Part): number {
  return percentile(samples.map(tookMs), 0.99) ?? 0
}

function figuresOf(part: Part): Figure[] {
  const name = part.when === 'idle' ? 'Idle' : 'UnderLoad'
  const worst = p99(part)
  return [
    { name: `${part.probe}${name}Samples`, value: part.samples.length },
    ...(Number.isFinite(worst) && part.samples.length > 0
      ? [{ name: `${part.probe}${name}P99Ms`, value: Math.round(worst * 10) / 10 }]
      : []),
  ]
}

function describe(when: Part['when']): string {
  return when === 'idle' ? 'with nothing else going on' : 'under load'
}
