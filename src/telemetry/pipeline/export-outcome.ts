/** What became of a batch. */
export type ExportOutcome =
  | {
      readonly kind: 'delivered'
      /** How many of the batch the collector rejected: a partial success. @default 0 */
      readonly rejectedCount?: number
      /** What the collector said about it. */
      readonly message?: string
    }
  /** Worth another attempt: no connection, no answer, 503, `UNAVAILABLE`. */
  | {
      readonly kind: 'retry'
      readonly reason: string
      /** How long the collector asked to be left alone. */
      readonly retryAfterMs?: number
      /** Nobody listens there: the connection itself was refused. @default false */
      readonly isNobodyThere?: boolean
    }
  /** Not worth another attempt: the collector understood and said no. */
  | {
      readonly kind: 'refused'
      readonly reason: string
      /** It was the size: the same in smaller bodies may pass. @default false */
      readonly perhapsTooLarge?: boolean
      /** It was the content, of a part of it at least: what is left without that part may pass. @default false */
      readonly perhapsOnePart?: boolean
    }

/**
 * Sends one batch and calls `done` once. A queue copes with all that can go wrong: a throw, a `done` that never comes,
 * comes twice, comes at once, or comes after `signal` was aborted (it then no longer counts).
 */
export type ExportBatch<T> = Send<readonly T[]>

/** The same for whatever is sent in one piece. */
export type Send<P> = (payload: P, done: (outcome: ExportOutcome) => void, signal: AbortSignal) => void
