import { closeQuietly } from './positioned-io.ts'
import type { SpoolEntry } from './spool-entry.ts'

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
