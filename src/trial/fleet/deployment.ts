import type { PodEvent } from '../history/fleet-events.ts'
import type { Pod } from './pod.ts'
import { planScaling, type Revision, type RollingStrategy } from './rolling-update.ts'

export interface DeploymentOptions {
  readonly strategy: RollingStrategy
  /** Makes a pod that tells {@link Deployment.onPodEvent} what happens to it. */
  readonly makePod: (name: string, revision: Revision) => Pod
  /** Called after each change of a pod: the pods of now, also those that are being deleted. */
  readonly onChange: (pods: readonly Pod[]) => void
}

/** A Deployment with its ReplicaSets: brings the pods to the version that is wanted, one step at a time. */
export class Deployment {
  readonly #options: DeploymentOptions
  readonly #pods: Pod[] = []
  readonly #numbers: Record<Revision, number> = { old: 0, new: 0 }
  readonly #waiting = new Set<() => void>()
  #target: Revision = 'old'
  #isActing = false
  #isClosed = false

  constructor(options: DeploymentOptions) {
    this.#options = options
  }

  get pods(): readonly Pod[] {
    return this.#pods.filter(({ isGone }) => !isGone)
  }

  /** All replicas are there, available, and of the version that is wanted. Some of the others may still be ending. */
  get isComplete(): boolean {
    const active = this.#pods.filter(({ isDeleted }) => !isDeleted)
    return (
      active.length === this.#options.strategy.replicas &&
      active.every(({ revision, isReady }) => revision === this.#target && isReady)
    )
  }

  /** Complete, and nothing of what was replaced is left. */
  get isSettled(): boolean {
    return this.isComplete && this.pods.every(({ isDeleted }) => !isDeleted)
  }

  /** From now on this version is wanted. */
  deploy(revision: Revision): void {
    this.#target = revision
    this.#act()
  }

  /** To be called with everything that happens to a pod of it. */
  onPodEvent(what: PodEvent['what']): void {
    if (what === 'pre-stop-began' || what === 'pre-stop-ended' || what === 'signalled' || what === 'killed') return
    // A deletion is told just before it takes effect, and by us alone.
    if (what === 'deleted') return
    this.#changed()
  }

  /** Resolves as soon as `isIt`, seen after a change of a pod. Never rejects; the caller sets the limit. */
  async when(isIt: () => boolean, signal: AbortSignal): Promise<boolean> {
    while (!isIt() && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const go = (): void => {
          this.#waiting.delete(go)
          signal.removeEventListener('abort', go)
          resolve()
        }
        this.#waiting.add(go)
        signal.addEventListener('abort', go, { once: true })
      })
    }
    return isIt()
  }

  /** Deletes every pod and creates none any more; resolves when all are gone. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const pod of this.pods) pod.delete()
    await Promise.all(this.pods.map(({ gone }) => gone))
  }

  #changed(): void {
    this.#options.onChange(this.pods)
    this.#act()
    for (const go of this.#waiting) go()
  }

  #act(): void {
    // What it does changes pods, which calls it again.
    if (this.#isActing || this.#isClosed) return
    this.#isActing = true
    while (this.#step()) {
      // Until there is nothing to do.
    }
    this.#isActing = false
  }

  #step(): boolean {
    const { strategy, makePod, onChange } = this.#options
    const active = this.#pods.filter(({ isDeleted, isGone }) => !isDeleted && !isGone)
    const known = active.map((pod) => ({
      name: pod.name,
      revision: pod.revision,
      isAvailable: pod.isReady,
      createdAt: pod.createdAt,
      restartCount: pod.restartCount,
      ...(pod.readySince === undefined ? {} : { readySince: pod.readySince }),
    }))
    const { create, remove } = planScaling(strategy, known, this.#target)
    for (let count = 0; count < create; count++) {
      const pod = makePod(`${this.#target}-${++this.#numbers[this.#target]}`, this.#target)
      this.#pods.push(pod)
      pod.create()
    }
    for (const pod of active) if (remove.includes(pod.name)) pod.delete()
    if (remove.length > 0) onChange(this.pods)
    return create > 0 || remove.length > 0
  }
}
