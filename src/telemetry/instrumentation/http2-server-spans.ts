import { type Attributes, type Context, type Span, SpanKind, trace, type Tracer } from '@opentelemetry/api'
import type { IncomingHttpHeaders } from 'node:http2'
import { FAST_ROOT } from '../context/fast-context.ts'
import type { RecordingSpan } from '../trace/recording-span.ts'
import type { Tracer as EngineTracer } from '../trace/tracer.ts'
import { ATTR } from './attribute-names.ts'
import type { Http2Connection } from './http2-connection.ts'
import type { MethodName } from './http-method.ts'
import { TemplatedAttributes } from './templated-attributes.ts'
import { splitTarget } from './url-redaction.ts'

/** Begins the spans of what HTTP/2 servers take. What leaves no span has no attributes put together for it. */
export class Http2ServerSpans {
  /** What the attributes of the latest span are made of, if they were left for later. */
  deferred: TemplatedAttributes | undefined = undefined
  readonly #tracer: Tracer
  /** The same, if it is ours: it can do more than the API has. */
  readonly #engine: EngineTracer | undefined
  readonly #defers: boolean
  /** What the span is being begun for; a call of gRPC has no method of HTTP. */
  #connection: Http2Connection | undefined = undefined
  #headers: IncomingHttpHeaders = {}
  #method: MethodName | undefined = undefined
  readonly #readAttributes = (): Attributes => this.#forSampler()
  readonly #describe = (span: RecordingSpan): void => this.#describeSpan(span)

  constructor(tracer: Tracer) {
    this.#tracer = tracer
    this.#engine = 'startRemoteSpan' in tracer ? (tracer as EngineTracer) : undefined
    this.#defers = this.#engine?.defersAttributes === true
  }

  /**
   * @param method of HTTP; `undefined` for a call of gRPC
   * @param around what came along with it
   */
  start(
    name: string,
    connection: Http2Connection,
    headers: IncomingHttpHeaders,
    method: MethodName | undefined,
    around: Context,
  ): Span {
    this.deferred = undefined
    this.#connection = connection
    this.#headers = headers
    this.#method = method
    const engine = this.#engine
    if (engine === undefined) {
      const attributes = toAttributes(this.#collect())
      return this.#tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, around)
    }
    const parent = around === FAST_ROOT ? undefined : trace.getSpanContext(around)
    return engine.startRemoteSpan(name, SpanKind.SERVER, parent, around, this.#readAttributes, this.#describe)
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

  /** The three are there while a span is being begun. */
  #collect(): TemplatedAttributes {
    const connection = this.#connection as Http2Connection
    const headers = this.#headers
    const path = headers[':path'] ?? '/'
    if (this.#method === undefined) return new TemplatedAttributes(connection.callTemplateOf(headers))
    const attributes = new TemplatedAttributes(connection.templateOf(headers, this.#method))
    const target = splitTarget(path)
    attributes.add(ATTR.urlPath, target.path)
    if (target.query !== '') attributes.add(ATTR.urlQuery, target.query)
    return attributes
  }

  /** Rules go by the path of a call, too, as they do for every other request; its span has it as the method. */
  #forSampler(): Attributes {
    const attributes = toAttributes(this.#collect())
    if (this.#method !== undefined) return attributes
    const path = this.#headers[':path'] ?? '/'
    return { ...attributes, [ATTR.rpcMethod]: path.slice(1), [ATTR.urlPath]: path }
  }
}

function toAttributes(source: TemplatedAttributes): Attributes {
  const attributes: Attributes = {}
  source.fill((key, value) => void (attributes[key] = value as string))
  return attributes
}
