import { AsyncLocalStorage } from 'node:async_hooks'
import type { Cancel, Clock } from '../../core/clock.ts'
import { settleWithin, sleep } from '../../core/wait.ts'
import type { BatchLimits } from './batch-limits.ts'
import { exportOnce, type SettledExport } from './export-once.ts'
import type { ExportBatch } from './export-outcome.ts'
import type { QueueTrouble } from './queue-trouble.ts'
import { flushRetryDelayMs, retryDelayMs } from './retry-delay.ts'
import type { DropReason, SignalAccount } from './signal-account.ts'
import { SignalLedger } from './signal-ledger.ts'

export interface BatchQueueOptions<T> {
  readonly clock: Clock
  readonly limits: BatchLimits
  readonly exportBatch: ExportBatch<T>
  /** How much an item counts in the account. @default 1 each */
  readonly weigh?: (item: T) => number
  readonly onTrouble?: (trouble: QueueTrouble) => void
  /**
   * Whether nobody has asked for a collector, and none has ever been there: {@link BatchQueue.close} then gives up as
   * soon as a connection is refused. @default never
   */
  readonly isUnasked?: () => boolean
  /** 0 to 1, for the jitter. @default Math.random */
  readonly random?: () => number
}

/**
 * Collects items and hands them to an exporter in batches, one export at a time.
 *
 * What holds: `add` never throws, never waits and never exports by itself (the export begins in a later turn of the
 * event loop, outside of the request that filled the batch). A batch that fails is put back and tried again, in order,
 * as long as the process lives; what does not fit then is dropped, newest first, and counted. The account balances at
 * every moment. Timers do not keep the process alive, except within a drain.
 */
export class BatchQueue<T> {
  readonly #clock: Clock
  readonly #limits: BatchLimits
  readonly #exportBatch: ExportBatch<T>
  readonly #weigh: (item: T) => number
  readonly #onTrouble: (trouble: QueueTrouble) => void
  readonly #isUnasked: () => boolean
  readonly #random: () => number

  /**
   * Runs something in the context in which the queue was made. A timer keeps the context in which it was set, so that
   * of some request would live on from send to send, with all that it holds.
   */
  readonly #detached = AsyncLocalStorage.snapshot()
  readonly #ledger = new SignalLedger()
  #waiting: T[] = []
  #inFlight: readonly T[] = []
  #sending: Promise<void> | undefined
  #abort: AbortController | undefined
  #timer: { readonly cancel: Cancel; readonly dueAt: number } | undefined
  #failures = 0
  #isNobodyThere = false
  #failure: string | undefined
  #retryAfterMs: number | undefined
  #drains = 0
  #closed = false

  constructor(options: BatchQueueOptions<T>) {
    this.#clock = options.clock
    this.#limits = options.limits
    this.#exportBatch = options.exportBatch
    this.#weigh = options.weigh ?? ((): number => 1)
    this.#onTrouble = options.onTrouble ?? ((): void => {})
    this.#isUnasked = options.isUnasked ?? ((): boolean => false)
    this.#random = options.random ?? Math.random
  }

  get account(): SignalAccount {
    return this.#ledger.account
  }

  /** Why the latest attempt delivered nothing. `undefined` before the first one, and after one that delivered. */
  get failure(): string | undefined {
    return this.#failure
  }

