import type { Signal } from '../../otlp/model.ts'

/**
 * A sealed run of encoded items. Its bytes are one whole field 1 of an export request (`ResourceSpans`,
 * `ResourceMetrics`, `ResourceLogs`, tag and length included), so that chunks of a signal laid end to end are a valid
 * request body: protobuf joins repeated fields.
 */
export interface Chunk {
  readonly signal: Signal
  /** Spans, log records, or data points. They are in the books as created already. */
  readonly items: number
  /** Never written to again. */
  readonly bytes: Uint8Array
  /** When the first item came in, on the scale of the clock. */
  readonly since: number
}

/** Where sealed chunks go. Never throws and never waits. */
export interface ChunkSink {
  accept(chunk: Chunk): void
}
