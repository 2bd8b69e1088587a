import type { Signal } from '../../otlp/model.ts'
import type { ParcelBooks } from './parcel-books.ts'
import type { Parcel } from './parcel.ts'
import type { QueueTrouble } from './queue-trouble.ts'
import type { SignalLedger } from './signal-ledger.ts'
import type { SignalSender } from './signal-sender.ts'
import type { EvictionReason, SpooledChunk, SpoolListener } from './spool.ts'

export interface SpoolEventsOptions {
  readonly known: Map<SpooledChunk, Parcel>
  readonly ledger: (signal: Signal) => SignalLedger
  readonly books: (signal: Signal) => ParcelBooks
  /** `undefined` once it is closed. */
  readonly sender: (signal: Signal) => SignalSender | undefined
  readonly adopt: (chunks: readonly SpooledChunk[]) => void
  /** Appends what is in memory only. */
  readonly storeAgain: () => void
  readonly onTrouble: (signal: Signal, trouble: QueueTrouble) => void
}

/** Books what the spool says of chunks. Of one that it does not know, because it is gone, it wants to hear nothing. */
export class SpoolEvents implements SpoolListener {
  readonly #options: SpoolEventsOptions
  #early: SpooledChunk[] | undefined = []

  constructor(options: SpoolEventsOptions) {
    this.#options = options
  }

  /** Everything is there that takes what is adopted. */
  begin(): void {
    const early = this.#early ?? []
    this.#early = undefined
    this.#options.adopt(early)
  }

  stored(chunk: SpooledChunk): void {
    const parcel = this.#options.known.get(chunk)
    if (parcel !== undefined) this.#options.books(chunk.signal).store(parcel)
  }

  /** Why, the spool itself tells the operator. */
  notStored(chunk: SpooledChunk): void {
    const parcel = this.#options.known.get(chunk)
    if (parcel !== undefined) this.#options.books(chunk.signal).unstore(parcel)
  }

  evicted(chunk: SpooledChunk, reason: EvictionReason): void {
    const parcel = this.#options.known.get(chunk)
    if (parcel === undefined) return
    const books = this.#options.books(chunk.signal)
    if (parcel.state === 'sending') {
      books.unstore(parcel)
      parcel.lapsed = reason
      return
    }
    // What is in memory as well is still sent from there; only its age may not grow beyond the bound.
    if (reason === 'spool_full' && parcel.bytes !== undefined) return books.unstore(parcel)
    books.forgetStored(parcel)
    const sender = this.#options.sender(chunk.signal)
    if (sender !== undefined) return sender.drop(parcel, reason)
    const count = books.drop([parcel], reason)
    this.#options.onTrouble(chunk.signal, { kind: 'dropped', reason, count })
  }

  adopted(chunks: readonly SpooledChunk[]): void {
    if (this.#early === undefined) this.#options.adopt(chunks)
    else for (const chunk of chunks) this.#early.push(chunk)
  }

  damaged(signal: Signal, items: number): void {
    const ledger = this.#options.ledger(signal)
    ledger.adopt(items)
    ledger.drop(items, 'spool_damaged', items)
    this.#options.onTrouble(signal, { kind: 'dropped', reason: 'spool_damaged', count: items })
  }

  left(chunks: readonly SpooledChunk[]): void {
    for (const chunk of chunks) {
      const parcel = this.#options.known.get(chunk)
      if (parcel === undefined) continue
      const sender = this.#options.sender(chunk.signal)
      if (sender === undefined) this.#options.books(chunk.signal).leave(parcel)
      else sender.leave(parcel)
    }
  }

  writable(): void {
    this.#options.storeAgain()
  }
}
