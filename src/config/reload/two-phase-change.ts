import { resolve } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { type Settled, settleWithin } from '../../core/wait.ts'
import type { ConfigSubscriber, ConfigUpdate } from './config-subscriber.ts'

/** Who stood against a change, and why: a thrown value, or that there was no end in time. */
export interface ChangeFailure {
  readonly subscriber: string
  readonly step: 'prepare' | 'commit' | 'rollback'
  readonly error: unknown
}

export interface TwoPhaseOptions<T> {
  readonly subscribers: readonly ConfigSubscriber<T>[]
  readonly update: ConfigUpdate<T>
  readonly clock: Clock
  /** For each single call. */
  readonly limitMs: number
  /** Gives preparing up. Committing and taking back go on: what is begun is not left half done. */
  readonly signal: AbortSignal
}

function isConcerned<T>({ paths, files }: ConfigSubscriber<T>, update: ConfigUpdate<T>): boolean {
  if (paths === undefined && files === undefined) return true
  if (paths?.some((path) => update.has(path)) === true) return true
  return files?.some((file) => update.files.includes(resolve(file))) === true
}

/** Leads subscribers through one change: one after the other, in their order, each within its time. */
export class TwoPhaseChange<T> {
  readonly #options: TwoPhaseOptions<T>
  readonly #asked: readonly ConfigSubscriber<T>[]
  readonly #prepared: ConfigSubscriber<T>[] = []

  constructor(options: TwoPhaseOptions<T>) {
    this.#options = options
    const { subscribers, update } = options
    this.#asked = subscribers.filter((subscriber) => isConcerned(subscriber, update))
  }

  /** Ends with the first who refuses. */
  async prepare(): Promise<ChangeFailure | undefined> {
    for (const subscriber of this.#asked) {
      const settled = await this.#call(subscriber, 'prepare')
      // One that has refused has nothing to give up; one that is late may have.
      if (settled.outcome !== 'failed') this.#prepared.push(subscriber)
      const failure = this.#failureOf(settled, subscriber, 'prepare')
      if (failure !== undefined) return failure
    }
    return undefined
  }

  /** Ends with the first who fails. */
  async commit(): Promise<ChangeFailure | undefined> {
    for (const subscriber of this.#asked) {
      const failure = this.#failureOf(await this.#call(subscriber, 'commit'), subscriber, 'commit')
      if (failure !== undefined) return failure
    }
    return undefined
  }

  /** @returns who failed at it */
  async rollback(): Promise<readonly ChangeFailure[]> {
    const failures: ChangeFailure[] = []
    for (const subscriber of this.#prepared.toReversed()) {
      const failure = this.#failureOf(await this.#call(subscriber, 'rollback'), subscriber, 'rollback')
      if (failure !== undefined) failures.push(failure)
    }
    return failures
  }

  #call(subscriber: ConfigSubscriber<T>, step: ChangeFailure['step']): Promise<Settled<void>> {
    const { clock, limitMs, update, signal } = this.#options
    const until = step === 'prepare' ? signal : undefined
    return settleWithin(clock, limitMs, (ownSignal) => subscriber[step]?.(update, ownSignal), until)
  }

  #failureOf(
    settled: Settled<void>,
    { name }: ConfigSubscriber<T>,
    step: ChangeFailure['step'],
  ): ChangeFailure | undefined {
    switch (settled.outcome) {
      case 'done':
        return undefined
      case 'failed':
        return { subscriber: name, step, error: settled.error }
      case 'timed-out':
        return { subscriber: name, step, error: `no end within ${this.#options.limitMs} ms` }
      case 'given-up':
        return { subscriber: name, step, error: 'given up, because the service ends' }
    }
  }
}
