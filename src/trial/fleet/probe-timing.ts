import type { Facts, ProbeFact } from '../facts.ts'
import type { ProbeName } from '../history/event.ts'
import type { ProbeTiming } from './probe-worker.ts'

/** Numbers that nobody declared would be those of Kubernetes, 10 s; a rollout then takes minutes and shows the same. */
const SHORT_PERIOD_MS = 1000
/** Of a service without a known probe for readiness, which is asked whether it takes connections. */
const TCP_TIMING: ProbeTiming = { periodMs: SHORT_PERIOD_MS, failureThreshold: 3, initialDelayMs: 0 }

/** Whether the numbers of a probe are the user's own. */
export function isDeclared({ origin }: Pick<ProbeFact, 'origin'>): boolean {
  return origin !== 'default' && origin !== 'found'
}

/** When the probes of a replica are asked: as declared, and every second where nobody said anything. */
export function probeTimings({ probes }: Pick<Facts, 'probes'>): Readonly<Partial<Record<ProbeName, ProbeTiming>>> {
  const known = Object.entries(probes).map(([name, probe]) => {
    const { failureThreshold, initialDelayMs } = probe
    const periodMs = isDeclared(probe) ? probe.periodMs : Math.min(probe.periodMs, SHORT_PERIOD_MS)
    // A container is given up after as long as with the longer period: it may start slowly, several at a time.
    const patience = name === 'ready' ? 1 : probe.periodMs / periodMs
    return [name, { periodMs, failureThreshold: Math.ceil(failureThreshold * patience), initialDelayMs }]
  })
  return { ready: TCP_TIMING, ...Object.fromEntries(known) }
}
