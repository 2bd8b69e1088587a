import { AsyncLocalStorage } from 'node:async_hooks'
import { closeSync, constants, openSync, unlinkSync } from 'node:fs'
import { open, unlink } from 'node:fs/promises'
import type { Cancel, Clock } from '../../core/clock.ts'
import type { EvictionReason } from '../pipeline/spool.ts'
import { encodeMarks } from './done-marks.ts'
import { writeAllNow } from './positioned-io.ts'
import type { Segment, SpoolEntry } from './segment.ts'

/** Files that the spool has open. */
export const MAX_SEGMENTS = 256
/** Chunks in the index, some 10 MB of heap: of small chunks there could be millions within the bound of the bytes. */
const MAX_ENTRIES = 65_536
/**
 * How long a mark waits for others: what was delivered by then is delivered again after a violent end. Requests that end
 * together share one write, and there are few requests a second.
 */
const MARK_DELAY_MS = 20
/** Made if needed, never cut short, never through a link. */
const MARK_FLAGS = constants.O_WRONLY | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)

export interface SegmentStoreOptions {
  readonly clock: Clock
  readonly segmentBytes: number
  readonly maxBytes: number
  readonly evicted: (entry: SpoolEntry, reason: EvictionReason) => void
}

/**
 * The segments that exist, oldest first, with their bounds. What changes files in the background goes one after the
 * other, so that a mark is never written for a segment that is already deleted.
 */
export class SegmentStore {
  readonly #options: SegmentStoreOptions
  readonly #segments: Segment[] = []
  #chores: Promise<void> = Promise.resolve()
  #isMarking = false
  /** More was settled while marks were being written. */
  #isMarkingAgain = false
  #cancelMarks: Cancel | undefined
  /** A timer keeps the context in which it was set: that of some request must not live on in it. */
  readonly #detached = AsyncLocalStorage.snapshot()

  /** What other processes of the service take of the bytes that are there for all of them. */
  othersBytes = 0

  constructor(options: SegmentStoreOptions) {
    this.#options = options
  }

  get all(): readonly Segment[] {
    return this.#segments
  }

  get byteLength(): number {
    let total = 0
    for (const segment of this.#segments) total += segment.size + segment.doneSize
    return total
  }

  get unsettledCount(): number {
    let count = 0
    for (const segment of this.#segments) count += segment.unsettled.size
    return count
  }

  /** Keeps the order of age: what an earlier process has left comes before what this one has begun. */
  add(segment: Segment): void {
    const index = this.#segments.findIndex((other) => other.createdAt > segment.createdAt)
    this.#segments.splice(index === -1 ? this.#segments.length : index, 0, segment)
  }

  /** Makes room for `bytes` more, at the expense of the oldest. `current` is being written to: it stays. */
  makeRoom(bytes: number, current: Segment | undefined): void {
    const { maxBytes, segmentBytes } = this.#options
    // However much the others take, what is newest here has a place.
    const allowedBytes = Math.max(maxBytes - this.othersBytes, 2 * segmentBytes)
    while (
      this.byteLength + bytes > allowedBytes ||
      this.#segments.length >= MAX_SEGMENTS ||
      this.unsettledCount >= MAX_ENTRIES
    ) {
      const oldest = this.#segments.find((segment) => !segment.isBeingRead && segment !== current)
      if (oldest === undefined) return
      this.#evict(oldest, 'spool_full')
    }
  }

  /** `current` is being written to: it stays. */
  evictOlderThan(time: number, current: Segment | undefined): void {
    for (const segment of this.#segments.slice()) {
      if (segment !== current && !segment.isBeingRead && segment.newestAt < time) this.#evict(segment, 'spool_age')
    }
  }

  /** The files go, in the background. */
  remove(segment: Segment): void {
    if (!this.forget(segment)) return
    this.#chore(async () => {
      await unlink(segment.path).catch(() => {})
      await unlink(segment.donePath).catch(() => {})
      segment.dispose()
    })
  }

  /** Without touching the files. @returns whether it was there */
  forget(segment: Segment): boolean {
    const index = this.#segments.indexOf(segment)
    if (index !== -1) this.#segments.splice(index, 1)
    return index !== -1
  }

  /** Forgets all of them: nothing is written to them any more. @returns them, still open */
  abandon(): readonly Segment[] {
    const segments = this.#segments.splice(0)
    for (const segment of segments) segment.isLost = true
    return segments
  }

  /** Writes down soon what has been settled. */
  planMarks(): void {
    if (this.#cancelMarks !== undefined) return
    const write = (): void => {
      this.#cancelMarks = undefined
      this.writeMarks()
    }
    this.#cancelMarks = this.#detached(() => this.#options.clock.schedule(MARK_DELAY_MS, write, { keepAlive: false }))
  }

  /** Nothing more is written down by itself. */
  end(): void {
    this.#cancelMarks?.()
  }

  /** Writes down what has been settled, in the background. */
  writeMarks(): void {
    this.#isMarkingAgain = this.#isMarking
    if (this.#isMarking || this.#segments.every((segment) => segment.marks.length === 0)) return
    this.#isMarking = true
    this.#chore(async () => {
      do {
        this.#isMarkingAgain = false
        for (const segment of this.#segments.slice()) await this.#mark(segment)
      } while (this.#isMarkingAgain)
      this.#isMarking = false
    })
  }

  /** The same at once; what is just being written in the background is written once more, to the same place. */
  writeMarksNow(): void {
    for (const segment of this.#segments) {
      if (segment.marks.length === 0 || segment.isLost) continue
      const bytes = encodeMarks(segment.marks)
      if (!writeDoneNow(segment, bytes)) continue
      segment.doneSize += bytes.byteLength
      segment.marks = []
    }
  }

  /** At once: what need not be there any more. */
  removeNow(segment: Segment): void {
    if (!this.forget(segment)) return
    for (const path of [segment.path, segment.donePath]) {
      try {
        unlinkSync(path)
      } catch {
        // Then it is found once more, with nothing in it that would be sent.
      }
    }
  }

  /** When all that was begun in the background is over. */
  idle(): Promise<void> {
    return this.#chores
  }

  async #mark(segment: Segment): Promise<void> {
    if (!this.#segments.includes(segment) || segment.isLost || segment.marks.length === 0) return
    const { marks } = segment
    const count = marks.length
    const bytes = encodeMarks(marks)
    try {
      const file = await open(segment.donePath, MARK_FLAGS, 0o600)
      try {
        await file.writev([bytes], segment.doneSize)
      } finally {
        await file.close()
      }
      // The synchronous way was quicker: it has written the same to the same place, and counted it.
      if (segment.marks !== marks) return
      segment.doneSize += bytes.byteLength
      segment.marks = marks.slice(count)
    } catch {
      // They are tried again with the next ones; until then, a violent end would have them delivered twice.
    }
  }

  #evict(segment: Segment, reason: EvictionReason): void {
    this.remove(segment)
    for (const entry of segment.giveUp()) this.#options.evicted(entry, reason)
  }

  #chore(work: () => Promise<void>): void {
    this.#chores = this.#chores.then(work).catch(() => {})
  }
}

function writeDoneNow(segment: Segment, bytes: Buffer): boolean {
  try {
    const fd = openSync(segment.donePath, MARK_FLAGS, 0o600)
    try {
      writeAllNow(fd, [bytes], segment.doneSize)
      return true
    } finally {
      closeSync(fd)
    }
  } catch {
    return false
  }
}
