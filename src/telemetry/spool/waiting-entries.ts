import { AsyncLocalStorage } from 'node:async_hooks'
import type { Cancel, Clock } from '../../core/clock.ts'
import type { SpoolEntry } from './segment.ts'

/**
 * How old the first item of a chunk may become before it is written: a collector that is there has taken a full chunk by
 * then, and that is never written. Less than the 150 ms after which a chunk is sealed that is not full: such a one is
 * written at once, because what a violent end may cost is nearly used up.
 */
const HOLD_MS = 100
/** Beyond it nothing is held: so much telemetry in so little time had better lie on disk. */
const MAX_HELD_BYTES = 4 * 1024 * 1024

/** Chunks that wait to be written, in order, and the moment when they have to be. */
export class WaitingEntries {
  readonly #clock: Clock
  readonly #onDue: () => void
  /** A timer keeps the context in which it was set: that of some request must not live on in it. */
  readonly #detached = AsyncLocalStorage.snapshot()
  #entries = new Set<SpoolEntry>()
  #byteLength = 0
  /** When the oldest of them began: they come in the order of their ends. Looked for when it is asked for. */
  #oldest: number | undefined = undefined
  #isHurried = false
  #cancel: Cancel | undefined = undefined
  #armedFor = 0

  /** @param onDue called when {@link isDue} has become true, once they are armed */
  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock
    this.#onDue = onDue
  }

  get size(): number {
    return this.#entries.size
  }

  get byteLength(): number {
    return this.#byteLength
  }

  /** Whether they may no longer be held. */
  get isDue(): boolean {
    return this.#isHurried || this.#byteLength > MAX_HELD_BYTES || this.#dueAt() <= this.#clock.now()
  }

  add(entry: SpoolEntry): void {
    if (this.#entries.size === 0) this.#oldest = entry.since
    else if (this.#oldest !== undefined && entry.since < this.#oldest) this.#oldest = entry.since
    this.#entries.add(entry)
    this.#byteLength += entry.byteLength
  }

  /** None of those that are there may be held any longer. */
  hurry(): void {
    this.#isHurried = this.#entries.size > 0
  }

  /** @returns whether it was there */
  delete(entry: SpoolEntry): boolean {
    if (!this.#entries.delete(entry)) return false
    if (this.#entries.size === 0) this.#isHurried = false
    this.#byteLength -= entry.byteLength
    if (entry.since === this.#oldest) this.#oldest = undefined
    return true
  }

  /** Puts some before all others. */
  addFirst(entries: readonly SpoolEntry[]): void {
    this.#entries = new Set([...entries, ...this.#entries])
    this.#oldest = undefined
    for (const entry of entries) this.#byteLength += entry.byteLength
  }

  takeAll(): readonly SpoolEntry[] {
    const all = [...this.#entries]
    this.#entries = new Set()
    this.#isHurried = false
    this.#byteLength = 0
    this.#oldest = undefined
    return all
  }

  /** They may be deleted while one goes through them. */
  [Symbol.iterator](): IterableIterator<SpoolEntry> {
    return this.#entries.values()
  }

  /** Sees to it that they are written in time. */
  arm(): void {
    const dueAt = this.#dueAt()
    if (dueAt === Number.POSITIVE_INFINITY || (this.#cancel !== undefined && this.#armedFor <= dueAt)) return
    this.disarm()
    const due = (): void => {
      this.#cancel = undefined
      // The one that it was for may have been delivered.
      if (this.isDue) this.#onDue()
      else this.arm()
    }
    this.#armedFor = dueAt
    const waitMs = Math.max(0, dueAt - this.#clock.now())
    this.#cancel = this.#detached(() => this.#clock.schedule(waitMs, due, { keepAlive: false }))
  }

  disarm(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** Never, where there is nothing. */
  #dueAt(): number {
    let oldest = this.#oldest ?? Number.POSITIVE_INFINITY
    if (this.#oldest === undefined) for (const { since } of this.#entries) oldest = Math.min(oldest, since)
    this.#oldest = oldest
    return oldest + HOLD_MS
  }
}
