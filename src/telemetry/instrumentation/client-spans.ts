import { type Attributes, type Context, type Span, SpanKind, type Tracer } from '@opentelemetry/api'
import type { RecordingSpan } from '../trace/recording-span.ts'
import type { Tracer as EngineTracer } from '../trace/tracer.ts'
import type { TemplatedAttributes } from './templated-attributes.ts'

/** Begins the spans of what goes out. What leaves no span has no attributes put together for it. */
export class ClientSpans {
  /** What the attributes of the latest span are made of, if they were left for later. */
  deferred: TemplatedAttributes | undefined = undefined
  readonly #tracer: Tracer
  /** The same, if it is ours: it can do more than the API has. */
  readonly #engine: EngineTracer | undefined
  readonly #defers: boolean
  readonly #collect: () => TemplatedAttributes
  readonly #readAttributes = (): Attributes => toAttributes(this.#collect())
  readonly #describe = (span: RecordingSpan): void => this.#describeSpan(span)

  /** @param collect what describes the request whose span is being begun */
  constructor(tracer: Tracer, collect: () => TemplatedAttributes) {
    this.#tracer = tracer
    this.#engine = 'startDescribedSpan' in tracer ? (tracer as EngineTracer) : undefined
    this.#defers = this.#engine?.defersAttributes === true
    this.#collect = collect
  }

  start(name: string, parent: Context): Span {
    this.deferred = undefined
    if (this.#engine === undefined) {
      return this.#tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes: this.#readAttributes() }, parent)
    }
    return this.#engine.startDescribedSpan(name, SpanKind.CLIENT, parent, this.#readAttributes, this.#describe)
  }

  #describeSpan(span: RecordingSpan): void {
    const attributes = this.#collect()
    if (this.#defers) {
      this.deferred = attributes
      span.setDeferredAttributes(attributes)
    } else {
      attributes.fill((key, value) => void span.setAttribute(key, value))
    }
  }
}

function toAttributes(source: TemplatedAttributes): Attributes {
  const attributes: Attributes = {}
  source.fill((key, value) => void (attributes[key] = value as string))
  return attributes
}
