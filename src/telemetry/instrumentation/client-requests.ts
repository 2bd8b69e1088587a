import {
  type Attributes,
  type Context,
  context,
  type Histogram,
  INVALID_SPAN_CONTEXT,
  type Meter,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import type { Clock } from '../../core/clock.ts'
import { isTracingSuppressed } from '../context-keys.ts'
import type { RecordingSpan } from '../trace/recording-span.ts'
import { ATTR, DURATION_BUCKETS_S } from './attribute-names.ts'
import type { MethodName } from './http-method.ts'
import { OpenBodies } from './open-bodies.ts'

const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)

/** Where a request goes. */
export interface ClientTarget {
  readonly method: string
  readonly host: string
  readonly port: number
  readonly scheme: string
  /** Without credentials, its query redacted. */
  readonly url: string
}

export interface ClientRequestsOptions {
  readonly tracer: Tracer
  readonly meter: Meter
  readonly clock: Clock
  readonly nameMethod: (method: string) => MethodName
}

/** Spans and metrics of outgoing requests, the same for every client. */
export class ClientRequests {
  readonly #options: ClientRequestsOptions
  readonly #duration: Histogram
  readonly #bodies: OpenBodies

  constructor(options: ClientRequestsOptions) {
    this.#options = options
    this.#bodies = new OpenBodies(options.clock)
    this.#duration = options.meter.createHistogram('http.client.request.duration', {
      description: 'Duration of HTTP client requests.',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATION_BUCKETS_S },
    })
  }

  /** Begins a request in the active context; `undefined` where nothing is to be observed, as for our own exports. */
  start(target: ClientTarget, readHeader: (name: string) => string | undefined): ClientRequestSpan | undefined {
    const active = context.active()
    if (isTracingSuppressed(active)) return undefined
    // Outside of any span, a context that the caller has put into the headers by hand is continued, not replaced.
    const parent = trace.getSpanContext(active) === undefined ? extract(active, readHeader) : active
    const method = this.#options.nameMethod(target.method)
    const common = commonAttributes(target, method)
    const attributes: Attributes = { ...common, [ATTR.urlFull]: target.url }
    if (method.original !== undefined) attributes[ATTR.httpRequestMethodOriginal] = method.original
    const span = this.#options.tracer.startSpan(method.spanName, { kind: SpanKind.CLIENT, attributes }, parent)
    const headers: Record<string, string> = {}
    propagation.inject(trace.setSpan(parent, span), headers)
    return new ClientRequestSpan({ span, headers, common, duration: this.#duration, bodies: this.#bodies })
  }

  /** Begins a request whose span is somebody else's, and which is only measured here. */
  measure(target: ClientTarget): ClientRequestSpan | undefined {
    if (isTracingSuppressed(context.active())) return undefined
    const common = commonAttributes(target, this.#options.nameMethod(target.method))
    return new ClientRequestSpan({ span: NO_SPAN, headers: {}, common, duration: this.#duration, bodies: this.#bodies })
  }

  close(): void {
    this.#bodies.close()
  }
}

function commonAttributes({ host, port, scheme }: ClientTarget, method: MethodName): Attributes {
  return {
    [ATTR.httpRequestMethod]: method.attribute,
    [ATTR.serverAddress]: host,
    [ATTR.serverPort]: port,
    [ATTR.urlScheme]: scheme,
  }
}

function extract(active: Context, readHeader: (name: string) => string | undefined): Context {
  return propagation.extract(active, undefined, { keys: () => [], get: (_carrier, name) => readHeader(name) })
}

interface ClientRequestParts {
  readonly span: Span
  /** What carries the context to the other side. */
  readonly headers: Readonly<Record<string, string>>
  readonly common: Attributes
  readonly duration: Histogram
  readonly bodies: OpenBodies
}

/** One outgoing request. Ends once, whatever comes first: the end of the body, an error, or the end of patience. */
export class ClientRequestSpan {
  readonly headers: Readonly<Record<string, string>>
  readonly #parts: ClientRequestParts
  readonly #attributes: Attributes
  readonly #startedAtMs = performance.now()
  #forgetBody = (): void => {}
  #ended = false

  constructor(parts: ClientRequestParts) {
    this.#parts = parts
    this.headers = parts.headers
    this.#attributes = { ...parts.common }
  }

  /** The headers of the answer are there, its body is to come. */
  answered(status: number, protocolVersion: string | undefined): void {
    if (this.#ended) return
    const seen: Attributes = { [ATTR.httpResponseStatusCode]: status }
    if (protocolVersion !== undefined) seen[ATTR.networkProtocolVersion] = protocolVersion
    Object.assign(this.#attributes, seen)
    this.#parts.span.setAttributes(seen)
    if (status >= 400) this.#setError(String(status))
    const answeredAtMs = performance.now()
    this.#forgetBody = this.#parts.bodies.watch(() => this.#end(answeredAtMs))
  }

  /** Takes its span back, as if it had never been, because somebody else makes one; and what is measured, if they do. */
  withdraw(isMeasured: boolean): void {
    if (this.#ended) return
    this.#ended = isMeasured
    const { span } = this.#parts
    if ('discard' in span) (span as RecordingSpan).discard()
  }

  /** Everything has come, or whoever asked no longer wants it, which is no error. */
  end(): void {
    this.#end(performance.now())
  }

  fail(error: unknown): void {
    if (this.#ended) return
    const errorType = errorTypeOf(error)
    if (errorType !== undefined) this.#setError(errorType)
    this.end()
  }

  #setError(errorType: string): void {
    this.#attributes[ATTR.errorType] = errorType
    this.#parts.span.setAttribute(ATTR.errorType, errorType)
    this.#parts.span.setStatus({ code: SpanStatusCode.ERROR })
  }

  #end(endedAtMs: number): void {
    if (this.#ended) return
    this.#ended = true
    this.#forgetBody()
    this.#parts.span.end(performance.timeOrigin + endedAtMs)
    this.#parts.duration.record((endedAtMs - this.#startedAtMs) / 1000, this.#attributes)
  }
}

/** `undefined` for a request that its own caller cancelled; a time limit that ran out is an error. */
function errorTypeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return 'Error'
  const { name, code, cause } = error as NodeJS.ErrnoException
  if (cause instanceof Error && cause.name === 'TimeoutError') return 'TimeoutError'
  if (name === 'AbortError') return undefined
  return typeof code === 'string' ? code : name
}
