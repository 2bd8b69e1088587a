/** Something that must be the very last of a shutdown: telemetry. */
export interface Flusher {
  readonly name: string
  /** Delivers what is pending and closes, within `limitMs`. Never rejects; returns what to report. */
  flush(limitMs: number): Promise<FlushOutcome>
}

/** What became of a flush. */
export interface FlushOutcome {
  /** Whether nothing was lost: delivered, or kept for a later delivery. */
  readonly complete: boolean
  /** Figures for the shutdown report, by name. */
  readonly details: Readonly<Record<string, unknown>>
  /** Why it is not complete, where that is no alarm, such as a collector that nobody asked for. @default none */
  readonly note?: string
  /** What was not delivered and waits for a later delivery, such as `512 items spooled …`. It is not lost. @default none */
  readonly kept?: string
}

/**
 * The place where a shutdown finds what it must flush at its very end, and where telemetry sees that a shutdown is
 * under way. That is what makes the order structural: a `telemetry.shutdown()` called by a handler in the middle of a
 * shutdown defers to the flush at the end instead of losing every span that comes after it.
 *
 * There is one for the process ({@link processFinalFlush}), because a process stops once; tests make their own.
 */
export class FinalFlush {
  readonly #flushers = new Set<Flusher>()
  #shutdowns = 0

  /** Whether a shutdown is between its first handler and its flush. */
  get deferring(): boolean {
    return this.#shutdowns > 0
  }

  /** Adds a flusher; the returned function takes it out again. */
  add(flusher: Flusher): () => void {
    this.#flushers.add(flusher)
    return () => void this.#flushers.delete(flusher)
  }

  /** A shutdown begins: from now until the returned function is called, shutting telemetry down is deferred. */
  beginShutdown(): () => void {
    this.#shutdowns++
    let ended = false
    return () => {
      if (ended) return
      ended = true
      this.#shutdowns--
    }
  }

  /** The flushers of now, in the order in which they were added. */
  get flushers(): readonly Flusher[] {
    return [...this.#flushers]
  }
}

/** The one of this process: what services, `GracefulShutdown` and telemetry use unless told otherwise. */
export const processFinalFlush = new FinalFlush()
