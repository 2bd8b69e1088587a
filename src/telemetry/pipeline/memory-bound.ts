import type { Signal } from '../../otlp/model.ts'
import type { Parcel } from './parcel.ts'

/**
 * 16 MiB over all signals: 40,000 spans of 400 bytes, which is 8 s of 5,000 spans a second or 7 minutes of 100, for a
 * collector that is away while there is no disk. It is what the full queues of the stock SDK's default sizes would take
 * several times over (a waiting span is 1.2 KB there), and it fits a container of 128 MiB.
 */
export const MAX_WAITING_BYTES = 16 * 1_048_576
/** Besides, for what is read back from disk to be sent: four requests of 2 MiB. Live data never has to make room for it. */
const MAX_READING_BYTES = 8 * 1_048_576

/** Those of a signal whose bytes are on disk as well, in their order: what can be let go. */
interface Releasable {
  oldest: Parcel | undefined
  youngest: Parcel | undefined
  items: number
}

/** Keeps the bytes of all parcels within a bound, by letting go of those that can be read back, the youngest first. */
export class MemoryBound {
  readonly #maxBytes: number
  readonly #releasable: Readonly<Record<Signal, Releasable>> = {
    traces: { oldest: undefined, youngest: undefined, items: 0 },
    metrics: { oldest: undefined, youngest: undefined, items: 0 },
    logs: { oldest: undefined, youngest: undefined, items: 0 },
  }
  readonly #items: Record<Signal, number> = { traces: 0, metrics: 0, logs: 0 }
  #waitingBytes = 0
  #releasableBytes = 0
  #readingBytes = 0

  constructor(maxBytes = MAX_WAITING_BYTES) {
    this.#maxBytes = maxBytes
  }

  /** Of everything that is held here. */
  get byteLength(): number {
    return this.#waitingBytes + this.#readingBytes
  }

  /** Makes room for a chunk, at the cost of younger ones that are on disk. False: there is none to be had. */
  makeRoom(byteLength: number): boolean {
    while (this.#waitingBytes > 0 && this.#waitingBytes + byteLength > this.#maxBytes) {
      const victim = this.#youngest()
      if (victim === undefined) return false
      this.letGo(victim)
    }
    return true
  }

  /** The same for a bound in items of one signal. */
  makeRoomForItems(signal: Signal, items: number, maxItems: number): boolean {
    // Where it would not do, nothing is let go for it. One chunk always fits, or nothing would ever be sent.
    const kept = this.#items[signal] - this.#releasable[signal].items
    if (kept > 0 && kept + items > maxItems) return false
    while (this.#items[signal] > 0 && this.#items[signal] + items > maxItems) {
      const victim = this.#releasable[signal].youngest
      if (victim === undefined) return false
      this.letGo(victim)
    }
    return true
  }

  /** Whether what cannot be let go takes more than half of the memory, or of the items of this signal where they have a bound. */
  isCrowded(signal: Signal, maxItems = Number.POSITIVE_INFINITY): boolean {
    if (this.#waitingBytes - this.#releasableBytes > this.#maxBytes / 2) return true
    return this.#items[signal] - this.#releasable[signal].items > maxItems / 2
  }

  hold(parcel: Parcel, bytes: Uint8Array): void {
    parcel.bytes = bytes
    this.#waitingBytes += parcel.byteLength
    this.#items[parcel.signal] += parcel.items
  }

  /** Whether there is room to read so much back. One chunk always fits: none is half as large. */
  mayRead(byteLength: number): boolean {
    return this.#readingBytes + byteLength <= MAX_READING_BYTES
  }

  /** Its bytes are about to be read back; {@link letGo} ends that. */
  beginReading(parcel: Parcel): void {
    parcel.isReadBack = true
    this.#readingBytes += parcel.byteLength
  }

  /** Forgets the bytes. Safe to call when there are none. */
  letGo(parcel: Parcel): void {
    this.keep(parcel)
    if (parcel.isReadBack) {
      parcel.isReadBack = false
      this.#readingBytes -= parcel.byteLength
    } else if (parcel.bytes !== undefined) {
      this.#waitingBytes -= parcel.byteLength
      this.#items[parcel.signal] -= parcel.items
    }
    parcel.bytes = undefined
  }

  /** Its bytes may be let go: they are on disk, and nobody is sending them. */
  offer(parcel: Parcel): void {
    if (parcel.isListed || parcel.bytes === undefined || parcel.isReadBack) return
    const list = this.#releasable[parcel.signal]
    // One that is stored is the youngest, mostly; one that comes back after an attempt is among the oldest.
    let older = list.youngest
    let younger: Parcel | undefined
    if (
      list.oldest !== undefined &&
      parcel.sequence - list.oldest.sequence < (older?.sequence ?? 0) - parcel.sequence
    ) {
      younger = list.oldest
      while (younger !== undefined && younger.sequence < parcel.sequence) younger = younger.younger
      older = younger?.older
    }
    while (older !== undefined && older.sequence > parcel.sequence) {
      younger = older
      older = older.older
    }
    parcel.older = older
    parcel.younger = younger
    if (older === undefined) list.oldest = parcel
    else older.younger = parcel
    if (younger === undefined) list.youngest = parcel
    else younger.older = parcel
    parcel.isListed = true
    list.items += parcel.items
    this.#releasableBytes += parcel.byteLength
  }

  /** Takes the offer back. */
  keep(parcel: Parcel): void {
    if (!parcel.isListed) return
    const list = this.#releasable[parcel.signal]
    const { older, younger } = parcel
    if (older === undefined) list.oldest = younger
    else older.younger = younger
    if (younger === undefined) list.youngest = older
    else younger.older = older
    parcel.older = undefined
    parcel.younger = undefined
    parcel.isListed = false
    list.items -= parcel.items
    this.#releasableBytes -= parcel.byteLength
  }

  #youngest(): Parcel | undefined {
    const { traces, metrics, logs } = this.#releasable
    let found = traces.youngest
    for (const { youngest } of [metrics, logs]) {
      if (youngest !== undefined && (found === undefined || youngest.since > found.since)) found = youngest
    }
    return found
  }
}
