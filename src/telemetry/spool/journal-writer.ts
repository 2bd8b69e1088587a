import { AsyncLocalStorage } from 'node:async_hooks'
import { ftruncateSync } from 'node:fs'
import type { Clock } from '../../core/clock.ts'
import { writeAll, writeAllNow } from './positioned-io.ts'
import { encodeRecordHeader, RECORD_HEADER_BYTES } from './record-format.ts'
import type { Segment, SpoolEntry } from './segment.ts'
import { encodeSegmentHeader, SEGMENT_HEADER_BYTES } from './segment-header.ts'
import { WaitingEntries } from './waiting-entries.ts'

/** At most so much in one write: it takes a thread of four that all file access of the process shares. */
const MAX_BATCH_BYTES = 1024 * 1024
const MAX_BATCH_RECORDS = 256
/** What waits behind a disk that does not answer. The next chunks are not stored: they stay with whoever sends them. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024

/** What the writer needs from the spool around it. */
export interface JournalKeeper {
  /** Why nothing is to be written at present. */
  readonly failure: string | undefined
  /** @throws what the file system says */
  openSegment(recordBytes: number): Segment
  /** Nothing is written to it any more. */
  retire(segment: Segment): void
  /** Whether what was just written lies in our own directory; where not, it is written again elsewhere. */
  confirm(segment: Segment): boolean
  toUnixMs(since: number): number
  /** The disk takes chunks. */
  written(): void
  stored(entry: SpoolEntry): void
  /** Delivered while it was being written: its mark is to be written as well. */
  settled(): void
  notStored(entry: SpoolEntry, reason: string): void
  /** A write failed: what waits is not to be stored either. @returns why, in words */
  failed(error: unknown): string
}

interface Batch {
  readonly segment: Segment
  readonly entries: readonly SpoolEntry[]
  readonly buffers: readonly Uint8Array[]
  readonly byteLength: number
  /** The synchronous way has written it already. */
  isOver: boolean
}

/** Writes chunks to the journal, as late as may be: one write at a time, of all that has come since the last one. */
export class JournalWriter {
  readonly #keeper: JournalKeeper
  readonly #segmentBytes: number
  /** A write keeps the context it was begun in: that of some request must not live on in it. */
  readonly #detached = AsyncLocalStorage.snapshot()
  readonly #waiting: WaitingEntries
  #refused: { readonly entry: SpoolEntry; readonly reason: string }[] = []
  #batch: Batch | undefined
  #isPlanned = false
  #current: Segment | undefined
  #flushed: (() => void)[] = []

  constructor(keeper: JournalKeeper, segmentBytes: number, clock: Clock) {
    this.#keeper = keeper
    this.#segmentBytes = segmentBytes
    this.#waiting = new WaitingEntries(clock, () => this.#pump())
  }

  get current(): Segment | undefined {
    return this.#current
  }

