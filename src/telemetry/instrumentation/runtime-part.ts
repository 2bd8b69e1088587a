import type { BatchObservableResult, Observable } from '@opentelemetry/api'

/** Instruments and how to read them: called once for each collection. */
export interface RuntimePart {
  readonly instruments: readonly Observable[]
  /**
   * A promise only for what cannot be read at once.
   *
   * @param reader whose collection it is
   */
  readonly observe: (result: BatchObservableResult, reader: object) => void | Promise<void>
  /** Gives back what it holds. */
  readonly end?: () => void
}
