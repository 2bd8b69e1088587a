import type { Facts } from '../../facts.ts'
import type { Lifetime } from '../lifetime.ts'

/** One way between clients and the service in this lifetime. */
export function wireDelayMsOf(lifetime: Lifetime, facts: Facts): number {
  const { wireDelayMs } = lifetime.settings
  return typeof wireDelayMs === 'number' ? wireDelayMs : facts.wireDelayMs.value
}

/** How long new connections go on coming after the signal in this lifetime. */
export function endpointLagMsOf(lifetime: Lifetime, facts: Facts): number {
  const { endpointLagMs } = lifetime.settings
  return typeof endpointLagMs === 'number' ? endpointLagMs : facts.endpointLagMs.value
}

/** What a runtime is given at least, even when the hook before the signal has used everything up. */
const MIN_DEADLINE_MS = 2000

/**
 * How long a service may take to end, from its signal on: the grace period less what the hook before the signal takes.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
 */
export function stopDeadlineMs(facts: Facts): number {
  return Math.max(MIN_DEADLINE_MS, facts.graceMs.value - facts.preStopMs.value)
}
