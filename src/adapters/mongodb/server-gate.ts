import type { DatabaseGuard } from '../database/database-guard.ts'
import { queueFull } from '../database/waiting-errors.ts'
import type { MongoInternals } from './mongo-client.ts'

/** What decides on operations that want a server. */
export interface ServerGatePlan {
  readonly guard: DatabaseGuard
  readonly dependency: string
  readonly maxWaiting: number
  readonly isReachable: () => boolean
  /** Whether a server has answered since calls began to be refused. */
  readonly isHeard: () => boolean
}

/**
 * Stands where the driver chooses the server of each operation: while none can be reached, an operation would wait there,
 * half a minute by default, and any number of them.
 */
export class ServerGate {
  readonly #undo: () => void
  readonly #plan: ServerGatePlan
  #waiting = 0
  /** Of operations that wait while no server can be reached. */
  readonly #waiters = new Set<(refusal: Error) => void>()
  readonly #chosen = (): void => {
    this.#waiting -= 1
    // It was the probe, then. Of a server that is frozen, what was known before is no answer.
    const { guard, isHeard } = this.#plan
    if (guard.isRefusing && isHeard()) guard.answered()
  }
  readonly #failed = (error: unknown): void => {
    this.#waiting -= 1
    if (error instanceof Error && error.name === 'MongoServerSelectionError') this.#plan.guard.failed(error, 'timeout')
  }

  private constructor(plan: ServerGatePlan, undo: () => void) {
    this.#plan = plan
    this.#undo = undo
    plan.guard.onRefusing(() => this.#refuseWaiting())
  }

  /** `undefined` where the driver has no such place. */
  static of({ topology }: MongoInternals, plan: ServerGatePlan): ServerGate | undefined {
    const select = topology?.selectServer
    if (topology === undefined || typeof select !== 'function') return undefined
    const gate = new ServerGate(plan, () => void (topology.selectServer = select))
    topology.selectServer = (...args) => gate.#take(() => select.apply(topology, args))
    return gate
  }

  end(): void {
    this.#undo()
  }

  #take(select: () => Promise<unknown>): Promise<unknown> {
    const { dependency, guard, isReachable, maxWaiting } = this.#plan
    const refusal = this.#waiting >= maxWaiting && !isReachable() ? queueFull(dependency, maxWaiting) : guard.refusal()
    if (refusal !== undefined) return Promise.reject(refusal)
    const selected = select()
    this.#waiting += 1
    selected.then(this.#chosen, this.#failed)
    return isReachable() ? selected : this.#untilRefused(selected)
  }

  #untilRefused(selected: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiters.add(reject)
      const forget = (): void => void this.#waiters.delete(reject)
      selected.then(forget, forget)
      selected.then(resolve, reject)
    })
  }

  /** Nobody goes on waiting for a server that is not there; the operation that was the probe neither. Nothing was sent. */
  #refuseWaiting(): void {
    const refusal = this.#plan.guard.refusal()
    if (refusal === undefined) return
    for (const refuse of this.#waiters) refuse(refusal)
    this.#waiters.clear()
  }
}
