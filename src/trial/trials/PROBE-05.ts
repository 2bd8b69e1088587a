import type { ProbeEvent, ProbeName } from '../history/event.ts'
import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { stoppedAt } from '../history/views/end-of-life.ts'
import { type FaultWindow, outagesOf } from '../history/views/fault-windows.ts'
import { harnessLatenessMs } from '../history/views/harness-lateness.ts'
import { probesOf, tookMs } from '../history/views/probe-samples.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { percentile } from '../verdict/statistics/percentile.ts'

const NEEDED_SAMPLES = 20
const NAMES = { ready: 'Readiness', live: 'Liveness' } as const
const PROBES = ['ready', 'live'] as const satisfies readonly ProbeName[]

export default defineTrial({
  id: 'PROBE-05',
  slug: 'probes-answer-in-an-outage',
  claim: 'While a dependency hangs, the probes still answer in time, whatever they say.',
  procedure:
    'A dependency takes connections and never answers. Both probes are asked on meanwhile. It fails when 5 of 100 answers, or more, come later than the limit of the probe (a second, unless the manifest says otherwise). ' +
    `It takes ${NEEDED_SAMPLES} questions, and a service that had to do with the dependency in that time or before.`,
  seed: ['P2'],
  remedy: {
    feature: 'health checks that run beside the probes, in parallel and with time limits of their own',
    page: 'guide/health.md',
    change: 'Run checks in the background, and let the probe answer with what is known.',
    rules: [],
  },
  voyages: ['outage', 'no-dependency-start'],
  essential: ['outage'],
  isTiming: false,
  skipBecause: ({ dependencies, probes }) => {
    if (probes.ready === undefined && probes.live === undefined) return 'The service has no probes'
    return dependencies.length === 0
      ? 'No dependency is known; declare one with --dep name=VARIABLE, the variable that holds its address'
      : undefined
  },
  judge({ facts, lifetimes }) {
    const outages = lifetimes.flatMap((lifetime) =>
      outagesOf(lifetime)
        .filter(({ fault }) => fault === 'blackhole')
        .map((window) => ({ lifetime, window, wasUsed: wasUsed(lifetime, window) })),
    )
    const asked = outages
      .filter(({ wasUsed }) => wasUsed)
      .flatMap(({ lifetime, window }) =>
        PROBES.map((probe) => {
          const limitMs = facts.probes[probe]?.timeoutMs ?? 1000
          const samples = samplesIn(lifetime, probe, window)
          return {
            lifetime,
            window,
            probe,
            limitMs,
            samples,
            worstMs: percentile(samples.map(tookMs), 0.95) ?? 0,
          }
        }),
      )
    const enough = asked.filter(({ samples }) => samples.length >= NEEDED_SAMPLES)
    const figures = enough.flatMap(({ probe, worstMs, samples }) => [
      { name: `${probe}Samples`, value: samples.length },
      ...(Number.isFinite(worstMs) ? [{ name: `${probe}P95Ms`, value: Math.round(worstMs) }] : []),
    ])
    const late = enough.filter(({ worstMs, limitMs }) => worstMs >= limitMs)
    const [worst] = late
    if (worst !== undefined) {
      const latenessMs = harnessLatenessMs(worst.lifetime, worst.window.from, worst.window.to)
      if (latenessMs >= worst.limitMs)
        return inconclusive(`The machine was too busy to tell: we were ${Math.round(latenessMs)} ms late ourselves`, {
          figures,
        })
      const evidence = late.map(({ lifetime, window, probe, limitMs, samples }) => ({
        says: `${NAMES[probe]} came later than ${limitMs} ms, or not at all, ${samples.filter((sample) => tookMs(sample) >= limitMs).length} of ${samples.length} times while "${window.target}" hung`,
        seen: { lifetime: lifetime.id, from: window.from, to: window.to },
      }))
      return fail(evidence[0]?.says ?? '', { evidence, figures })
    }
    if (outages.length === 0) return inconclusive('No dependency was seen to hang', { figures })
    if (!outages.some(({ wasUsed }) => wasUsed))
      return inconclusive(`The service had nothing to do with "${outages[0]?.window.target}" while it hung`, {
        figures,
      })
    if (enough.length === 0)
      return inconclusive(
        `Only ${Math.max(...asked.map(({ samples }) => samples.length))} questions were asked while a dependency hung; it takes ${NEEDED_SAMPLES}`,
        { figures },
      )
    return pass(
      `Probes answered in time while a dependency hung: 95 of 100 within ${Math.round(Math.max(...enough.map(({ worstMs }) => worstMs)))} ms`,
      { figures },
    )
  },
})

function samplesIn(lifetime: Lifetime, probe: ProbeName, { from, to }: FaultWindow): ProbeEvent[] {
  const end = stoppedAt(lifetime)
  return probesOf(lifetime, probe, from, Math.min(to, end)).filter(({ at, status }) => status !== undefined || at < end)
}

/** A connection to it stood, or was tried, before it worked again. */
function wasUsed(lifetime: Lifetime, { target, to }: FaultWindow): boolean {
  return eventsOf(lifetime, 'dependency').some(({ dependency, at }) => dependency === target && at <= to)
}
