import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from '../../core/clock.ts'
import { settleWithin } from '../../core/wait.ts'
import type { Signal } from '../../otlp/model.ts'
import type { Chunk, ChunkSink } from './chunk.ts'
import { MemoryBound } from './memory-bound.ts'
import type { OutboxOptions, OutboxSignal } from './outbox-options.ts'
import { ParcelBooks } from './parcel-books.ts'
import { Parcel } from './parcel.ts'
import type { QueueTrouble } from './queue-trouble.ts'
import type { DropReason, SignalAccount } from './signal-account.ts'
import { SignalLedger } from './signal-ledger.ts'
import { SignalSender } from './signal-sender.ts'
import type { SpooledChunk } from './spool.ts'
import { SpoolEvents } from './spool-events.ts'
import { SpooledParcels } from './spooled-parcels.ts'

export type { OutboxOptions, OutboxSignal } from './outbox-options.ts'

const SIGNALS = ['traces', 'metrics', 'logs'] as const
/** Of the time of a flush, what the disk may take before the network begins: it takes milliseconds, or is broken. */
const DISK_SHARE = 0.25
/** A disk that has not answered for so long may hang. After a crash, a flush is shorter, and a busy machine's write takes longer. */
const HANGS_AFTER_MS = 250
interface FlushEnd {
  readonly isDelivered: boolean
  readonly isDiskHanging: boolean
}

/**
 * Where sealed chunks wait until they are delivered: where there is a spool, on disk as well when they are 100 ms old.
 *
 * What holds: `accept` never throws, never waits and never sends by itself. Nothing is dropped that has not been
 * delivered, refused, or rejected, until a bound is reached: of memory, of the disk, or of the time of a close; then it
 * is counted. The accounts balance at every moment. Timers do not keep the process alive, except within a flush.
 */
