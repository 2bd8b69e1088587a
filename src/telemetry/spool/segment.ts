import type { Signal } from '../../otlp/model.ts'
import type { SpooledChunk } from '../pipeline/spool.ts'
import { closeQuietly } from './positioned-io.ts'

/** `waiting` to be written · `stored` on disk · `over`: settled, evicted, refused, or another's by now. */
export type EntryState = 'waiting' | 'stored' | 'over'

/** A chunk in the index: about 130 bytes of heap each (measured), which is why their number is bounded. */
export class SpoolEntry implements SpooledChunk {
  readonly signal: Signal
  readonly items: number
  readonly byteLength: number
  readonly since: number
  /** Only until they are on disk. */
  bytes: Uint8Array | undefined
  state: EntryState
  /** Where it lies. A chunk that is being rescued out of a deleted file is waiting and has a place as well. */
  segment: Segment | undefined
  /** Offset of its record in the segment. */
  position = 0

  constructor(signal: Signal, items: number, byteLength: number, since: number, bytes: Uint8Array | undefined) {
    this.signal = signal
    this.items = items
    this.byteLength = byteLength
    this.since = since
    this.bytes = bytes
    this.state = bytes === undefined ? 'stored' : 'waiting'
    this.segment = undefined
  }
}

export interface SegmentOptions {
  readonly path: string
  /** Open for reading, and for writing where it is our own. */
  readonly fd: number
  /** On the scale of the clock. */
  readonly createdAt: number
  readonly size: number
  /** What `<segment>.done` already takes. */
  readonly doneSize?: number
  /** When its newest record was made, on the scale of the clock. */
  readonly newestAt: number
}

/**
 * One file of the journal. It is kept open as long as it exists, so that its records can be read even after somebody
 * has deleted it.
 */
export class Segment {
  readonly path: string
  readonly fd: number
  readonly createdAt: number
  /** How far it holds whole records. What a failed write has left beyond is overwritten or cut off. */
  size: number
  doneSize: number
  newestAt: number
  /** In the order in which they were written. */
  readonly unsettled = new Set<SpoolEntry>()
  /** Offsets of settled records that are not marked on disk yet. */
  marks: number[] = []
  /** Its directory is another's, or gone: nothing may be written to it any more. */
  isLost = false
  /** What is in it is still being found out. */
  isBeingRead = false
  #users = 1
  #isDisposed = false

  constructor(options: SegmentOptions) {
    this.path = options.path
    this.fd = options.fd
    this.createdAt = options.createdAt
    this.size = options.size
    this.doneSize = options.doneSize ?? 0
    this.newestAt = options.newestAt
  }

  get donePath(): string {
    return `${this.path}.done`
  }

  /** @returns what was unsettled: it is nobody's concern here any more */
  giveUp(): readonly SpoolEntry[] {
    const entries = [...this.unsettled]
    this.unsettled.clear()
    for (const entry of entries) {
      entry.state = 'over'
      entry.segment = undefined
    }
    return entries
  }

  /** Keeps the file open for an operation under way: a number of a closed file may soon be that of another one. */
  use(): void {
    this.#users++
  }

  /** Closes it as soon as nobody uses it. Safe to call more than once. */
  dispose(): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.release()
  }

  /** The last one closes it; the first user is who opened it. */
  release(): void {
    if (--this.#users === 0) closeQuietly(this.fd)
  }
}
