import { type Attributes, type Context, type Span, SpanKind, trace, type Tracer } from '@opentelemetry/api'
import { FAST_ROOT } from '../context/fast-context.ts'
import type { DeferredAttributes } from '../trace/deferred-attributes.ts'
import type { RecordingSpan } from '../trace/recording-span.ts'
import type { Tracer as EngineTracer } from '../trace/tracer.ts'

/** Begins spans of requests. What leaves no span has no attributes put together for it. */
export class DeferredSpans<A extends DeferredAttributes> {
  /** What the attributes of the latest span that records are made of, if they were left for later. */
  deferred: A | undefined = undefined
  readonly #tracer: Tracer
  /** The same, if it is ours: it can do more than the API has. */
  readonly #engine: EngineTracer | undefined
  readonly #defers: boolean
  readonly #collect: () => A
  readonly #forSampler: () => Attributes
  readonly #describe = (span: RecordingSpan): void => this.#describeSpan(span)

  /**
   * @param collect what describes the request whose span is being begun
   * @param forSampler what the rules of a sampler are asked with; @default all of it
   */
  constructor(tracer: Tracer, collect: () => A, forSampler = (): Attributes => toAttributes(collect())) {
    this.#tracer = tracer
    this.#engine = 'startRemoteSpan' in tracer ? (tracer as EngineTracer) : undefined
    this.#defers = this.#engine?.defersAttributes === true
    this.#collect = collect
    this.#forSampler = forSampler
  }

  /** The span of a request that goes out. @param parent who makes it */
  startClient(name: string, parent: Context): Span {
    const engine = this.#engine
    if (engine === undefined) return this.#startPlain(name, SpanKind.CLIENT, parent)
    return engine.startDescribedSpan(name, SpanKind.CLIENT, parent, this.#forSampler, this.#describe)
  }

  /** The span of a request that comes in. @param around what came along with it */
  startServer(name: string, around: Context): Span {
    const engine = this.#engine
    if (engine === undefined) return this.#startPlain(name, SpanKind.SERVER, around)
    const parent = around === FAST_ROOT ? undefined : trace.getSpanContext(around)
    return engine.startRemoteSpan(name, SpanKind.SERVER, parent, around, this.#forSampler, this.#describe)
  }

  #startPlain(name: string, kind: SpanKind, parent: Context): Span {
    return this.#tracer.startSpan(name, { kind, attributes: toAttributes(this.#collect()) }, parent)
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

/** As the API takes them. */
export function toAttributes(source: DeferredAttributes): Attributes {
  const attributes: Attributes = {}
  source.fill((key, value) => void (attributes[key] = value as string))
  return attributes
}
