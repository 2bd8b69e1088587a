import type { Cancel, Clock } from '../../core/clock.ts'
import { settleWithin } from '../../core/wait.ts'
import { attempt, type AttemptOutcome } from './attempt.ts'
import type { BatchLimits } from './batch-limits.ts'
import { Bisection, type RefusedBody } from './bisection.ts'
import { takeBody } from './body-plan.ts'
import type { MemoryBound } from './memory-bound.ts'
import { Pace } from './pace.ts'
import type { ParcelBooks } from './parcel-books.ts'
import { ParcelQueue } from './parcel-queue.ts'
import type { Parcel } from './parcel.ts'
import type { QueueTrouble } from './queue-trouble.ts'
import type { DropReason } from './signal-account.ts'
import type { Spool } from './spool.ts'
import type { Transport } from './transport.ts'

export interface SignalSenderOptions {
  readonly clock: Clock
  readonly transport: Transport
  readonly limits: BatchLimits
  /** Of one attempt. */
  readonly timeoutMs: number
  /** Strictly one after the other, oldest first: what a collector takes out of order it may reject. */
  readonly isOrdered: boolean
  readonly books: ParcelBooks
  readonly memory: MemoryBound
  readonly spool: Spool | undefined
  readonly onTrouble: (trouble: QueueTrouble) => void
  /** Whether nobody has asked for a collector, and none has ever been there. */
  readonly isUnasked: () => boolean
  /** Runs something in a context that belongs to no request. */
  readonly detached: <R>(work: () => R) => R
  readonly random: () => number
}

/** A request under way. */
interface Shipment {
  readonly parcels: readonly Parcel[]
  readonly byteLength: number
  readonly round: number
  readonly abort: AbortController
  /** What the parcels are a part of, when the whole was refused. */
  readonly body: RefusedBody | undefined
  readonly isAdopted: boolean
}

interface Flush {
  readonly givesUp: boolean
  readonly end: () => void
}

/**
 * Sends the parcels of one signal: in whole chunks, in order as far as parallel requests allow, and again what fails, as
 * long as the process lives.
 *
 * What an earlier process left behind is sent beside the live traffic, one request at a time and never in place of it:
 * whoever looks now wants to see now. Only where order is strict, what is older goes first, as it must.
 */
export class SignalSender {
  readonly #options: SignalSenderOptions
  readonly #pace: Pace
  readonly #live = new ParcelQueue()
  readonly #adopted = new ParcelQueue()
  readonly #bisection = new Bisection()
  readonly #shipments = new Set<Shipment>()
  readonly #flushes = new Set<Flush>()
  #timer: { readonly cancel: Cancel; readonly dueAt: number } | undefined
  #failure: string | undefined
  #isNobodyThere = false
  #isClosed = false

  constructor(options: SignalSenderOptions) {
    this.#options = options
    this.#pace = new Pace({ random: options.random, ...(options.isOrdered ? { maxParallel: 1 } : {}) })
  }

  /** Why the latest attempt delivered nothing. `undefined` before the first one, and after one that delivered. */
  get failure(): string | undefined {
    return this.#failure
  }

  /** Whether nothing waits and nothing is under way. */
  get isEmpty(): boolean {
    return this.#shipments.size === 0 && this.#live.count + this.#adopted.count === 0 && this.#bisection.isEmpty
  }

