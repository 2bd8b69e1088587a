import { divideChunk } from './divide-chunk.ts'
import type { BatchLimits } from './batch-limits.ts'
import { Bisection, type BodyPart, RefusedBody } from './bisection.ts'
import { takeBody } from './body-plan.ts'
import type { MemoryBound } from './memory-bound.ts'
import type { Pace } from './pace.ts'
import type { ParcelBooks } from './parcel-books.ts'
import { ParcelQueue } from './parcel-queue.ts'
import type { Parcel } from './parcel.ts'

export interface WaitingParcelsOptions {
  readonly limits: BatchLimits
  readonly isOrdered: boolean
  readonly books: ParcelBooks
  readonly memory: MemoryBound
  readonly pace: Pace
}

/** What the choice of the next body depends on. */
export interface SendingState {
  readonly now: number
  /** Requests under way. */
  readonly count: number
  /** Whether one of them carries what an earlier process left behind. */
  readonly isSendingAdopted: boolean
  /** Whether everything goes as soon as it may: in a flush, and as the probe after a failure. */
  readonly isHurried: boolean
}

/** What one request is to carry. */
export interface NextBody {
  readonly parcels: readonly Parcel[]
  /** What they are a part of, when the whole was refused. */
  readonly body: RefusedBody | undefined
}

/**
 * The parcels of a signal that wait, and which of them are next.
 *
 * What an earlier process left behind is sent beside the live traffic, one request at a time and never in place of it:
 * whoever looks now wants to see now. Only where order is strict, what is older goes first, as it must.
 */
export class WaitingParcels {
  readonly #options: WaitingParcelsOptions
  readonly #live = new ParcelQueue()
  readonly #adopted = new ParcelQueue()
  readonly #bisection = new Bisection()

  constructor(options: WaitingParcelsOptions) {
    this.#options = options
  }

  get isEmpty(): boolean {
    return this.#live.count + this.#adopted.count === 0 && this.#bisection.isEmpty
  }

  get byteLength(): number {
    return this.#live.byteLength + this.#adopted.byteLength
  }

  add(parcel: Parcel): void {
    this.#queueOf(parcel).push(parcel)
  }

  /** After an attempt that did not deliver them. */
  putBack({ parcels, body }: NextBody): void {
    if (parcels.length === 0) return
    if (body !== undefined) return this.#bisection.putBack({ parcels, body })
    for (const parcel of parcels) {
      this.#queueOf(parcel).putBack(parcel)
      if (parcel.isStored) this.#options.memory.offer(parcel)
    }
  }

  /** After an attempt of which the transport itself made nothing: in halves, or once all others have had their turn. */
  setApart({ parcels, body }: NextBody): void {
    const [first] = parcels
    if (first === undefined) return
    if (parcels.length > 1) this.#bisection.halve(parcels, body)
    else this.#bisection.putLast({ parcels, body: body ?? new RefusedBody() })
  }

  /** Somebody else books it. */
  takeOut(parcel: Parcel): void {
    if (parcel.state !== 'waiting') return
    this.#queueOf(parcel).forget(parcel)
    parcel.state = 'sending'
  }

  /** Something of it was delivered. */
  delivered(body: RefusedBody | undefined): void {
    this.#bisection.delivered(body)
  }

  /**
   * @param bytes of a parcel that was refused alone
   * @returns those that are refused for good; the others are sent again, in smaller bodies
   */
  refused({ parcels, body }: BodyPart | NextBody, bytes: Uint8Array | undefined): readonly Parcel[] {
    return this.#bisection.refused(parcels, body, (parcel) => {
      const parts = bytes === undefined ? undefined : divideChunk(parcel.signal, bytes, parcel.items)
      return parts && this.#options.books.divide(parcel, parts)
    })
  }

  /** The next one of the live ones, or of the adopted ones. */
  peek(isAdopted: boolean): Parcel | undefined {
    return (isAdopted ? this.#adopted : this.#live).peek()
  }

  all(): Parcel[] {
    return [...this.#bisection.parcels, ...this.#adopted.all(), ...this.#live.all()]
  }

  /** When the next body may go, as far as waiting is concerned. */
  dueAt(sending: SendingState): number {
    if (!this.#bisection.isEmpty) return sending.now
    if (this.#adopted.count > 0 && (sending.isHurried || !sending.isSendingAdopted)) return sending.now
    return this.#liveDueAt(sending)
  }

  /** `undefined`: what is due has to be read back, and there is no memory for it before a request under way has ended. */
  next(sending: SendingState): NextBody | undefined {
    const { isOrdered, memory, pace } = this.#options
    const part = this.#bisection.take()
    if (part !== undefined) {
      for (const parcel of part.parcels) if (parcel.bytes === undefined) memory.beginReading(parcel)
      return part
    }
    const isLiveDue = this.#liveDueAt(sending) <= sending.now
    const isAdoptedDue = sending.isHurried || !sending.isSendingAdopted
    // A quarter of the way is for what is older, so that live traffic cannot keep it back for ever.
    const isLastPlace = pace.parallel > 1 && sending.count === pace.parallel - 1
    const isAdoptedFirst = isOrdered || (isLastPlace && !sending.isSendingAdopted)
    const queues = isAdoptedFirst ? [this.#adopted, this.#live] : [this.#live, this.#adopted]
    for (const queue of queues) {
      if (queue === this.#live ? !isLiveDue : !isAdoptedDue) continue
      const parcels = this.#takeBody(queue, sending)
      if (parcels.length > 0) return { parcels, body: undefined }
    }
    return undefined
  }

  #liveDueAt({ now, count, isHurried }: SendingState): number {
    const { limits, pace } = this.#options
    const oldest = this.#live.peek()
    if (oldest === undefined) return Number.POSITIVE_INFINITY
    if (isHurried || this.#live.items >= limits.maxBatchSize || this.#live.byteLength >= pace.bodyBytes) return now
    // A request beside others is for a backlog only.
    if (count > 0) return Number.POSITIVE_INFINITY
    return Math.min(now, oldest.since) + limits.scheduleDelayMs
  }

  #takeBody(queue: ParcelQueue, { count }: SendingState): readonly Parcel[] {
    const { limits, memory, pace } = this.#options
    const bodyLimits = { maxItems: limits.askedBatchSize ?? Number.POSITIVE_INFINITY, maxBytes: pace.bodyBytes }
    return takeBody(queue, bodyLimits, memory, count > 0)
  }

  #queueOf(parcel: Parcel): ParcelQueue {
    return parcel.isAdopted ? this.#adopted : this.#live
  }
}
