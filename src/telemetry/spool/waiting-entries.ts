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
  #cancel: Cancel | undefined = undefined

  /** @param onDue called once for each {@link arm}, unless that is disarmed before */
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

  /** Whether they may no longer be held. Those that came first are the oldest, but for a few milliseconds. */
  get isDue(): boolean {
    return this.#byteLength > MAX_HELD_BYTES || this.#heldMs() <= 0
  }

  add(entry: SpoolEntry): void {
    this.#entries.add(entry)
    this.#byteLength += entry.byteLength
  }

  /** @returns whether it was there */
  delete(entry: SpoolEntry): boolean {
    if (!this.#entries.delete(entry)) return false
    this.#byteLength -= entry.byteLength
    return true
  }

  /** Puts some before all others. */
  addFirst(entries: readonly SpoolEntry[]): void {
    this.#entries = new Set([...entries, ...this.#entries])
    for (const entry of entries) this.#byteLength += entry.byteLength
  }

  takeAll(): readonly SpoolEntry[] {
    const all = [...this.#entries]
    this.#entries = new Set()
    this.#byteLength = 0
    return all
  }

  /** They may be deleted while one goes through them. */
  [Symbol.iterator](): IterableIterator<SpoolEntry> {
    return this.#entries.values()
  }

  /** Sees to it that they are written in time. */
  arm(): void {
    if (this.#cancel !== undefined || this.#entries.size === 0) return
    const due = (): void => {
      this.#cancel = undefined
      this.#onDue()
    }
    this.#cancel = this.#detached(() => this.#clock.schedule(this.#heldMs(), due, { keepAlive: false }))
  }

  disarm(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** How much longer; never, where there is nothing. */
  #heldMs(): number {
    const [first] = this.#entries
    return first === undefined ? Number.POSITIVE_INFINITY : Math.max(0, first.since + HOLD_MS - this.#clock.now())
  }
}
