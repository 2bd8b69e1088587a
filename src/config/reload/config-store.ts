import { frozenCopy } from '../frozen-copy.ts'
import { PinnedSnapshot } from './pinned-snapshot.ts'
import type { ReloadableConfig } from './reloadable-config.ts'
import type { RestartChange } from './classify.ts'
import { shownHash } from './shown-hash.ts'

/** One configuration that is or was in force. */
export interface ConfigSnapshot<T> {
  /** From 1; a number is never given twice, so a configuration that was taken back leaves a gap. */
  readonly generation: number
  /**
   * Sixteen hexadecimal digits, the same wherever every value that may be shown is the same, so that instances can be
   * compared. Secrets are not in it: a hash would let them be guessed. Their rotation shows in `generation`.
   */
  readonly hash: string
  /** Frozen, all the way down, except for instances of classes other than Map, Set and Date. */
  readonly value: T
  /** The files that it was read from, those that may be absent among them. */
  readonly files: readonly string[]
  /** ISO time of its commit. */
  readonly at: string
  /** What asked for it: `start`, `files changed`, or what was given to `reload()`. */
  readonly trigger: string
}

/** The last time that a configuration was refused or taken back. */
export interface ConfigRejection {
  readonly reason: string
  readonly at: string
  readonly trigger: string
}

interface Held<T> {
  readonly snapshot: ConfigSnapshot<T>
  readonly loaded: ReloadableConfig<T>
}

/** Holds the configuration that is in force: one reference, which a commit replaces and a rollback puts back. */
export class ConfigStore<T> {
  readonly #timeOfDay: () => Date
  readonly #pin = new PinnedSnapshot<ConfigSnapshot<T>>()
  #held: Held<T>
  #lastGeneration = 1
  #rejection: ConfigRejection | undefined
  #pendingRestart: readonly RestartChange[] = Object.freeze([])
  #trialUntil: string | undefined

  constructor(initial: ReloadableConfig<T>, timeOfDay: () => Date) {
    this.#timeOfDay = timeOfDay
    this.#held = this.#hold(initial, 1, 'start')
  }

  /** What holds for the work that is running: the pinned snapshot, or outside of any the latest. */
  get current(): ConfigSnapshot<T> {
    return this.#pin.pinned ?? this.#held.snapshot
  }

  /** What holds for work that begins now. */
  get latest(): ConfigSnapshot<T> {
    return this.#held.snapshot
  }

  get loaded(): ReloadableConfig<T> {
    return this.#held.loaded
  }

  get lastRejection(): ConfigRejection | undefined {
    return this.#rejection
  }

  get pendingRestart(): readonly RestartChange[] {
    return this.#pendingRestart
  }

  /** ISO time at which the trial of what is in force will be over; `undefined` when there is none. */
  get trialUntil(): string | undefined {
    return this.#trialUntil
  }

  beginTrial(lengthMs: number): void {
    this.#trialUntil = new Date(this.#timeOfDay().getTime() + lengthMs).toISOString()
  }

  endTrial(): void {
    this.#trialUntil = undefined
  }

  run<R>(work: () => R): R {
    return this.#pin.run(this.#held.snapshot, work)
  }

  apply<R>(snapshot: ConfigSnapshot<T>, method: (...args: never[]) => R, self: unknown, args: readonly unknown[]): R {
    return this.#pin.apply(snapshot, method, self, args)
  }

  outside<R>(work: () => R): R {
    return this.#pin.outside(work)
  }

  /** A snapshot of what is to come, with a generation that nobody else gets. */
  prepare(
    loaded: ReloadableConfig<T>,
    trigger: string,
  ): { commit(): () => void; readonly snapshot: ConfigSnapshot<T> } {
    const next = this.#hold(loaded, ++this.#lastGeneration, trigger)
    return {
      snapshot: next.snapshot,
      commit: () => {
        const previous = this.#held
        this.#held = next
        return () => {
          this.#held = previous
        }
      },
    }
  }

  reject(reason: string, trigger: string): void {
    this.#rejection = Object.freeze({ reason, at: this.#timeOfDay().toISOString(), trigger })
  }

  /** What is in force is what the sources say, or as much of it as can be without a restart. */
  accept(): void {
    this.#rejection = undefined
  }

  /** @returns whether other values wait for a restart than before */
  awaitRestart(changes: readonly RestartChange[]): boolean {
    const before = this.#pendingRestart.map(({ name }) => name).join('\n')
    this.#pendingRestart = Object.freeze([...changes])
    return before !== changes.map(({ name }) => name).join('\n')
  }

  #hold(loaded: ReloadableConfig<T>, generation: number, trigger: string): Held<T> {
    const snapshot = Object.freeze({
      generation,
      hash: shownHash(loaded),
      value: frozenCopy(loaded.value),
      files: Object.freeze([...(loaded.files ?? [])]),
      at: this.#timeOfDay().toISOString(),
      trigger,
    })
    return { snapshot, loaded }
  }
}
