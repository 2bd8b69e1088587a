import type { Facts } from '../../facts.ts'
import { eventsOf, markedAt, type Lifetime } from '../lifetime.ts'
import { LAG_OVER } from '../marks/safe-lag.ts'
import { podLives } from './pod-lives.ts'
import { type LostRequest, rolloutLosses } from './rollout-losses.ts'

/** One stop of a single replica, to which clients went on making connections for so long. */
export interface LagStep {
  readonly lifetime: number
  readonly lagMs: number
  readonly lost: readonly LostRequest[]
  /**
   * From the deletion to the first request that was lost, 0 for one that was in flight: with any lag that is longer, all
   * that came before it would have been the same.
   */
  readonly firstLostMs?: number
  /** Whether that was a new connection: one that comes earlier may do better. */
  readonly isDial?: boolean
  /** It did not end within the grace. */
  readonly wasKilled: boolean
  /** Why it says nothing; absent when it does. */
  readonly problem?: string
}

/** What the stops say of which the search for the safe lag consists, in their order. */
export function lagSteps(lifetimes: readonly Lifetime[], facts: Facts): LagStep[] {
  return lifetimes.map((lifetime) => lagStepOf(lifetime, facts))
}

export function lagStepOf(lifetime: Lifetime, facts: Facts): LagStep {
  const { endpointLagMs } = lifetime.settings
  const step = { lifetime: lifetime.id, lagMs: typeof endpointLagMs === 'number' ? endpointLagMs : Number.NaN }
  const life = podLives(lifetime).find(({ deletedAt }) => deletedAt !== undefined)
  const { deletedAt, readyAt } = life ?? {}
  const { lost } = rolloutLosses(lifetime, facts)
  const wasKilled = life?.wasKilled === true
  const problem =
    readyAt === undefined || deletedAt === undefined || readyAt > deletedAt
      ? 'the replica was never ready'
      : problemOf(lifetime, deletedAt, lost)
  if (problem !== undefined || deletedAt === undefined) {
    return { ...step, lost, wasKilled, problem: problem ?? 'the replica was never deleted' }
  }
  const [first] = lost.toSorted((one, other) => one.request.startedAt - other.request.startedAt)
  if (first === undefined) return { ...step, lost, wasKilled }
  const { startedAt, reuse } = first.request
  const firstLostMs = Math.max(0, startedAt - deletedAt)
  return { ...step, lost, wasKilled, firstLostMs, isDial: reuse === 0 && startedAt >= deletedAt }
}

/** A step without a loss has to show that there was something to lose. */
function problemOf(lifetime: Lifetime, deletedAt: number, lost: readonly LostRequest[]): string | undefined {
  if (lost.length > 0) return undefined
  const requests = eventsOf(lifetime, 'request').filter(({ outcome }) => outcome !== 'unsettled')
  const lagOver = markedAt(lifetime, LAG_OVER)
  if (lagOver === undefined) return 'the lag was not waited for'
  if (!requests.some(({ at }) => at >= deletedAt)) return 'no request came after the deletion'
  return undefined
}