  /** Items of the requests under way. */
  get itemsInFlight(): number {
    let items = 0
    for (const { parcels } of this.#shipments) for (const parcel of parcels) items += parcel.items
    return items
  }

  /** Takes a parcel; sends nothing before a later turn of the event loop. */
  add(parcel: Parcel): void {
    const queue = parcel.isAdopted ? this.#adopted : this.#live
    queue.push(parcel)
    this.#arm()
  }

  /** Everything that is not gone, in no order. */
  *parcels(): Generator<Parcel> {
    for (const { parcels } of this.#shipments) yield* parcels
    yield* this.#bisection
    yield* this.#live
    yield* this.#adopted
  }

  /** The oldest that waits and may go; what is under way may not. */
  oldest(isAdopted: boolean): Parcel | undefined {
    return (isAdopted ? this.#adopted : this.#live).peek()
  }

  drop(parcel: Parcel, reason: DropReason, detail?: string): void {
    this.#takeOut(parcel)
    this.#drop([parcel], reason, detail)
  }

  /** It stays on disk, and is another's. */
  leave(parcel: Parcel): void {
    this.#takeOut(parcel)
    this.#options.books.leave(parcel)
    this.#checkFlushes()
  }

  /** Sends everything, and again what fails, for at most `limitMs`. Never rejects. True when nothing is left. */
  async flush(limitMs: number, options: { readonly givesUp: boolean }): Promise<boolean> {
    if (this.isEmpty || this.#isClosed) return this.isEmpty
    const ended = Promise.withResolvers<void>()
    const flush: Flush = { givesUp: options.givesUp, end: ended.resolve }
    this.#flushes.add(flush)
    this.#pace.beginFlush()
    this.#pump()
    await settleWithin(this.#options.clock, limitMs, () => ended.promise)
    this.#flushes.delete(flush)
    this.#arm()
    return this.isEmpty
  }

  /**
   * Ends it: what is under way is aborted. What is on disk is left for the next process, what is not is lost; where
   * nobody asked for a collector and nobody listens, so is both, because nobody will ever come for it.
   */
  close(): void {
    if (this.#isClosed) return
    const isInVain = this.#isNobodyThere && this.#options.isUnasked()
    this.#isClosed = true
    this.#cancelTimer()
    for (const { abort } of this.#shipments) abort.abort('the time of the final flush was over')
    const lost: Parcel[] = []
    for (const parcel of [...this.parcels()]) {
      if (parcel.state === 'gone') continue
      if (parcel.isStored && !isInVain) this.#options.books.leave(parcel)
      else lost.push(parcel)
    }
    this.#shipments.clear()
    this.#bisection.takeAll()
    this.#drop(lost, isInVain ? 'no_collector' : 'flush_limit')
    this.#checkFlushes()
  }

  #takeOut(parcel: Parcel): void {
    if (parcel.state !== 'waiting') return
    const queue = parcel.isAdopted ? this.#adopted : this.#live
    queue.forget(parcel)
    // Its end is booked by whoever took it out.
    parcel.state = 'sending'
  }

  /** Makes sure that everything that waits is sent when its time comes. */
  #arm(): void {
    if (this.#isClosed) return
    const { clock, detached } = this.#options
    const now = clock.now()
    const dueAt = Math.max(now, this.#nextAt(now))
    if (dueAt === Number.POSITIVE_INFINITY) return
    if (this.#timer !== undefined) {
      if (this.#timer.dueAt <= dueAt) return
      this.#cancelTimer()
    }
    const wake = (): void => {
      this.#timer = undefined
      this.#pump()
    }
    const cancel = detached(() => clock.schedule(dueAt - now, wake, { keepAlive: false }))
    this.#timer = { dueAt, cancel }
  }

  #cancelTimer(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** Starts what may start now. */
  #pump(): void {
    const { clock } = this.#options
    while (!this.#isClosed && this.#nextAt(clock.now()) <= clock.now()) {
      const shipment = this.#next(clock.now())
      // What is on disk has to wait for the memory of a request under way, and its end comes back here.
      if (shipment === undefined) return
      this.#ship(shipment)
    }
    this.#arm()
  }

  /** When the next request may begin; never, as long as others have to end first or nothing waits. */
  #nextAt(now: number): number {
    if (this.#shipments.size >= this.#pace.parallel) return Number.POSITIVE_INFINITY
    return Math.max(this.#dueAt(now), this.#pace.notBefore)
  }

  #dueAt(now: number): number {
    if (!this.#bisection.isEmpty) return now
    const isHurried = this.#isHurried
    if (this.#adopted.count > 0 && (isHurried || !this.#isSendingAdopted())) return now
    if (this.#live.count === 0) return Number.POSITIVE_INFINITY
    if (isHurried) return now
    return this.#liveDueAt(now)
  }

  #liveDueAt(now: number): number {
    const { limits } = this.#options
    const oldest = this.#live.peek()
    if (oldest === undefined) return Number.POSITIVE_INFINITY
    const isEnough = this.#live.items >= limits.maxBatchSize || this.#live.byteLength >= this.#pace.bodyBytes
    if (isEnough) return now
    // A request beside others is for a backlog only.
    if (this.#shipments.size > 0) return Number.POSITIVE_INFINITY
    return Math.min(now, oldest.since) + limits.scheduleDelayMs
  }

  /** Whether everything goes as soon as it may: in a flush, and as the probe after a failure. */
  get #isHurried(): boolean {
    return this.#pace.isFailing || this.#flushes.size > 0
  }

  #isSendingAdopted(): boolean {
    for (const { isAdopted } of this.#shipments) if (isAdopted) return true
    return false
  }

  #next(now: number): Shipment | undefined {
    const part = this.#bisection.take()
    if (part !== undefined) {
      const parcels = part.parcels.filter(({ state }) => state !== 'gone')
      for (const parcel of parcels) if (parcel.bytes === undefined) this.#options.memory.beginReading(parcel)
      return this.#toShipment(parcels, part.body)
    }
    const isHurried = this.#isHurried
    const isLiveDue = isHurried || this.#liveDueAt(now) <= now
    const isAdoptedDue = isHurried || !this.#isSendingAdopted()
    // A quarter of the way is for what is older, so that live traffic cannot keep it back for ever.
    const isLastPlace = this.#pace.parallel > 1 && this.#shipments.size === this.#pace.parallel - 1
    const isAdoptedFirst = this.#options.isOrdered || (isLastPlace && !this.#isSendingAdopted())
    const queues = isAdoptedFirst ? [this.#adopted, this.#live] : [this.#live, this.#adopted]
    for (const queue of queues) {
      if (queue === this.#live ? !isLiveDue : !isAdoptedDue) continue
      const parcels = this.#takeBody(queue)
      if (parcels.length > 0) return this.#toShipment(parcels, undefined)
    }
    return undefined
  }

  #takeBody(queue: ParcelQueue): readonly Parcel[] {
    const { limits, memory } = this.#options
    const bodyLimits = {
      maxItems: limits.askedBatchSize ?? Number.POSITIVE_INFINITY,
      maxBytes: this.#pace.bodyBytes,
    }
    return takeBody(queue, bodyLimits, memory, this.#shipments.size > 0)
  }

  #toShipment(parcels: readonly Parcel[], body: RefusedBody | undefined): Shipment {
    return {
      parcels,
      byteLength: parcels.reduce((sum, parcel) => sum + parcel.byteLength, 0),
      round: this.#pace.round,
      abort: new AbortController(),
      body,
      isAdopted: parcels[0]?.isAdopted === true,
    }
  }

  #ship(shipment: Shipment): void {
    this.#shipments.add(shipment)
    const { clock, transport, spool, timeoutMs } = this.#options
    const onDamaged = (parcel: Parcel): void => this.#drop([parcel], parcel.lapsed ?? 'spool_damaged')
    const { abort, parcels } = shipment
    void attempt(parcels, { clock, transport, spool, timeoutMs, abort, onDamaged }).then((outcome) => {
      // After a close the parcels are in the books already.
      if (!this.#shipments.delete(shipment)) return
      this.#book(shipment, outcome)
      this.#checkFlushes()
      this.#pump()
    })
  }

  #book(shipment: Shipment, outcome: AttemptOutcome): void {
    switch (outcome.kind) {
      case 'empty':
        return
      case 'retry':
        return this.#bookRetry(shipment, outcome.reason, outcome.retryAfterMs, outcome.isNobodyThere === true)
      case 'delivered': {
        this.#bisection.delivered(shipment.body)
        const rejected = this.#options.books.deliver(shipment.parcels, outcome.rejectedCount ?? 0)
        if (rejected > 0) this.#options.onTrouble({ kind: 'rejected', count: rejected, detail: outcome.message ?? '' })
        return this.#bookAnswer(shipment, undefined)
      }
      case 'threw':
        this.#split(shipment, 'failed', outcome.reason)
        return this.#bookAnswer(shipment, outcome.reason)
      case 'refused': {
        const { perhapsTooLarge = false, perhapsOnePart = false, reason } = outcome
        if (perhapsTooLarge) this.#pace.tooLarge(shipment.byteLength)
        if (perhapsTooLarge || perhapsOnePart) this.#split(shipment, perhapsTooLarge ? 'too_large' : 'refused', reason)
        else this.#drop(shipment.parcels, 'refused', reason)
        return this.#bookAnswer(shipment, reason)
      }
    }
  }

  #bookAnswer({ round }: Shipment, failure: string | undefined): void {
    this.#failure = failure
    this.#isNobodyThere = false
    const hadFailed = this.#pace.succeeded(round, this.#live.byteLength + this.#adopted.byteLength)
    if (hadFailed) this.#options.onTrouble({ kind: 'recovered', pending: this.#undelivered() })
  }

  #bookRetry(shipment: Shipment, reason: string, retryAfterMs: number | undefined, isNobodyThere: boolean): void {
    this.#failure = reason
    this.#isNobodyThere = isNobodyThere
    this.#pace.failed(shipment.round, this.#options.clock.now(), retryAfterMs, this.#flushes.size > 0)
    const parcels = shipment.parcels.filter((parcel) => this.#isStillToSend(parcel))
    if (shipment.body === undefined) {
      for (const parcel of parcels) this.#putBack(parcel)
    } else if (parcels.length > 0) {
      this.#bisection.putBack({ parcels, body: shipment.body })
    }
    const { spooled } = this.#options.books.ledger
    this.#options.onTrouble({ kind: 'retrying', reason, pending: this.#undelivered(), spooled })
  }

  /** After an attempt that did not deliver it. */
  #isStillToSend(parcel: Parcel): boolean {
    if (parcel.state === 'gone') return false
    // On disk still, where it will be read from again.
    if (parcel.isReadBack && parcel.isStored) this.#options.memory.letGo(parcel)
    if (parcel.lapsed === undefined) return true
    if (parcel.lapsed === 'spool_full' && parcel.bytes !== undefined && !parcel.isReadBack) {
      parcel.lapsed = undefined
      return true
    }
    this.#drop([parcel], parcel.lapsed)
    return false
  }

  #putBack(parcel: Parcel): void {
    const queue = parcel.isAdopted ? this.#adopted : this.#live
    queue.putBack(parcel)
    if (parcel.isStored) this.#options.memory.offer(parcel)
  }

  #split({ parcels, body }: Shipment, reason: DropReason, detail: string): void {
    const left = parcels.filter((parcel) => this.#isStillToSend(parcel))
    this.#drop(this.#bisection.refused(left, body), reason, detail)
  }

  #drop(parcels: readonly Parcel[], reason: DropReason, detail?: string): void {
    const count = this.#options.books.drop(parcels, reason)
    if (count === 0) return
    this.#options.onTrouble({ kind: 'dropped', reason, count, ...(detail === undefined ? {} : { detail }) })
  }

  #undelivered(): number {
    const { pending, spooled } = this.#options.books.ledger
    return pending + spooled
  }

  #checkFlushes(): void {
    for (const flush of this.#flushes) {
      const isInVain = flush.givesUp && this.#isNobodyThere && this.#options.isUnasked()
      if (isInVain || this.isEmpty || this.#isClosed) flush.end()
    }
  }
}