  add(item: T): void {
    const count = this.#weigh(item)
    this.#ledger.create(count)
    if (this.#closed) return this.#drop(count, 'closed')
    if (this.#waiting.length + this.#inFlight.length >= this.#limits.maxQueueSize) {
      return this.#drop(count, 'queue_full')
    }
    this.#waiting.push(item)
    this.#plan()
  }

  /**
   * Sends everything that waits, what is on its way included, and tries again what fails, for at most `limitMs`.
   * Never rejects. True when nothing is left.
   */
  drain(limitMs: number): Promise<boolean> {
    return this.#drain(limitMs, () => false)
  }

  async #drain(limitMs: number, givesUp: () => boolean): Promise<boolean> {
    const deadline = this.#clock.now() + limitMs
    this.#drains++
    this.#cancelTimer()
    let failuresHere = 0
    while (this.#waiting.length + this.#inFlight.length > 0) {
      const failuresBefore = this.#failures
      const leftMs = deadline - this.#clock.now()
      if (leftMs <= 0) break
      await settleWithin(this.#clock, leftMs, () => this.#sending ?? this.#send())
      if (this.#failures <= failuresBefore) continue
      if (givesUp()) break
      failuresHere++
      const pauseMs = flushRetryDelayMs(failuresHere, this.#random)
      await sleep(this.#clock, Math.min(pauseMs, Math.max(0, deadline - this.#clock.now())))
    }
    this.#drains--
    this.#plan()
    return this.#ledger.pending === 0
  }

  /**
   * The final drain: afterwards nothing is sent any more, what is left counts as dropped (`flush_limit`), an export in
   * flight is aborted, and whatever is added later counts as dropped (`closed`). Where nobody asked for a collector and
   * nobody listens, it ends with the first attempt (`no_collector`).
   */
  async close(limitMs: number): Promise<void> {
    let hasGivenUp = false
    await this.#drain(limitMs, () => (hasGivenUp = this.#isNobodyThere && this.#isUnasked()))
    if (this.#closed) return
    this.#closed = true
    this.#cancelTimer()
    this.#abort?.abort('the time of the final flush was over')
    const left = [...this.#inFlight, ...this.#waiting]
    this.#inFlight = []
    this.#waiting = []
    if (left.length > 0) this.#drop(this.#count(left), hasGivenUp ? 'no_collector' : 'flush_limit')
  }

  /** Makes sure that a send is scheduled whenever something waits and nothing else will send it. */
  #plan(): void {
    if (this.#closed || this.#drains > 0 || this.#sending !== undefined || this.#waiting.length === 0) return
    const delayMs = this.#delayMs()
    const dueAt = this.#clock.now() + delayMs
    if (this.#timer !== undefined) {
      if (this.#timer.dueAt <= dueAt || this.#failures > 0) return
      this.#cancelTimer()
    }
    const send = (): void => {
      this.#timer = undefined
      void this.#send()
    }
    const cancel = this.#detached(() => this.#clock.schedule(delayMs, send, { keepAlive: false }))
    this.#timer = { dueAt, cancel }
  }

  #delayMs(): number {
    if (this.#failures > 0) return retryDelayMs(this.#failures, this.#retryAfterMs, this.#random)
    return this.#waiting.length >= this.#limits.maxBatchSize ? 0 : this.#limits.scheduleDelayMs
  }

  #cancelTimer(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** Exports one batch. Never rejects. Call it only while nothing is being sent. */
  #send(): Promise<void> {
    const batch = this.#waiting.splice(0, this.#limits.maxBatchSize)
    this.#inFlight = batch
    const abort = new AbortController()
    this.#abort = abort
    const limits = { clock: this.#clock, limitMs: this.#limits.exportTimeoutMs }
    const sent = exportOnce(this.#exportBatch, batch, abort, limits).then((outcome) => {
      this.#sending = undefined
      this.#abort = undefined
      // After a close the batch is in the books already.
      if (this.#closed) return
      this.#inFlight = []
      this.#book(batch, outcome)
      this.#plan()
    })
    this.#sending = sent
    return sent
  }

  #book(batch: readonly T[], outcome: SettledExport): void {
    this.#failure = outcome.kind === 'delivered' ? undefined : outcome.reason
    this.#isNobodyThere = outcome.kind === 'retry' && outcome.isNobodyThere === true
    if (outcome.kind === 'retry') {
      this.#waiting = [...batch, ...this.#waiting]
      this.#failures++
      this.#retryAfterMs = outcome.retryAfterMs
      this.#report({ kind: 'retrying', reason: outcome.reason, pending: this.#ledger.pending })
      return
    }
    const hadFailed = this.#failures > 0
    this.#failures = 0
    this.#retryAfterMs = undefined
    const count = this.#count(batch)
    if (outcome.kind !== 'delivered') {
      return this.#drop(count, outcome.kind === 'refused' ? 'refused' : 'failed', outcome.reason)
    }
    const rejected = this.#ledger.deliver(count, outcome.rejectedCount ?? 0)
    if (rejected > 0) this.#report({ kind: 'rejected', count: rejected, detail: outcome.message ?? '' })
    if (hadFailed) this.#report({ kind: 'recovered', pending: this.#ledger.pending })
  }

  #count(items: readonly T[]): number {
    return items.reduce((sum, item) => sum + this.#weigh(item), 0)
  }

  #drop(count: number, reason: DropReason, detail?: string): void {
    this.#ledger.drop(count, reason)
    this.#report({ kind: 'dropped', reason, count, ...(detail === undefined ? {} : { detail }) })
  }

  /** A listener that throws must not reach the code that ended a span. */
  #report(trouble: QueueTrouble): void {
    try {
      this.#detached(this.#onTrouble, trouble)
    } catch {
      // Nobody is left to tell.
    }
  }
}
