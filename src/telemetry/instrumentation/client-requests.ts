import {
  type Attributes,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  type Meter,
  propagation,
  type Span,
  SpanKind,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import type { Clock } from '../../core/clock.ts'
import { FastContext } from '../context/fast-context.ts'
import { isTracingSuppressed } from '../context-keys.ts'
import type { PropagatorName } from '../env/propagators-env.ts'
import { writeTraceParent } from '../propagation/trace-parent.ts'
import type { RecordingSpan } from '../trace/recording-span.ts'
import type { Tracer as EngineTracer } from '../trace/tracer.ts'
import { ATTR } from './attribute-names.ts'
import { ClientRequestSpan } from './client-request-span.ts'
import { ClientMetrics } from './client-series.ts'
import { HeaderFormats } from './header-formats.ts'
import type { MethodName } from './http-method.ts'
import { OpenBodies } from './open-bodies.ts'

export type { ClientRequestSpan } from './client-request-span.ts'

const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)

/** Where a request goes. */
export interface ClientTarget {
  readonly method: string
  readonly host: string
  readonly port: number
  readonly scheme: string
  /** Without credentials, its query redacted. Asked only for a span that records. */
  readonly url: string
}

export interface ClientRequestsOptions {
  readonly tracer: Tracer
  readonly meter: Meter
  readonly clock: Clock
  readonly nameMethod: (method: string) => MethodName
  /** The formats of the propagator that is registered, if it is ours. @default what is registered is asked */
  readonly propagators?: readonly PropagatorName[] | undefined
}

/** @param name in lower case */
type ReadHeader = (name: string) => string | undefined

/** Spans and metrics of outgoing requests, the same for every client. */
export class ClientRequests {
  readonly #tracer: Tracer
  /** The same, if it is ours: it can do more than the API has. */
  readonly #engine: EngineTracer | undefined
  readonly #nameMethod: (method: string) => MethodName
  readonly #formats: HeaderFormats
  readonly #metrics: ClientMetrics
  readonly #bodies: OpenBodies
  /** Of the request whose span is being begun. */
  #target: ClientTarget | undefined = undefined
  #method: MethodName | undefined = undefined
  readonly #readAttributes = (): Attributes => attributesOf(this.#target as ClientTarget, this.#method as MethodName)
  readonly #describe = (span: RecordingSpan): void => span.setFirstAttributes(this.#readAttributes())

  constructor({ tracer, meter, clock, nameMethod, propagators }: ClientRequestsOptions) {
    this.#tracer = tracer
    this.#engine = 'startDescribedSpan' in tracer ? (tracer as EngineTracer) : undefined
    this.#nameMethod = nameMethod
    this.#formats = new HeaderFormats(propagators)
    this.#metrics = new ClientMetrics(meter)
    this.#bodies = new OpenBodies(clock)
  }

  /** Begins a request in the active context; `undefined` where nothing is to be observed, as for our own exports. */
  start(target: ClientTarget, readHeader: ReadHeader): ClientRequestSpan | undefined {
    const active = context.active()
    if (isTracingSuppressed(active)) return undefined
    // Outside of any span, a context that the caller has put into the headers by hand is continued, not replaced.
    const parent = trace.getSpan(active) === undefined ? this.#extract(active, readHeader) : active
    const method = this.#nameMethod(target.method)
    const span = this.#startSpan(target, method, parent)
    return this.#follow(target, method, span, this.#headersOf(parent, span))
  }

  /** Begins a request whose span is somebody else's, and which is only measured here. */
  measure(target: ClientTarget): ClientRequestSpan | undefined {
    if (isTracingSuppressed(context.active())) return undefined
    return this.#follow(target, this.#nameMethod(target.method), NO_SPAN, {})
  }

  close(): void {
    this.#bodies.close()
  }

  #follow(
    { scheme, host, port }: ClientTarget,
    method: MethodName,
    span: Span,
    headers: Readonly<Record<string, string>>,
  ): ClientRequestSpan {
    return new ClientRequestSpan(span, headers, this.#metrics.of(method.attribute, scheme, host, port), this.#bodies)
  }

  #startSpan(target: ClientTarget, method: MethodName, parent: Context): Span {
    if (this.#engine === undefined) {
      const attributes = attributesOf(target, method)
      return this.#tracer.startSpan(method.spanName, { kind: SpanKind.CLIENT, attributes }, parent)
    }
    this.#target = target
    this.#method = method
    return this.#engine.startDescribedSpan(
      method.spanName,
      SpanKind.CLIENT,
      parent,
      this.#readAttributes,
      this.#describe,
    )
  }

  #extract(active: Context, readHeader: ReadHeader): Context {
    const { asksPropagator, hasTraceContext, hasBaggage } = this.#formats
    const isThere =
      asksPropagator ||
      (hasTraceContext && readHeader('traceparent') !== undefined) ||
      (hasBaggage && readHeader('baggage') !== undefined)
    if (!isThere) return active
    return propagation.extract(active, undefined, { keys: () => [], get: (_carrier, name) => readHeader(name) })
  }

  #headersOf(parent: Context, span: Span): Record<string, string> {
    const { asksPropagator, hasTraceContext } = this.#formats
    const isPlain = parent instanceof FastContext && parent.baggage === undefined
    if (asksPropagator || !isPlain || this.#engine === undefined) {
      const headers: Record<string, string> = {}
      propagation.inject(trace.setSpan(parent, span), headers)
      return headers
    }
    if (!hasTraceContext) return {}
    const { traceId, spanId, traceFlags, traceState } = identityOf(span)
    const traceparent = writeTraceParent(traceId, spanId, traceFlags)
    const tracestate = traceState?.serialize()
    return tracestate === undefined || tracestate === '' ? { traceparent } : { traceparent, tracestate }
  }
}

/** A span of our own can be read as its own identity, without making an object of it. */
function identityOf(span: Span): ReturnType<Span['spanContext']> {
  return 'idHigh' in span ? (span as unknown as ReturnType<Span['spanContext']>) : span.spanContext()
}

function attributesOf({ host, port, scheme, url }: ClientTarget, method: MethodName): Attributes {
  const attributes: Attributes = {
    [ATTR.httpRequestMethod]: method.attribute,
    [ATTR.serverAddress]: host,
    [ATTR.serverPort]: port,
    [ATTR.urlScheme]: scheme,
    [ATTR.urlFull]: url,
  }
  if (method.original !== undefined) attributes[ATTR.httpRequestMethodOriginal] = method.original
  return attributes
}
