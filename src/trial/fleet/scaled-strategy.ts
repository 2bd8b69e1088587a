import type { Facts } from '../facts.ts'
import type { RollingStrategy } from './rolling-update.ts'

/** One pod alone would leave nobody to take over, and shows nothing of a rollout. */
const MIN_REPLICAS = 2
/** What fits beside clients on a small machine; more pods would show the same more often. */
const MAX_REPLICAS = 3

/**
 * The strategy that was declared, for as many replicas as are tried: as with a percentage, the surge is rounded up and
 * what may be missing is rounded down.
 */
export function scaledStrategy(facts: Pick<Facts, 'replicas' | 'maxSurge' | 'maxUnavailable'>): RollingStrategy {
  const declared = Math.max(1, facts.replicas.value)
  const replicas = Math.min(MAX_REPLICAS, Math.max(MIN_REPLICAS, declared))
  const share = Math.min(1, replicas / declared)
  const maxSurge = Math.ceil(facts.maxSurge.value * share)
  const maxUnavailable = Math.min(replicas, Math.floor(facts.maxUnavailable.value * share))
  return { replicas, maxSurge, maxUnavailable }
}
