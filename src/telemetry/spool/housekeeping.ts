import { AsyncLocalStorage } from 'node:async_hooks'
import type { Cancel, Clock } from '../../core/clock.ts'
import type { QuietLog } from '../quiet-log.ts'
import type { Sweep } from './adopter.ts'
import type { JournalWriter } from './journal-writer.ts'
import type { SegmentStore } from './segment-store.ts'
import { describeFailure } from './spool-failure.ts'
import type { Tenancy } from './tenancy.ts'

const TICK_MS = 1000
const SWEEP_MS = 15_000
const SOON_MS = 3000
/** Everything delivered: the file can go, before the kernel (after 30 s by default) has written it to the disk at all. */
const IDLE_SEGMENT_MS = 15_000
/** A segment goes as a whole when it is too old, so it must not hold much more than what is. */
const SEGMENTS_PER_AGE = 24

export interface HousekeepingOptions {
  readonly clock: Clock
  readonly quietLog: QuietLog
  readonly tenancy: Tenancy
  readonly store: SegmentStore
  readonly writer: JournalWriter
  readonly segmentBytes: number
  readonly maxAgeMs: number
  /** Makes a directory where there is none. Never throws. */
  readonly settle: () => void
  /** Looks for what dead processes have left. */
  readonly sweep: () => Promise<Sweep> | undefined
}

/** What a spool does once a second, in the background: none of it keeps the process alive. */
export class Housekeeping {
  readonly #options: HousekeepingOptions
  /** A timer keeps the context in which it was set: that of some request must not live on from second to second. */
  readonly #detached = AsyncLocalStorage.snapshot()
  #cancel: Cancel = () => {}
  #ticking: Promise<void> = Promise.resolve()
  #sweeping: Promise<void> | undefined
  #sweepAt = 0
  #isOver = false

  constructor(options: HousekeepingOptions) {
    this.#options = options
  }

  begin(): void {
    this.#plan(0)
  }

  /** Begins nothing more. */
  stop(): void {
    this.#isOver = true
    this.#cancel()
  }

  /** The same, and waits for what is under way. Never rejects. */
  async end(): Promise<void> {
    this.stop()
    await this.#ticking
    await this.#sweeping
  }

  #plan(delayMs: number): void {
    const tick = (): void => {
      this.#ticking = this.#tick().catch(() => {})
    }
    this.#cancel = this.#detached(() => this.#options.clock.schedule(delayMs, tick, { keepAlive: false }))
  }

  async #tick(): Promise<void> {
    this.#options.settle()
    await this.#options.tenancy.renew()
    if (this.#isOver) return
    this.#lookAfterSegments()
    if (this.#options.clock.now() >= this.#sweepAt && this.#sweeping === undefined) {
      this.#sweeping = this.#sweep().finally(() => (this.#sweeping = undefined))
    }
    this.#plan(TICK_MS)
  }

  #lookAfterSegments(): void {
    const { clock, store, writer, segmentBytes, maxAgeMs } = this.#options
    const now = clock.now()
    const { current } = writer
    if (current !== undefined) {
      const ageMs = now - current.createdAt
      const isIdle = current.unsettled.size === 0 && (ageMs >= IDLE_SEGMENT_MS || current.size > segmentBytes / 4)
      if ((isIdle && current.size > 0) || ageMs > maxAgeMs / SEGMENTS_PER_AGE) writer.retire()
    }
    store.evictOlderThan(now - maxAgeMs, writer.current)
    store.writeMarks()
  }

  async #sweep(): Promise<void> {
    const { clock, store, writer, tenancy, quietLog } = this.#options
    this.#sweepAt = clock.now() + SWEEP_MS
    try {
      const sweep = await this.#options.sweep()
      if (sweep === undefined) return
      if (sweep.isUnfinished) this.#sweepAt = clock.now() + SOON_MS
      store.othersBytes = sweep.livingBytes
      store.makeRoom(0, writer.current)
    } catch (error) {
      const fields = { directory: tenancy.where, reason: describeFailure(error) }
      quietLog.warn('spool.sweep', fields, 'cannot look for what earlier processes have left on disk')
    }
  }
}
