import type { PodEvent } from '../history/fleet-events.ts'

/** Which version a pod runs. */
export type Revision = PodEvent['revision']

/** How many pods there shall be, and how many more or fewer there may be while they are replaced. */
export interface RollingStrategy {
  readonly replicas: number
  readonly maxSurge: number
  readonly maxUnavailable: number
}

/** What the controllers know of a pod that is not being deleted. */
export interface ActivePod {
  readonly name: string
  readonly revision: Revision
  /** Ready, for at least `minReadySeconds`, which is 0 here. */
  readonly isAvailable: boolean
  /** On any scale that grows. */
  readonly createdAt: number
  readonly readySince?: number
  readonly restartCount: number
}

/** What is done next; nothing when the rollout waits, or is complete. */
export interface Scaling {
  readonly create: number
  /** Names of pods to delete. */
  readonly remove: readonly string[]
}

const NOTHING: Scaling = { create: 0, remove: [] }

/**
 * The next step of a Deployment of type RollingUpdate towards `target`: new pods as far as the surge goes, and in another
 * step old ones as far as enough others are available. Pods that are being deleted count neither way.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/controller/deployment/rolling.go
 */
export function planScaling(strategy: RollingStrategy, pods: readonly ActivePod[], target: Revision): Scaling {
  const { replicas, maxSurge } = strategy
  const updated = pods.filter(({ revision }) => revision === target)
  const outdated = pods.filter(({ revision }) => revision !== target)
  const create = Math.min(replicas + maxSurge - pods.length, replicas - updated.length)
  if (create > 0) return { create, remove: [] }
  if (updated.length > replicas)
    return { create: 0, remove: namesOf(firstToGo(updated).slice(0, -replicas || undefined)) }
  if (outdated.length === 0) return NOTHING

  const minAvailable = replicas - unavailableOf(strategy)
  const isUpdatedMissing = updated.filter(({ isAvailable }) => !isAvailable).length
  const mostRemoved = pods.length - minAvailable - isUpdatedMissing
  if (mostRemoved <= 0) return NOTHING
  const ordered = firstToGo(outdated)
  // Old ones that don't work are in nobody's way.
  const broken = ordered.filter(({ isAvailable }) => !isAvailable).slice(0, mostRemoved)
  const spare = Math.max(0, pods.filter(({ isAvailable }) => isAvailable).length - minAvailable)
  const working = ordered.filter(({ isAvailable }) => isAvailable).slice(0, spare)
  return { create: 0, remove: namesOf([...broken, ...working]) }
}

/**
 * With neither a surge nor one that may be missing, nothing could ever move: then one may be missing.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/controller/deployment/util/deployment_util.go
 */
export function unavailableOf({ maxSurge, maxUnavailable }: RollingStrategy): number {
  return maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable
}

/**
 * Which pod a ReplicaSet deletes first: one that is not ready, the one that became ready last, the one that was restarted
 * most often, the youngest.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-a-replicaset
 */
function firstToGo(pods: readonly ActivePod[]): ActivePod[] {
  return pods.toSorted(
    (one, other) =>
      Number(one.isAvailable) - Number(other.isAvailable) ||
      (other.readySince ?? 0) - (one.readySince ?? 0) ||
      other.restartCount - one.restartCount ||
      other.createdAt - one.createdAt,
  )
}

function namesOf(pods: readonly ActivePod[]): string[] {
  return pods.map(({ name }) => name)
}
