import type { Attributes } from '@opentelemetry/api'

/**
 * The resource as processors and exporters of the SDK for JavaScript read it. Everything in it is known from the start.
 *
 * @see https://opentelemetry.io/docs/specs/otel/resource/sdk/
 */
export class ReadableResource {
  readonly attributes: Readonly<Attributes>
  readonly schemaUrl: string | undefined
  readonly asyncAttributesPending = false

  constructor(attributes: Readonly<Attributes>, schemaUrl?: string) {
    this.attributes = attributes
    this.schemaUrl = schemaUrl
  }

  waitForAsyncAttributes(): Promise<void> {
    return Promise.resolve()
  }

  getRawAttributes(): [string, unknown][] {
    return Object.entries(this.attributes)
  }

  /** What `other` has wins. */
  merge(other: { readonly attributes: Attributes; readonly schemaUrl?: string } | null): ReadableResource {
    if (other === null) return this
    const schemaUrl = other.schemaUrl ?? this.schemaUrl
    return new ReadableResource({ ...this.attributes, ...other.attributes }, schemaUrl)
  }
}
