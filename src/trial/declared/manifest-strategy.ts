import type { Known } from '../facts.ts'
import type { DeclarationProblems } from './declaration-problems.ts'
import type { Workload } from './manifest-workload.ts'
import { childOf, textOf } from './placed.ts'
import { readInteger, readPodCount } from './read-scalars.ts'

/** How a new version of the workload comes. */
export interface Strategy {
  readonly replicas: Known<number>
  readonly maxSurge: Known<number>
  readonly maxUnavailable: Known<number>
}

/** What Kubernetes takes where a Deployment says nothing. */
const QUARTER = { percent: 25 }

/**
 * Replicas and how many pods may be more or less during a rollout, worked out as Kubernetes does: of a percentage, the
 * surge is rounded up and the rest down; both 0 would stand still, so one may be missing.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
 */
export function readStrategy({ kind, spec }: Workload, problems: DeclarationProblems): Strategy {
  const replicasNode = kind === 'Pod' || kind === 'DaemonSet' ? undefined : childOf(spec, 'replicas')
  const replicas = (replicasNode === undefined ? undefined : readInteger(0, 1000)(replicasNode, problems)) ?? 1
  if (kind === 'Pod') return known(1, 0, 1)
  const key = kind === 'Deployment' ? 'strategy' : 'updateStrategy'
  if (textOf(childOf(spec, key, 'type')) === 'Recreate') return known(replicas, 0, Math.max(1, replicas))
  const surgeNode = childOf(spec, key, 'rollingUpdate', 'maxSurge')
  const unavailableNode = childOf(spec, key, 'rollingUpdate', 'maxUnavailable')
  const surge =
    (surgeNode === undefined ? undefined : readPodCount(surgeNode, problems)) ?? (kind === 'Deployment' ? QUARTER : 0)
  const unavailable =
    (unavailableNode === undefined ? undefined : readPodCount(unavailableNode, problems)) ??
    (kind === 'Deployment' ? QUARTER : 1)
  const maxSurge = countPods(surge, replicas, Math.ceil)
  const maxUnavailable = countPods(unavailable, replicas, Math.floor)
  return known(replicas, maxSurge, maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable)
}

/** A number of pods, or the percentage of the replicas. */
export function countPods(
  count: number | { readonly percent: number },
  replicas: number,
  round: (pods: number) => number,
): number {
  return typeof count === 'number' ? count : round((count.percent * replicas) / 100)
}

function known(replicas: number, maxSurge: number, maxUnavailable: number): Strategy {
  const as = (value: number): Known<number> => ({ value, origin: 'manifest' })
  return { replicas: as(replicas), maxSurge: as(maxSurge), maxUnavailable: as(maxUnavailable) }
}
