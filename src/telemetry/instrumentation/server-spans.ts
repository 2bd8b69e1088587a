import { type Attributes, type Context, propagation, type Span, SpanKind, trace, type Tracer } from '@opentelemetry/api'
import type { IncomingMessage } from 'node:http'
import { FAST_ROOT } from '../context/fast-context.ts'
import type { PropagatorName } from '../env/propagators-env.ts'
import { readTraceParent } from '../propagation/trace-parent.ts'
import type { RecordingSpan } from '../trace/recording-span.ts'
import type { Tracer as EngineTracer } from '../trace/tracer.ts'
import { HeaderFormats } from './header-formats.ts'
import type { MethodName } from './http-method.ts'
import type { ServerConnection } from './server-connection.ts'
import { ServerRequestAttributes } from './server-request-attributes.ts'

export interface ServerSpansOptions {
  readonly tracer: Tracer
  /** The formats of the propagator that is registered, if it is ours. @default what is registered is asked */
  readonly propagators?: readonly PropagatorName[] | undefined
}

/** Begins the spans of requests to servers. */
export class ServerSpans {
  /** What the attributes of the latest span are made of, if they were left for later. */
  deferred: ServerRequestAttributes | undefined = undefined
  readonly #tracer: Tracer
  /** The same, if it is ours: it can do more than the API has. */
  readonly #engine: EngineTracer | undefined
  readonly #defers: boolean
  readonly #formats: HeaderFormats
  /** The request whose span is being begun. */
  #request: IncomingMessage | undefined = undefined
  #method: MethodName | undefined = undefined
  #connection: ServerConnection | undefined = undefined
  readonly #readAttributes = (): Attributes => toAttributes(this.#collect())
  readonly #describe = (span: RecordingSpan): void => this.#describeSpan(span)

  constructor({ tracer, propagators }: ServerSpansOptions) {
    this.#tracer = tracer
    this.#engine = 'startRemoteSpan' in tracer ? (tracer as EngineTracer) : undefined
    this.#defers = this.#engine?.defersAttributes === true
    this.#formats = new HeaderFormats(propagators)
  }

  /** What came along with a request: who asks, and baggage. */
  contextOf({ headers }: IncomingMessage): Context {
    const { asksPropagator, hasTraceContext, hasBaggage } = this.#formats
    if (asksPropagator || (hasBaggage && headers['baggage'] !== undefined)) {
      return propagation.extract(FAST_ROOT, headers)
    }
    const header = hasTraceContext ? headers['traceparent'] : undefined
    if (typeof header !== 'string') return FAST_ROOT
    const state = headers['tracestate']
    const parent = readTraceParent(header, typeof state === 'string' ? state : undefined)
    return parent === undefined ? FAST_ROOT : FAST_ROOT.withSpan(trace.wrapSpanContext(parent))
  }

  /** @param around what {@link ServerSpans.contextOf} gave */
  start(request: IncomingMessage, method: MethodName, connection: ServerConnection, around: Context): Span {
    this.deferred = undefined
    this.#request = request
    this.#method = method
    this.#connection = connection
    const engine = this.#engine
    if (engine === undefined) {
      const attributes = this.#readAttributes()
      return this.#tracer.startSpan(method.spanName, { kind: SpanKind.SERVER, attributes }, around)
    }
    const parent = around === FAST_ROOT ? undefined : trace.getSpanContext(around)
    return engine.startRemoteSpan(
      method.spanName,
      SpanKind.SERVER,
      parent,
      around,
      this.#readAttributes,
      this.#describe,
    )
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
  #collect(): ServerRequestAttributes {
    const request = this.#request as IncomingMessage
    const template = (this.#connection as ServerConnection).templateOf(request, this.#method as MethodName)
    return new ServerRequestAttributes(template, request.url ?? '/')
  }
}

function toAttributes(source: ServerRequestAttributes): Attributes {
  const attributes: Attributes = {}
  source.fill((key, value) => void (attributes[key] = value as string))
  return attributes
}
