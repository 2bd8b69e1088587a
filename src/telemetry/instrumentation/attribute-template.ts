import { ProtobufWriter } from '../../otlp/protobuf-writer.ts'
import type { DeferredAttributes } from '../trace/deferred-attributes.ts'

/** Of an attribute in a span. @see opentelemetry/proto/trace/v1/trace.proto */
export const SPAN_ATTRIBUTE_TAG = 74

/** Attributes that many spans have in common. */
export type SharedAttributes = Omit<DeferredAttributes, 'encode'> & { readonly encoded: Uint8Array }

/** The same, encoded once. */
export class AttributeTemplate implements SharedAttributes {
  protected readonly attributes: ReadonlyMap<string, string | number>
  #encoded: Uint8Array | undefined = undefined

  constructor(attributes: ReadonlyMap<string, string | number>) {
    this.attributes = attributes
  }

  get count(): number {
    return this.attributes.size
  }

  has(key: string): boolean {
    return this.attributes.has(key)
  }

  fill(put: (key: string, value: unknown) => void): void {
    for (const [key, value] of this.attributes) put(key, value)
  }

  get encoded(): Uint8Array {
    return (this.#encoded ??= encodeAttributes(this.attributes).finish())
  }
}

/** Each as a field of a span. */
export function encodeAttributes(attributes: ReadonlyMap<string, string | number>): ProtobufWriter {
  const writer = new ProtobufWriter()
  for (const [key, value] of attributes) {
    if (typeof value === 'string') writer.textPair(SPAN_ATTRIBUTE_TAG, key, value)
    else writer.numberPair(SPAN_ATTRIBUTE_TAG, key, value)
  }
  return writer
}
