import {
  type Attributes,
  context,
  type Histogram,
  type Meter,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
  type UpDownCounter,
} from '@opentelemetry/api'
import type { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { setRequestMetadata, suppressTracing } from '../context-keys.ts'
import { ATTR, DURATION_BUCKETS_S } from './attribute-names.ts'
import { subscribeAll } from './channels.ts'
import type { MethodName } from './http-method.ts'
import type { Http2, SocketMessage } from './http2-module.ts'
import { secureServerPrototype, serverPrototype } from './http2-prototypes.ts'
import { asIncomingMessage, HTTP2_VERSION, http2RequestAttributes, isGrpc, schemeOf } from './http2-server-request.ts'
import { RoutedRequest } from './http-route.ts'
import { keepContext } from './keep-context.ts'
import { overrideMethod } from './override-method.ts'

type Emit = (this: EventEmitter, event: string | symbol, ...args: unknown[]) => boolean

export interface Http2ServerOptions {
  readonly tracer: Tracer
  readonly meter: Meter
  readonly nameMethod: (method: string) => MethodName
  /** Requests that leave neither span nor metric, and nothing that is done for them does either. */
  readonly ignoreRequest: (request: IncomingMessage) => boolean
  /** Whether somebody else makes the spans of gRPC calls; asked for each of them. */
  readonly isGrpcObserved: () => boolean
  readonly onProblem: (error: unknown) => void
}

/**
 * Traces and measures every request that a `node:http2` server of this process takes as HTTP/2, of either of its APIs:
 * both begin with the event `stream`, and whatever listens runs in the request's context. What an `allowHTTP1` server
 * takes as HTTP/1.1 never comes here. A pushed stream is part of the answer to the request that it belongs to, and
 * CONNECT opens a tunnel: neither is a request of its own. Servers that are marked as unobserved go past this.
 *
 * @returns takes it back for requests that come later
 */
export function observeHttp2Servers(
  http2: Http2,
  connection: SocketMessage | undefined,
  options: Http2ServerOptions,
): () => void {
  const observer = new Http2ServerObserver(options)
  const undo: (() => void)[] = []
  let isActive = true
  const observe = (prototype: object): void => {
    const emit = Reflect.get(prototype, 'emit') as Emit
    const restore = overrideMethod(
      prototype,
      'emit',
      function emitObserved(this: EventEmitter, ...args: Parameters<Emit>) {
        if (args[0] !== 'stream' || !isActive) return emit.apply(this, args)
        const active = observer.start(args[1] as ServerHttp2Stream, args[2] as IncomingHttpHeaders)
        return active === undefined ? emit.apply(this, args) : context.with(active, emit, this, ...args)
      },
    )
    undo.push(restore)
  }
  observe(serverPrototype(http2))
  // Each connection is published before anything on it is read.
  const look = (message: unknown): void => {
    const prototype = secureServerPrototype((message as SocketMessage).socket.server)
    if (prototype === undefined) return
    stop()
    observe(prototype)
  }
  const stop = subscribeAll({ 'net.server.socket': look }, options.onProblem)
  undo.push(stop)
  if (connection !== undefined) look(connection)
  return () => {
    isActive = false
    for (const restore of undo) restore()
  }
}

class Http2ServerObserver {
  readonly #options: Http2ServerOptions
  readonly #duration: Histogram
  readonly #active: UpDownCounter

  constructor(options: Http2ServerOptions) {
    this.#options = options
    this.#duration = options.meter.createHistogram('http.server.request.duration', {
      description: 'Duration of HTTP server requests.',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATION_BUCKETS_S },
    })
    this.#active = options.meter.createUpDownCounter('http.server.active_requests', {
      description: 'Number of active HTTP server requests.',
      unit: '{request}',
    })
  }

  /** The context of a request that begins; `undefined` where it is none of ours. Never throws. */
  start(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): ReturnType<typeof context.active> | undefined {
    try {
      if (headers[':method'] === 'CONNECT') return undefined
      if (isGrpc(headers['content-type']) && this.#options.isGrpcObserved()) return undefined
      const active = this.#options.ignoreRequest(asIncomingMessage(stream, headers))
        ? suppressTracing(ROOT_CONTEXT)
        : this.#observe(stream, headers)
      keepContext(stream, active)
      return active
    } catch (error) {
      this.#options.onProblem(error)
      return undefined
    }
  }

  #observe(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): ReturnType<typeof context.active> {
    const startedAtMs = performance.now()
    const method = this.#options.nameMethod(headers[':method'] ?? '')
    const attributes = http2RequestAttributes(stream, headers, method)
    const parent = propagation.extract(ROOT_CONTEXT, headers)
    const span = this.#options.tracer.startSpan(method.spanName, { kind: SpanKind.SERVER, attributes }, parent)
    const metadata = new RoutedRequest(span, method.spanName)
    const common = { [ATTR.httpRequestMethod]: method.attribute, [ATTR.urlScheme]: schemeOf(headers) }
    this.#active.add(1, common)
    // Comes once for every stream, also for one that its client cut off.
    stream.once('close', () => {
      this.#active.add(-1, common)
      this.#end(stream, metadata, common, startedAtMs)
    })
    return setRequestMetadata(trace.setSpan(parent, span), metadata)
  }

  #end(stream: ServerHttp2Stream, metadata: RoutedRequest, common: Attributes, startedAtMs: number): void {
    const { span } = metadata
    metadata.applyRoute()
    const status = statusOf(stream)
    const errorType = describeFailure(stream, status)
    if (status !== undefined) span.setAttribute(ATTR.httpResponseStatusCode, status)
    if (errorType !== undefined) {
      span.setAttribute(ATTR.errorType, errorType)
      span.setStatus({ code: SpanStatusCode.ERROR })
    } else if (stream.aborted || !stream.writableFinished) {
      // The client went away: nothing is wrong here, but a reader wants to know why the answer is missing.
      span.setAttribute('seaworthy.http.aborted', true)
    }
    span.end()
    const attributes: Attributes = { ...common, [ATTR.networkProtocolVersion]: HTTP2_VERSION }
    if (status !== undefined) attributes[ATTR.httpResponseStatusCode] = status
    if (errorType !== undefined) attributes[ATTR.errorType] = errorType
    if (metadata.route !== undefined) attributes[ATTR.httpRoute] = metadata.route
    this.#duration.record((performance.now() - startedAtMs) / 1000, attributes)
  }
}

/** `undefined` when no answer has begun. */
function statusOf(stream: ServerHttp2Stream): number | undefined {
  const status = stream.sentHeaders?.[':status']
  return status === undefined ? undefined : Number(status)
}

/** `error.type` of a request that failed on this side. A client that cancels its stream leaves no error on it. */
function describeFailure(stream: ServerHttp2Stream, status: number | undefined): string | undefined {
  if (status !== undefined && status >= 500) return String(status)
  if (stream.errored === null || stream.errored === undefined) return undefined
  const { code, name } = stream.errored as NodeJS.ErrnoException
  return code === 'ECONNRESET' || code === 'EPIPE' ? undefined : (code ?? name)
}
