import { settleWithin } from '../../core/wait.ts'
import { attempt, type AttemptOutcome } from './attempt.ts'
import { isHopeless } from './broken-word.ts'
import { Pace } from './pace.ts'
import type { Parcel } from './parcel.ts'
import { SenderFlushes } from './sender-flushes.ts'
import type { SignalSenderOptions } from './sender-options.ts'
import type { DropReason } from './signal-account.ts'
import { bytesOf, itemsOf, openShipment, type Shipment } from './shipment.ts'
import { type NextBody, type SendingState, WaitingParcels } from './waiting-parcels.ts'
import { WakeTimer } from './wake-timer.ts'

/**
 * Sends the parcels of one signal: in whole chunks, in order as far as parallel requests allow, and again what fails, as
 * long as the process lives.
 */
export class SignalSender {
  readonly #options: SignalSenderOptions
  readonly #pace: Pace
  readonly #waiting: WaitingParcels
  readonly #shipments = new Set<Shipment>()
  readonly #flushes = new SenderFlushes()
  readonly #timer: WakeTimer
  #failure: string | undefined
  #isNobodyThere = false
  #deliveries = 0
  #isClosed = false

  constructor(options: SignalSenderOptions) {
    this.#options = options
    this.#pace = new Pace({ random: options.random, ...(options.isOrdered ? { maxParallel: 1 } : {}) })
    this.#waiting = new WaitingParcels({ ...options, pace: this.#pace })
    this.#timer = new WakeTimer(options.clock, options.detached, () => {
      this.#pump()
      this.#checkFlushes()
    })
  }

  /**
   * Why the latest attempt delivered nothing, or perhaps nothing, where the answer was none of OTLP. `undefined` before the
   * first one, and after one that delivered.
   */
  get failure(): string | undefined {
    return this.#failure
  }

  /** Whether nothing waits and nothing is under way. */
  get isEmpty(): boolean {
    return this.#shipments.size === 0 && this.#waiting.isEmpty
  }

  /** Items of the requests under way. */
  get itemsInFlight(): number {
    return itemsOf(this.#shipments)
  }

  /** When the first item of the oldest parcel came in that is not delivered. */
  get oldestSince(): number | undefined {
    const heads = [this.#waiting.peek(true), this.#waiting.peek(false)]
    for (const { parcels } of this.#shipments) heads.push(parcels[0])
    const times = heads.flatMap((parcel) => parcel?.since ?? [])
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** Takes a parcel; sends nothing before a later turn of the event loop. */
  add(parcel: Parcel): void {
    this.#waiting.add(parcel)
    this.#arm()
  }

  /** Takes what comes many at a time; {@link wake} says when that was all of it. */
  addSilently(parcel: Parcel): void {
    this.#waiting.add(parcel)
  }

  /** Sends what {@link addSilently} has taken, in a later turn of the event loop. */
  wake(): void {
    this.#arm()
  }

  /** Everything that is not delivered. */
  parcels(): readonly Parcel[] {
    const sending = Array.from(this.#shipments).flatMap(({ parcels }) => parcels)
    return [...sending, ...this.#waiting.all()]
  }

  /** The oldest that waits, of this process's own or of the adopted. */
  oldest(isAdopted: boolean): Parcel | undefined {
    return this.#waiting.peek(isAdopted)
  }

  drop(parcel: Parcel, reason: DropReason, detail?: string): void {
    this.#waiting.takeOut(parcel)
    this.#drop([parcel], reason, detail)
  }

  /** It stays on disk, and is another's. */
  leave(parcel: Parcel): void {
    this.#waiting.takeOut(parcel)
    this.#options.books.leave(parcel)
    this.#checkFlushes()
  }

  /**
   * Sends everything, and again what fails, for at most `limitMs`. Never rejects. True when nothing is left.
   *
   * The last one of a process ends early where only chunks on disk are left and the latest answer took longer than what
   * is left of the time: the collector would get them now, cut off, and once more from the next process.
   */
  async flush(limitMs: number, { isFinal }: { readonly isFinal: boolean }): Promise<boolean> {
    if (this.isEmpty || this.#isClosed) return this.isEmpty
    const ended = Promise.withResolvers<void>()
    const flush = { isFinal, deadline: this.#options.clock.now() + limitMs, end: ended.resolve }
    this.#flushes.begin(flush)
    this.#pace.beginFlush(isFinal)
    this.#pump()
    this.#checkFlushes()
    await settleWithin(this.#options.clock, limitMs, () => ended.promise)
    this.#flushes.forget(flush)
    this.#arm()
    return this.isEmpty
  }

  /**
   * Ends it: what is under way is aborted. What is on disk is left for the next process, what is not is lost; where
   * nobody asked for a collector and nobody listens, so is both, because nobody will ever come for it.
   *
   * @param reason why what is lost is lost
   */
  close(reason: DropReason = 'flush_limit'): void {
    if (this.#isClosed) return
    const isInVain = this.#isNobodyThere && this.#options.isUnasked()
    this.#isClosed = true
    this.#timer.cancel()
    for (const { abort } of this.#shipments) abort.abort('the time of the final flush was over')
    const lost: Parcel[] = []
    for (const parcel of this.parcels()) {
      if (parcel.state === 'gone') continue
      if (parcel.isStored && !isInVain) this.#options.books.keep(parcel)
      else lost.push(parcel)
    }
    this.#shipments.clear()
    this.#drop(lost, isInVain ? 'no_collector' : reason)
    this.#checkFlushes()
  }

  /** Makes sure that everything that waits is sent when its time comes. */
  #arm(): void {
    if (!this.#isClosed) this.#timer.arm(this.#nextAt(this.#options.clock.now()))
  }

  /** Starts what may start now. */
  #pump(): void {
    const { clock } = this.#options
    while (!this.#isClosed && this.#nextAt(clock.now()) <= clock.now()) {
      const next = this.#waiting.next(this.#sendingState(clock.now()))
      // What is on disk has to wait for the memory of a request under way, and its end comes back here.
      if (next === undefined) return
      this.#ship(next)
    }
    this.#arm()
  }

  /** When the next request may begin; never, as long as others have to end first, nothing waits, or it is too late. */
  #nextAt(now: number): number {
    if (this.#shipments.size >= this.#pace.parallel || this.#isTooLate()) return Number.POSITIVE_INFINITY
    return Math.max(this.#waiting.dueAt(this.#sendingState(now)), this.#pace.notBefore)
  }

  #sendingState(now: number): SendingState {
    return {
      now,
      count: this.#shipments.size,
      isSendingAdopted: Array.from(this.#shipments).some(({ parcels }) => parcels[0]?.isAdopted === true),
      isHurried: this.#pace.isFailing || this.#flushes.kind !== 'none',
    }
  }

  #ship(next: NextBody): void {
    const { clock, transport, spool, timeoutMs } = this.#options
    const shipment = openShipment(next, this.#pace.round, clock.now(), this.#shipments)
    this.#shipments.add(shipment)
    const onDamaged = (parcel: Parcel): void => this.#drop([parcel], parcel.lapsed ?? 'spool_damaged')
    const { abort, parcels } = shipment
    void attempt(parcels, { clock, transport, spool, timeoutMs, abort, onDamaged }).then((outcome) => {
      // After a close the parcels are in the books already.
      if (!this.#shipments.delete(shipment)) return
      this.#book(shipment, outcome)
      this.#pump()
      this.#checkFlushes()
    })
  }

  #book(shipment: Shipment, outcome: AttemptOutcome): void {
    switch (outcome.kind) {
      case 'empty':
        return
      case 'retry':
        return this.#bookRetry(shipment, outcome.reason, outcome.retryAfterMs, outcome.isNobodyThere === true)
      case 'delivered': {
        this.#deliveries++
        this.#waiting.delivered(shipment.body)
        const { rejectedCount = 0, message: text = '', isDoubtful = false } = outcome
        const rejected = this.#options.books.deliver(shipment.parcels, rejectedCount)
        if (rejected > 0) this.#options.onTrouble({ kind: 'rejected', count: rejected, detail: text })
        else if (text !== '') this.#options.onTrouble({ kind: 'remark', text, isDoubtful })
        return this.#bookAnswer(shipment, isDoubtful ? text : undefined)
      }
      case 'threw':
        return this.#bookThrow(shipment, outcome.reason)
      case 'refused': {
        const { perhapsTooLarge = false, perhapsOnePart = false, reason } = outcome
        if (perhapsTooLarge) this.#pace.tooLarge(shipment.byteLength)
        if (perhapsTooLarge || perhapsOnePart) this.#split(shipment, perhapsTooLarge ? 'too_large' : 'refused', reason)
        else this.#drop(shipment.parcels, 'refused', reason)
        return this.#bookAnswer(shipment, reason)
      }
    }
  }

  #bookAnswer({ round, startedAt, loadBytes }: Shipment, failure: string | undefined): void {
    this.#failure = failure
    this.#isNobodyThere = false
    const { clock, timeoutMs } = this.#options
    const tookMs = clock.now() - startedAt
    const limitMs = Math.min(timeoutMs, this.#flushes.finalDeadline - startedAt)
    const backlogBytes = this.#waiting.byteLength
    const hadFailed = this.#pace.succeeded({ round, tookMs, loadBytes, limitMs, backlogBytes })
    if (hadFailed) this.#options.onTrouble({ kind: 'recovered', pending: this.#undelivered() })
  }

  #bookRetry(shipment: Shipment, reason: string, retryAfterMs: number | undefined, isNobodyThere: boolean): void {
    const parcels = shipment.parcels.filter((parcel) => this.#isStillToSend(parcel))
    this.#waiting.putBack({ parcels, body: shipment.body })
    this.#bookFailure(shipment, reason, retryAfterMs, isNobodyThere)
  }

  /** The transport broke its word. */
  #bookThrow(shipment: Shipment, reason: string): void {
    const parcels = shipment.parcels.filter((parcel) => this.#isStillToSend(parcel))
    if (isHopeless(parcels, this.#deliveries)) this.#drop(parcels, 'failed', reason)
    else this.#waiting.setApart({ parcels, body: shipment.body })
    this.#bookFailure(shipment, reason, undefined, false)
  }

  #bookFailure(shipment: Shipment, reason: string, retryAfterMs: number | undefined, isNobodyThere: boolean): void {
    this.#failure = reason
    this.#isNobodyThere = isNobodyThere
    this.#pace.failed(shipment.round, this.#options.clock.now(), retryAfterMs, this.#flushes.kind)
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

  #split({ parcels, body }: Shipment, reason: DropReason, detail: string): void {
    const bytes = parcels.length === 1 ? parcels[0]?.bytes : undefined
    const left = parcels.filter((parcel) => this.#isStillToSend(parcel))
    if (left.length > 0) this.#drop(this.#waiting.refused({ parcels: left, body }, bytes), reason, detail)
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
    const isInVain = this.#isNobodyThere && this.#options.isUnasked()
    if (this.isEmpty || this.#isClosed) this.#flushes.end('all')
    else if (isInVain || (this.#shipments.size === 0 && this.#isTooLate())) this.#flushes.end('final')
  }

  /** Whether another attempt would be cut off by the end of the last flush, and what it carries is on disk anyway. */
  #isTooLate(): boolean {
    const { finalDeadline } = this.#flushes
    if (finalDeadline === Number.POSITIVE_INFINITY) return false
    const loadBytes = bytesOf(this.#shipments) + Math.min(this.#pace.bodyBytes, this.#waiting.byteLength)
    if (this.#options.clock.now() + this.#pace.expectedMs(loadBytes) <= finalDeadline) return false
    const oldest = this.#waiting.peek(false) ?? this.#waiting.peek(true)
    return oldest?.isStored === true
  }
}
