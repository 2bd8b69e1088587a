import {
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  type Meter,
  SpanKind,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import type { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { FastContextManager } from '../context/context-manager.ts'
import { FAST_ROOT, FastContext } from '../context/fast-context.ts'
import { setRequestMetadata } from '../context-keys.ts'
import type { PropagatorName } from '../env/propagators-env.ts'
import { BodyContext } from './body-context.ts'
import { subscribeAll } from './channels.ts'
import { isGrpc } from './grpc-status.ts'
import type { MethodName } from './http-method.ts'
import { Http2Connection } from './http2-connection.ts'
import type { Http2, SocketMessage } from './http2-module.ts'
import { secureServerPrototype, serverPrototype } from './http2-prototypes.ts'
import { Http2Request } from './http2-request.ts'
import { asIncomingMessage, HTTP2_VERSION, schemeOf } from './http2-server-request.ts'
import { Http2ServerSpans } from './http2-server-spans.ts'
import { IncomingContext } from './incoming-context.ts'
import { overrideMethod } from './override-method.ts'
import { RpcMethods } from './rpc-methods.ts'
import { RpcMetrics } from './rpc-series.ts'
import { methodOfPath, RpcServerCall } from './rpc-server-call.ts'
import { ServerMetrics } from './server-series.ts'
import { type StandAsideOptions, STOCK_GRPC, yieldTo } from './stock-instrumentations.ts'

type Emit = (this: EventEmitter, event: string | symbol, ...args: unknown[]) => boolean

export interface Http2ServerOptions extends StandAsideOptions {
  readonly tracer: Tracer
  readonly meter: Meter
  readonly nameMethod: (method: string) => MethodName
  /** Requests that leave neither span nor metric, and nothing that is done for them does either. */
  readonly ignoreRequest: (request: IncomingMessage) => boolean
  /** @default true */
  readonly isObservingRequests?: boolean
  /** The same of calls of gRPC. @default true */
  readonly isObservingCalls?: boolean
  readonly onProblem: (error: unknown) => void
  /** The one that is registered with the API, if it is ours. @default the API is asked */
  readonly contextManager?: FastContextManager | undefined
  /** The formats of the propagator that is registered, if it is ours. @default what is registered is asked */
  readonly propagators?: readonly PropagatorName[] | undefined
}

/**
 * Traces and measures every request that a `node:http2` server of this process takes as HTTP/2, of either of its APIs:
 * both begin with the event `stream`, and whatever listens runs in the request's context. A call of gRPC is one, by the
 * conventions for RPC. What an `allowHTTP1` server takes as HTTP/1.1 never comes here. A pushed stream is part of the
 * answer to the request that it belongs to, and CONNECT opens a tunnel: neither is a request of its own. Servers that are
 * marked as unobserved go past this.
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
        return observer.emit(emit, this, args)
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
  const leaveCalls = (): void => observer.leaveCalls()
  undo.push(stop, yieldTo(STOCK_GRPC, SpanKind.SERVER, 'calls of gRPC to servers', options, leaveCalls))
  if (connection !== undefined) look(connection)
  return () => {
    isActive = false
    for (const restore of undo) restore()
  }
}

/** On a stream: what it is observed as. */
const OBSERVED = Symbol('seaworthy.http2.observed')

interface ObservedStream extends ServerHttp2Stream {
  [OBSERVED]?: Http2Request | RpcServerCall
}

const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
const SUPPRESSED = FAST_ROOT.withTracingSuppressed()

class Http2ServerObserver {
  readonly #options: Http2ServerOptions
  readonly #manager: FastContextManager | undefined
  readonly #incoming: IncomingContext
  readonly #spans: Http2ServerSpans
  readonly #bodies: BodyContext
  readonly #metrics: ServerMetrics
  readonly #calls: RpcMetrics
  readonly #methods = new RpcMethods()
  /** Those whose spans are ours: as many as are being served. */
  readonly #openCalls = new Set<RpcServerCall>()
  /** Somebody else makes the spans of calls. */
  #isLeavingCalls = false
  /** One function for all streams. */
  readonly #onClose: (this: ObservedStream) => void

  constructor(options: Http2ServerOptions) {
    this.#options = options
    this.#manager = options.contextManager
    this.#incoming = new IncomingContext(options.propagators)
    this.#spans = new Http2ServerSpans(options.tracer)
    this.#bodies = new BodyContext(options.contextManager)
    this.#metrics = new ServerMetrics(options.meter)
    this.#calls = new RpcMetrics(options.meter, 'server')
    const closed = (stream: ObservedStream): void => this.#closed(stream)
    this.#onClose = function onClose(this: ObservedStream): void {
      closed(this)
    }
  }

  /** Leaves the spans of calls to somebody else, those of the calls included that have not ended yet. */
  leaveCalls(): void {
    this.#isLeavingCalls = true
    for (const call of this.#openCalls) call.withdrawSpan()
    this.#openCalls.clear()
  }

  emit(emit: Emit, server: EventEmitter, args: Parameters<Emit>): boolean {
    const active = this.#start(args[1] as ObservedStream, args[2] as IncomingHttpHeaders)
    if (active === undefined) return emit.apply(server, args)
    if (this.#manager !== undefined) return this.#manager.apply(active, emit, server, args)
    return context.with(active, emit, server, ...args)
  }

  /** The context of a request that begins; `undefined` where it is none of ours. Never throws. */
  #start(stream: ObservedStream, headers: IncomingHttpHeaders): Context | undefined {
    try {
      if (headers[':method'] === 'CONNECT') return undefined
      const active = this.#observe(stream, headers)
      if (active !== undefined) this.#bodies.keep(stream, active)
      return active
    } catch (error) {
      this.#options.onProblem(error)
      return undefined
    }
  }

  #observe(stream: ObservedStream, headers: IncomingHttpHeaders): Context | undefined {
    if (this.#options.ignoreRequest(asIncomingMessage(stream, headers))) return SUPPRESSED
    const { isObservingCalls = true, isObservingRequests = true } = this.#options
    if (isGrpc(headers['content-type'])) return isObservingCalls ? this.#observeCall(stream, headers) : undefined
    return isObservingRequests ? this.#observeRequest(stream, headers) : undefined
  }

  #observeRequest(stream: ObservedStream, headers: IncomingHttpHeaders): Context | undefined {
    const startedAtMs = performance.now()
    const method = this.#options.nameMethod(headers[':method'] ?? '')
    const around = this.#incoming.read(headers)
    const span = this.#spans.start(method.spanName, Http2Connection.of(stream), headers, method, around)
    const series = this.#metrics.of(method.attribute, schemeOf(headers), HTTP2_VERSION)
    const request = new Http2Request(span, method.spanName, stream, series, this.#spans.deferred, startedAtMs)
    request.context =
      around instanceof FastContext
        ? around.withSpanAndRequest(span, request)
        : setRequestMetadata(trace.setSpan(around, span), request)
    series.active.add(1)
    this.#follow(stream, request)
    return request.context
  }

  #observeCall(stream: ObservedStream, headers: IncomingHttpHeaders): Context | undefined {
    const startedAtMs = performance.now()
    if (this.#isLeavingCalls) {
      // The spans are somebody else's, who measures nothing.
      this.#follow(stream, new RpcServerCall(NO_SPAN, FAST_ROOT, stream, headers, undefined, startedAtMs))
      return undefined
    }
    const around = this.#incoming.read(headers)
    const name = methodOfPath(headers[':path'])
    const span = this.#spans.start(name, Http2Connection.of(stream), headers, undefined, around)
    const active = trace.setSpan(around, span)
    const call = new RpcServerCall(span, active, stream, headers, this.#spans.deferred, startedAtMs)
    this.#openCalls.add(call)
    this.#follow(stream, call)
    return active
  }

  #follow(stream: ObservedStream, observed: Http2Request | RpcServerCall): void {
    stream[OBSERVED] = observed
    stream.on('close', this.#onClose)
  }

  /** Comes once for every stream, also for one that its client cut off. */
  #closed(stream: ObservedStream): void {
    const observed = stream[OBSERVED]
    try {
      if (observed instanceof RpcServerCall) {
        this.#openCalls.delete(observed)
        observed.end(performance.now(), this.#methods, this.#calls.own)
      } else {
        observed?.end(performance.now())
      }
    } catch (error) {
      this.#options.onProblem(error)
    }
  }
}
