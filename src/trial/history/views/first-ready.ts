import type { Facts } from '../../facts.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'

/** When a service said for the first time that it may get requests. */
export interface FirstReady {
  readonly at: number
  /** Since the command was started. */
  readonly afterMs: number
  /** By its probe; or, as it has none, by taking connections. */
  readonly by: 'probe' | 'listening'
}

/**
 * The first success of the readiness probe; without such a probe, the first open port that requests go to. `undefined` when
 * it never came, or nothing was started.
 */
export function firstReady(lifetime: Lifetime, facts: Facts): FirstReady | undefined {
  const spawnedAt = eventsOf(lifetime, 'spawned')[0]?.at
  if (spawnedAt === undefined) return undefined
  const by = facts.probes.ready === undefined ? 'listening' : 'probe'
  const at = by === 'probe' ? firstYes(lifetime) : firstOpened(lifetime)
  return at === undefined ? undefined : { at, afterMs: at - spawnedAt, by }
}

function firstYes(lifetime: Lifetime): number | undefined {
  return eventsOf(lifetime, 'probe').find(({ probe, isSuccess }) => probe === 'ready' && isSuccess)?.at
}

function firstOpened(lifetime: Lifetime): number | undefined {
  return eventsOf(lifetime, 'listening').find(({ what }) => what === 'opened')?.at
}