export class Outbox implements ChunkSink {
  readonly #clock: Clock
  readonly #onTrouble: (signal: Signal, trouble: QueueTrouble) => void
  /** A timer keeps the context in which it was set; that of some request would live on, with all that it holds. */
  readonly #detached = AsyncLocalStorage.snapshot()
  readonly #memory: MemoryBound
  readonly #spooled: SpooledParcels
  readonly #ledgers: Readonly<Record<Signal, SignalLedger>> = {
    traces: new SignalLedger(),
    metrics: new SignalLedger(),
    logs: new SignalLedger(),
  }
  readonly #books: Readonly<Record<Signal, ParcelBooks>>
  readonly #senders: Partial<Record<Signal, SignalSender>> = {}
  readonly #signals: Readonly<Partial<Record<Signal, OutboxSignal>>>
  #sequence = 0
  #isClosed = false
  #isExiting = false
  #closing: Promise<void> | undefined

  constructor(options: OutboxOptions) {
    this.#clock = options.clock
    this.#onTrouble = options.onTrouble ?? ((): void => {})
    this.#signals = options.signals
    this.#memory = new MemoryBound(options.maxWaitingBytes)
    const spooled = new SpooledParcels(
      () => Object.values(this.#senders),
      (work) => this.#attempt(work),
    )
    this.#spooled = spooled
    const events = new SpoolEvents({
      known: spooled.known,
      ledger: (signal) => this.#ledgers[signal],
      books: (signal) => this.#books[signal],
      sender: (signal) => (this.#isClosed ? undefined : this.#senders[signal]),
      adopt: (chunks) => this.#adopt(chunks),
      storeAgain: () => spooled.storeAgain(),
      onTrouble: (signal, trouble) => this.#report(signal, trouble),
    })
    spooled.spool = options.openSpool?.(events)
    const books = (signal: Signal): ParcelBooks =>
      new ParcelBooks(this.#ledgers[signal], this.#memory, spooled.known, spooled.spool)
    this.#books = { traces: books('traces'), metrics: books('metrics'), logs: books('logs') }
    for (const signal of SIGNALS) {
      const own = options.signals[signal]
      if (own === undefined) continue
      this.#senders[signal] = new SignalSender({
        ...own,
        timeoutMs: Math.min(own.timeoutMs, own.limits.exportTimeoutMs),
        clock: this.#clock,
        isOrdered: signal === 'metrics',
        books: this.#books[signal],
        memory: this.#memory,
        spool: spooled.spool,
        onTrouble: (trouble) => this.#report(signal, trouble),
        isUnasked: options.isUnasked ?? ((): boolean => false),
        detached: this.#detached,
        random: options.random ?? Math.random,
      })
    }
    // What it adopted while it was opened had to wait for the senders.
    events.begin()
  }

  /** Where items of a signal are booked as created, before their chunk comes here. */
  ledger(signal: Signal): SignalLedger {
    return this.#ledgers[signal]
  }

  account(signal: Signal): SignalAccount {
    return this.#ledgers[signal].account
  }

  /** Why the latest attempt delivered nothing, or perhaps nothing; `undefined` while deliveries work. */
  failure(signal: Signal): string | undefined {
    return this.#senders[signal]?.failure
  }

  /** Items of the requests under way. */
  itemsInFlight(signal: Signal): number {
    return this.#senders[signal]?.itemsInFlight ?? 0
  }

  /** Of everything that waits or is under way. */
  get memoryBytes(): number {
    return this.#memory.byteLength
  }

  /** What of a signal is on disk and undelivered. */
  spooledBytes(signal: Signal): number {
    return this.#books[signal].storedBytes
  }

  /** Age of the oldest that is not delivered; 0 when everything is. */
  oldestMs(signal: Signal): number {
    const since = this.#senders[signal]?.oldestSince
    return since === undefined ? 0 : Math.max(0, this.#clock.now() - since)
  }

  accept(chunk: Chunk): void {
    const sender = this.#senders[chunk.signal]
    if (sender === undefined) return this.#refuse(chunk, 'failed')
    if (this.#isClosed) return this.#acceptLate(chunk)
    const { askedQueueSize } = this.#signals[chunk.signal]?.limits ?? {}
    const hasRoom =
      this.#memory.makeRoom(chunk.bytes.byteLength) &&
      (askedQueueSize === undefined || this.#memory.makeRoomForItems(chunk.signal, chunk.items, askedQueueSize))
    if (!hasRoom || !this.#spooled.makeRoom()) return this.#refuse(chunk, 'queue_full')
    const parcel = this.#toParcel(chunk)
    this.#memory.hold(parcel, chunk.bytes)
    this.#spooled.append(parcel, chunk.bytes, this.#memory.isCrowded(chunk.signal, askedQueueSize))
    sender.add(parcel)
  }

  /**
   * Writes everything to disk, and then sends it, and again what fails, for at most `limitMs`. Never rejects. True when
   * nothing is left to deliver. However often it is called, a collector that asked to be left alone is left alone.
   */
  async flush(limitMs: number): Promise<boolean> {
    const { isDelivered } = await this.#flush(limitMs, false)
    return isDelivered
  }

  /**
   * The last flush, once: every call gets the same. What then is left stays on disk for the next process; without one it
   * is dropped (`flush_limit`), and so is what comes later (`closed`). Requests under way are aborted. Where nobody
   * asked for a collector and nobody listens, it ends with the first attempt (`no_collector`).
   */
  close(limitMs: number): Promise<void> {
    this.#closing ??= this.#close(limitMs)
    return this.#closing
  }

  /** Writes what is not on disk yet, synchronously. */
  flushNow(): void {
    this.#attempt(() => this.#spooled.spool?.flushNow())
  }

  /** Lets go of the connections and of the spool, for good: for an end without the end of the process. */
  async release(): Promise<void> {
    this.#isClosed = true
    for (const signal of SIGNALS) {
      this.#senders[signal]?.close()
      this.#attempt(() => this.#signals[signal]?.transport.close())
    }
    await this.#spooled.spool?.close().catch(() => {})
  }

  /**
   * The same at the `exit` of a process, synchronously: writes what is not on disk yet, and leaves it to the next one.
   * What comes later, from others who hear of the end after us, is written at once. What no disk takes is lost, and
   * counted (`exit`).
   */
  releaseNow(): void {
    this.flushNow()
    this.#isClosed = true
    this.#isExiting = true
    for (const sender of Object.values(this.#senders)) sender.close('exit')
    this.#attempt(() => this.#spooled.spool?.closeNow?.())
  }

  async #flush(limitMs: number, isFinal: boolean): Promise<FlushEnd> {
    const begunAt = this.#clock.now()
    const deadline = begunAt + limitMs
    const { spool } = this.#spooled
    let isWritten = spool === undefined
    const write = async (): Promise<void> => {
      await spool?.flush()
      isWritten = true
    }
    await settleWithin(this.#clock, limitMs * DISK_SHARE, write)
    const leftMs = Math.max(0, deadline - this.#clock.now())
    const senders = Object.values(this.#senders)
    const ends = await Promise.all(senders.map((sender) => this.#detached(() => sender.flush(leftMs, { isFinal }))))
    return {
      isDelivered: ends.every(Boolean),
      isDiskHanging: !isWritten && this.#clock.now() - begunAt >= HANGS_AFTER_MS,
    }
  }

  async #close(limitMs: number): Promise<void> {
    const { isDiskHanging } = await this.#flush(limitMs, true)
    // What came in meanwhile. A disk that hangs would now hang the whole process.
    if (!isDiskHanging) this.flushNow()
    this.#isClosed = true
    for (const sender of Object.values(this.#senders)) sender.close()
    for (const signal of SIGNALS) this.#attempt(() => this.#signals[signal]?.transport.close())
  }

  /** After the close: on disk at once, or nowhere. */
  #acceptLate(chunk: Chunk): void {
    const parcel = this.#toParcel(chunk)
    parcel.state = 'sending'
    this.#memory.hold(parcel, chunk.bytes)
    this.#spooled.append(parcel, chunk.bytes)
    this.flushNow()
    const books = this.#books[chunk.signal]
    if (parcel.isStored) return books.keep(parcel)
    const reason = this.#isExiting ? 'exit' : 'closed'
    const count = books.drop([parcel], reason)
    this.#report(chunk.signal, { kind: 'dropped', reason, count })
  }

  #toParcel({ signal, items, bytes, since }: Chunk): Parcel {
    return new Parcel({ signal, items, byteLength: bytes.byteLength, since }, this.#sequence++, false)
  }

  /** Hundreds come in one turn of the loop: what can be done once for all of them is. */
  #adopt(chunks: readonly SpooledChunk[]): void {
    for (const chunk of chunks) {
      const sender = this.#senders[chunk.signal]
      // Of a signal that is switched off, or too late: it stays where it is.
      if (sender === undefined || this.#isClosed) continue
      const parcel = new Parcel(chunk, this.#sequence++, true)
      this.#books[chunk.signal].adopt(parcel, chunk)
      sender.addSilently(parcel)
    }
    for (const sender of Object.values(this.#senders)) sender.wake()
  }

  #refuse({ signal, items }: Chunk, reason: DropReason): void {
    this.#ledgers[signal].drop(items, reason)
    this.#report(signal, { kind: 'dropped', reason, count: items })
  }

  /** A listener that throws must not reach the code that ended a span. */
  #report(signal: Signal, trouble: QueueTrouble): void {
    this.#attempt(() => this.#onTrouble(signal, trouble))
  }

  #attempt(work: () => void): void {
    try {
      this.#detached(work)
    } catch {
      // Whatever failed there has its own way to say so; here nobody may be hurt by it.
    }
  }
}
