import type { ProtobufWriter } from '../../otlp/protobuf-writer.ts'

/**
 * Attributes that are known where they come from and need not be put together unless somebody asks: those of an HTTP
 * request, that nearly nobody reads before they go out.
 */
export interface DeferredAttributes {
  /** How many {@link encode} writes. */
  readonly count: number
  has(key: string): boolean
  /** Hands each to `put`: somebody wants to read or change them. */
  fill(put: (key: string, value: unknown) => void): void
  /** Writes each as a whole field 9 of the span (`KeyValue`, tag 74). */
  encode(writer: ProtobufWriter): void
}
