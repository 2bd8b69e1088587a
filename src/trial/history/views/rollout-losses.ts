import type { Facts } from '../../facts.ts'
import type { RequestEvent } from '../client-events.ts'
import { eventsOf, markedAt, type Lifetime } from '../lifetime.ts'
import { ROLLOUT_BEGAN } from '../marks/rollout.ts'
import { failureOf } from './failed-requests.ts'
import { podLives, type PodLife } from './pod-lives.ts'
import { isRetryAllowed } from './retry-allowed.ts'
import { wireDelayMsOf } from './stop-settings.ts'
import { isUnavoidableReset } from './unavoidable-reset.ts'

/**
 * What a request met: a pod that was not being deleted (`before`); a new connection to one that was, because clients had
 * not heard of it (`lag`); one that was in flight at the deletion, or went over a kept connection after it (`terminating`);
 * one whose process had ended (`after`).
 */
export type RolloutPhase = 'before' | 'terminating' | 'lag' | 'after'

/** A request that a rollout, or one stop of it, has cost. */
export interface LostRequest {
  readonly request: RequestEvent
  readonly phase: RolloutPhase
  /** An outcome, or `5xx`. */
  readonly reason: string
  /** Absent when there was no endpoint to go to. */
  readonly life?: PodLife
}

/** What a rollout has cost. Every request that failed is in exactly one of the lists. */
export interface RolloutLosses {
  readonly lost: readonly LostRequest[]
  /** Failed before the rollout, or in a way that was seen before it. */
  readonly elsewise: readonly LostRequest[]
  /** A reused connection died under a request that may be sent again, and the user allows it. */
  readonly retryable: readonly LostRequest[]
  /** Met the close of an idle connection that could not have been announced. */
  readonly unavoidable: readonly LostRequest[]
}

export function rolloutLosses(lifetime: Lifetime, facts: Facts): RolloutLosses {
  const lives = new Map(podLives(lifetime).map((life) => [life.pod, life]))
  const deletions = [...lives.values()].map(({ deletedAt = Infinity }) => deletedAt)
  const beganAt = markedAt(lifetime, ROLLOUT_BEGAN) ?? Math.min(Infinity, ...deletions)
  const failed = eventsOf(lifetime, 'request').flatMap((request): LostRequest[] => {
    const reason = failureOf(request)
    if (reason === undefined) return []
    const life = lives.get(request.pod ?? '')
    return [{ request, reason, phase: phaseOf(request, life), ...(life === undefined ? {} : { life }) }]
  })
  const usual = new Set(failed.filter(({ request }) => request.at < beganAt).map(kindOf))
  const sorted: Record<keyof RolloutLosses, LostRequest[]> = { lost: [], elsewise: [], retryable: [], unavoidable: [] }
  for (const failure of failed) {
    if (usual.has(kindOf(failure))) sorted.elsewise.push(failure)
    else if (isUnavoidable(failure, lifetime, facts)) sorted.unavoidable.push(failure)
    else if (isRetryAllowed(failure, facts)) sorted.retryable.push(failure)
    else sorted.lost.push(failure)
  }
  return sorted
}

function phaseOf({ startedAt, at, reuse }: RequestEvent, life: PodLife | undefined): RolloutPhase {
  const { deletedAt, goneAt } = life ?? {}
  if (deletedAt === undefined || at < deletedAt) return 'before'
  if (goneAt !== undefined && startedAt >= goneAt) return 'after'
  return startedAt >= deletedAt && reuse === 0 ? 'lag' : 'terminating'
}

/**
 * A service gets no credit for a close that comes with its signal: it has to have gone on for the declared lag from there,
 * however long a hook before it took and whatever lag is tried.
 */
function isUnavoidable({ request, life }: LostRequest, lifetime: Lifetime, facts: Facts): boolean {
  const { stop } = life ?? {}
  if (stop === undefined) return false
  const wireDelayMs = wireDelayMsOf(lifetime, facts)
  return isUnavoidableReset(request, lifetime, { stop, endpointLagMs: facts.endpointLagMs.value, wireDelayMs })
}

/** What fails in the same way without a rollout says nothing about it. */
function kindOf({ request, reason }: LostRequest): string {
  return `${request.load} ${reason}`
}