  append(entry: SpoolEntry, isUrgent = false): void {
    if (this.#waiting.byteLength > MAX_WAITING_BYTES) return this.refuse(entry, 'the disk does not answer')
    this.#waiting.add(entry)
    if (isUrgent) this.#waiting.hurry()
    if (this.#waiting.isDue) this.#plan()
    else this.#waiting.arm()
  }

  /** It is settled: where it has not been written, it need not be. */
  forget(entry: SpoolEntry): void {
    if (this.#waiting.delete(entry)) entry.bytes = undefined
  }

  /** Tells soon that it is not to be stored. */
  refuse(entry: SpoolEntry, reason: string): void {
    this.#refused.push({ entry, reason })
    this.#plan()
  }

  #plan(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    queueMicrotask(this.#pump)
  }

  /** Resolves when all that was appended so far is stored, or not to be. */
  flush(): Promise<void> {
    return new Promise((resolve) => this.whenWritten(resolve))
  }

  /** Calls `tell` then, at once where nothing waits. */
  whenWritten(tell: () => void): void {
    if (this.#batch === undefined && !this.#isPlanned && this.#waiting.size === 0) return tell()
    this.#plan()
    this.#flushed.push(tell)
  }

  /**
   * Writes all that waits, at once. A write that is under way in another thread is written once more, to the same place,
   * because nobody will wait for it: it puts the same bytes there, whether it comes first, last or never.
   */
  flushNow(): void {
    this.#isPlanned = false
    this.#tellRefused()
    const underWay = this.#batch
    if (underWay !== undefined) {
      underWay.isOver = true
      this.#writeNow(underWay)
    }
    for (let batch = this.#takeBatch(); batch !== undefined; batch = this.#takeBatch()) this.#writeNow(batch)
    this.#tellFlushed()
  }

  /** The next record begins a new segment. */
  retire(): void {
    const segment = this.#current
    if (segment === undefined || this.#batch !== undefined) return
    this.#current = undefined
    this.#keeper.retire(segment)
  }

  /** Its directory is no longer ours. A write under way is done again elsewhere. */
  abandon(): void {
    this.#current = undefined
  }

  readonly #pump = (): void => {
    this.#isPlanned = false
    this.#waiting.disarm()
    this.#tellRefused()
    if (this.#batch === undefined) this.#detached(this.#next)
  }

  readonly #next = (): void => {
    const batch = this.#takeBatch()
    if (batch === undefined) return this.#tellFlushed()
    this.#batch = batch
    const { segment, buffers } = batch
    segment.use()
    writeAll(segment.fd, buffers, segment.size, (error) => {
      segment.release()
      if (batch.isOver) return
      this.#batch = undefined
      this.#finish(batch, error)
      if (this.#waiting.isDue || this.#flushed.length > 0) this.#next()
      else this.#waiting.arm()
    })
  }

  #writeNow(batch: Batch): void {
    this.#batch = undefined
    try {
      writeAllNow(batch.segment.fd, batch.buffers, batch.segment.size)
    } catch (error) {
      return this.#finish(batch, error)
    }
    this.#finish(batch, null)
  }

  #finish(batch: Batch, error: unknown): void {
    const { segment, entries } = batch
    if (segment.isLost || (error === null && !this.#keeper.confirm(segment))) {
      this.#waiting.addFirst(entries)
      return
    }
    if (error !== null) return this.#fail(batch, error)
    this.#keeper.written()
    let position = segment.size === 0 ? SEGMENT_HEADER_BYTES : segment.size
    segment.size += batch.byteLength
    for (const entry of entries) {
      const from = entry.segment
      from?.unsettled.delete(entry)
      entry.segment = segment
      entry.position = position
      entry.bytes = undefined
      position += RECORD_HEADER_BYTES + entry.byteLength
      if (entry.since > segment.newestAt) segment.newestAt = entry.since
      if (entry.state === 'over') {
        // Delivered while it was being written.
        segment.marks.push(entry.position)
        entry.segment = undefined
        this.#keeper.settled()
        continue
      }
      entry.state = 'stored'
      segment.unsettled.add(entry)
      // Out of a file that was deleted: it counts as stored already.
      if (from === undefined) this.#keeper.stored(entry)
    }
  }

  #fail({ segment, entries }: Batch, error: unknown): void {
    const reason = this.#keeper.failed(error)
    try {
      ftruncateSync(segment.fd, segment.size)
    } catch {
      // The half-written record stays at the end of a file that is not written to again: readers pass over it.
    }
    if (this.#current === segment) this.#current = undefined
    this.#keeper.retire(segment)
    this.#refuse(entries, reason)
  }

  #takeBatch(): Batch | undefined {
    const failure = this.#keeper.failure
    if (failure !== undefined) this.#refuseAll(failure)
    let segment: Segment | undefined
    const entries: SpoolEntry[] = []
    const buffers: Uint8Array[] = []
    let byteLength = 0
    for (const entry of this.#waiting) {
      const { bytes } = entry
      if (entry.state === 'over' || bytes === undefined) {
        this.#waiting.delete(entry)
        continue
      }
      const recordBytes = RECORD_HEADER_BYTES + bytes.byteLength
      if (segment === undefined) {
        segment = this.#segmentFor(recordBytes)
        if (segment === undefined) return undefined
        if (segment.size === 0) buffers.push(encodeSegmentHeader(this.#keeper.toUnixMs(segment.createdAt)))
        byteLength = segment.size === 0 ? SEGMENT_HEADER_BYTES : 0
      } else if (
        segment.size + byteLength + recordBytes > this.#segmentBytes ||
        byteLength + recordBytes > MAX_BATCH_BYTES ||
        entries.length >= MAX_BATCH_RECORDS
      ) {
        break
      }
      this.#waiting.delete(entry)
      entries.push(entry)
      const sinceUnixMs = this.#keeper.toUnixMs(entry.since)
      buffers.push(encodeRecordHeader(entry.signal, entry.items, sinceUnixMs, bytes), bytes)
      byteLength += recordBytes
    }
    return segment === undefined ? undefined : { segment, entries, buffers, byteLength, isOver: false }
  }

  #segmentFor(recordBytes: number): Segment | undefined {
    const current = this.#current
    if (current !== undefined) {
      if (current.size === 0 || current.size + recordBytes <= this.#segmentBytes) return current
      this.#current = undefined
      this.#keeper.retire(current)
    }
    try {
      this.#current = this.#keeper.openSegment(recordBytes)
    } catch (error) {
      this.#refuseAll(this.#keeper.failed(error))
    }
    return this.#current
  }

  #refuseAll(reason: string): void {
    this.#refuse(this.#waiting.takeAll(), reason)
  }

  #refuse(entries: readonly SpoolEntry[], reason: string): void {
    for (const entry of entries) {
      if (entry.state === 'over') continue
      entry.bytes = undefined
      // One out of a deleted file can still be read there.
      if (entry.segment !== undefined) entry.state = 'stored'
      else {
        entry.state = 'over'
        this.#keeper.notStored(entry, reason)
      }
    }
  }

  #tellRefused(): void {
    if (this.#refused.length === 0) return
    const refused = this.#refused
    this.#refused = []
    for (const { entry, reason } of refused) this.#refuse([entry], reason)
  }

  #tellFlushed(): void {
    if (this.#flushed.length === 0) return
    const flushed = this.#flushed
    this.#flushed = []
    for (const resolve of flushed) resolve()
  }
}
