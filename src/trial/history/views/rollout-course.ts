import { eventsOf, markedAt, type Lifetime } from '../lifetime.ts'
import { ROLLOUT_BEGAN, ROLLOUT_ENDED, ROLLOUT_LOAD_BEGAN, ROLLOUT_LOAD_ENDED } from '../marks/rollout.ts'
import { metTermination, podLives, type PodLife } from './pod-lives.ts'

/** How a rollout went, whatever it has cost. */
export interface RolloutCourse {
  readonly lives: readonly PodLife[]
  /** Old pods that were gone when it ended. */
  readonly replacedCount: number
  readonly isComplete: boolean
  readonly tookMs?: number
  /** Requests that were due: sent ones, and those that the clients themselves left out. */
  readonly scheduledCount: number
  readonly droppedCount: number
  readonly unsettledCount: number
  /** Requests that a pod had to do with while it was being deleted. */
  readonly metTerminatingCount: number
  /** Why nothing can be said about a PASS; empty when everything was there. */
  readonly missing: readonly string[]
}

const MIN_REPLACED = 2
/** Clients that could not keep up saw another load than the one that was meant. */
const MAX_DROPPED_RATIO = 0.2

export function rolloutCourse(lifetime: Lifetime): RolloutCourse {
  const lives = podLives(lifetime)
  const byPod = new Map(lives.map((life) => [life.pod, life]))
  const marks = eventsOf(lifetime, 'mark')
  const ended = marks.find(({ name }) => name === ROLLOUT_ENDED)
  const beganAt = markedAt(lifetime, ROLLOUT_BEGAN)
  const requests = eventsOf(lifetime, 'request')
  const dropped = marks.find(({ name }) => name === ROLLOUT_LOAD_ENDED)?.data['droppedCount']
  const droppedCount = typeof dropped === 'number' ? dropped : 0
  const endedAt = ended?.at ?? Infinity
  const replacedCount = lives.filter(
    ({ revision, goneAt = Infinity }) => revision === 'old' && goneAt <= endedAt,
  ).length
  const isComplete = ended?.data['isSettled'] === true
  const metTerminatingCount = requests.filter((request) => {
    const life = byPod.get(request.pod ?? '')
    return life !== undefined && metTermination(request, life)
  }).length
  return {
    lives,
    replacedCount,
    isComplete,
    ...(ended === undefined || beganAt === undefined ? {} : { tookMs: ended.at - beganAt }),
    scheduledCount: requests.length + droppedCount,
    droppedCount,
    unsettledCount: requests.filter(({ outcome }) => outcome === 'unsettled').length,
    metTerminatingCount,
    missing: [
      ...(markedAt(lifetime, ROLLOUT_LOAD_BEGAN) === undefined ? [notUp(lives)] : []),
      ...(isComplete ? [] : [`the rollout did not complete (${whereItStood(lives)})`]),
      ...(replacedCount >= MIN_REPLACED
        ? []
        : [`only ${replacedCount} pods were replaced, and it takes ${MIN_REPLACED}`]),
      ...(droppedCount <= MAX_DROPPED_RATIO * (requests.length + droppedCount)
        ? []
        : [`${droppedCount} of ${requests.length + droppedCount} requests were not sent by the clients themselves`]),
      ...(metTerminatingCount > 0 ? [] : ['no request met a pod that was being deleted']),
    ],
  }
}

function notUp(lives: readonly PodLife[]): string {
  const ready = lives.filter(({ readyAt }) => readyAt !== undefined).length
  return `only ${ready} of ${lives.length} replicas became ready before it began`
}

function whereItStood(lives: readonly PodLife[]): string {
  const fresh = lives.filter(({ revision }) => revision === 'new')
  const ready = fresh.filter(({ readyAt }) => readyAt !== undefined).length
  const stuck = lives.filter(({ deletedAt, goneAt }) => deletedAt !== undefined && goneAt === undefined).length
  return `${ready} of ${fresh.length} new pods became ready, ${stuck} old ones did not end`
}
