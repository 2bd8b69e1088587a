import type { Span } from '@opentelemetry/api'
import type { ProtobufWriter } from '../../otlp/protobuf-writer.ts'
import type { DeferredAttributes } from '../trace/deferred-attributes.ts'
import type { RecordingSpan } from '../trace/recording-span.ts'
import { type SharedAttributes, SPAN_ATTRIBUTE_TAG } from './attribute-template.ts'

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
