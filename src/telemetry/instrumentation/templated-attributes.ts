import type { Span } from '@opentelemetry/api'
import { ProtobufWriter } from '../../otlp/protobuf-writer.ts'
import type { DeferredAttributes } from '../trace/deferred-attributes.ts'
import type { RecordingSpan } from '../trace/recording-span.ts'

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

/**
 * The attributes of one request: those that it has in common with others, and what is said of it alone. Nobody looks at
 * them before they go out, so nothing is copied or looked up until then.
 */
export class TemplatedAttributes implements DeferredAttributes {
  readonly #template: SharedAttributes
  /** Keys and values by turns. */
  readonly #own: (string | number)[] = []

  constructor(template: SharedAttributes) {
    this.#template = template
  }

  /** @param key one that is not there yet */
  add(key: string, value: string | number): void {
    this.#own.push(key, value)
  }

  get count(): number {
    return this.#template.count + this.#own.length / 2
  }

  has(key: string): boolean {
    const own = this.#own
    for (let index = 0; index < own.length; index += 2) if (own[index] === key) return true
    return this.#template.has(key)
  }

  fill(put: (key: string, value: unknown) => void): void {
    this.#template.fill(put)
    const own = this.#own
    for (let index = 0; index < own.length; index += 2) put(own[index] as string, own[index + 1])
  }

  encode(writer: ProtobufWriter): void {
    writer.raw(this.#template.encoded)
    const own = this.#own
    for (let index = 0; index < own.length; index += 2) {
      const value = own[index + 1] as string | number
      if (typeof value === 'string') writer.textPair(SPAN_ATTRIBUTE_TAG, own[index] as string, value)
      else writer.numberPair(SPAN_ATTRIBUTE_TAG, own[index] as string, value)
    }
  }
}

/** Describes a span further: for later, as long as nobody has asked for its attributes or said the same himself. */
export function describeFurther(
  span: Span,
  attributes: TemplatedAttributes | undefined,
  key: string,
  value: string | number,
): void {
  if (attributes === undefined || !isUntouched(span as RecordingSpan, attributes, key)) span.setAttribute(key, value)
  else attributes.add(key, value)
}

function isUntouched(span: RecordingSpan, attributes: TemplatedAttributes, key: string): boolean {
  return span.deferred === attributes && (span.list === undefined || span.list.get(key) === undefined)
}
