import type { FlushKind } from './pace.ts'

/** One flush of a sender. */
export interface SenderFlush {
  /** The last one of the process. */
  readonly isFinal: boolean
  /** On the scale of the clock. */
  readonly deadline: number
  readonly end: () => void
}

/** The flushes of a sender that are under way. */
export class SenderFlushes {
  readonly #flushes = new Set<SenderFlush>()
  /** When the last one of the process has to be over; infinite before it. */
  finalDeadline = Number.POSITIVE_INFINITY

  get kind(): FlushKind {
    if (this.finalDeadline !== Number.POSITIVE_INFINITY) return 'final'
    return this.#flushes.size > 0 ? 'any' : 'none'
  }

  begin(flush: SenderFlush): void {
    this.#flushes.add(flush)
    if (flush.isFinal) this.finalDeadline = Math.min(this.finalDeadline, flush.deadline)
  }

  /** Nothing of it is left; a final deadline stays, because only the close comes after it. */
  forget(flush: SenderFlush): void {
    this.#flushes.delete(flush)
  }

  /** Ends those that have nothing more to wait for. */
  end(what: 'all' | 'final'): void {
    for (const flush of this.#flushes) if (what === 'all' || flush.isFinal) flush.end()
  }
}
