/** What became of a batch. */
export type ExportOutcome =
  | {
      readonly kind: 'delivered'
      /** How many of the batch the collector rejected: a partial success. @default 0 */
      readonly rejectedCount?: number
      /** What the collector said about it: a warning, where it rejected nothing. */
      readonly message?: string
      /** It was a yes, and no answer of OTLP: perhaps it was no collector that said it. @default false */
      readonly isDoubtful?: boolean
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
