import {
  type Context,
  context as contextApi,
  INVALID_SPAN_CONTEXT,
  type Meter,
  type Span,
  SpanKind,
  trace,
} from '@opentelemetry/api'
import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type Emit, isUnobserved } from '../../core/unobserved-server.ts'
import type { FastContextManager } from '../context/context-manager.ts'
import { FAST_ROOT, FastContext } from '../context/fast-context.ts'
import { getRequestMetadata, setRequestMetadata } from '../context-keys.ts'
import { BodyContext, hasBody } from './body-context.ts'
import type { MethodName } from './http-method.ts'
import { isRefusedByNode } from './refused-by-node.ts'
import { ServerConnection } from './server-connection.ts'
import { hookServers, type ServerHooks } from './server-hooks.ts'
import { ServerRequest } from './server-request.ts'
import { ServerMetrics } from './server-series.ts'
import { type StandAsideOptions, STOCK_HTTP, yieldTo } from './stock-instrumentations.ts'
import { ServerSpans, type ServerSpansOptions } from './server-spans.ts'

export interface HttpServerOptions extends ServerSpansOptions, StandAsideOptions {
  readonly meter: Meter
  readonly nameMethod: (method: string) => MethodName
  /** Requests that leave neither span nor metric, and nothing that is done for them does either. */
  readonly ignoreRequest: (request: IncomingMessage) => boolean
  readonly onProblem: (error: unknown) => void
  /** The one that is registered with the API, if it is ours. @default the API is asked */
  readonly contextManager?: FastContextManager | undefined
}

/** On an answer: its request; `null` for one that is not observed. */
const REQUEST = Symbol('seaworthy.request')
const CONNECTION = Symbol('seaworthy.connection')

interface ObservedResponse extends ServerResponse {
  [REQUEST]?: ServerRequest | null
}
interface ObservedSocket extends Socket {
  [CONNECTION]?: ServerConnection
}

const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
const SUPPRESSED = FAST_ROOT.withTracingSuppressed()

/**
 * Traces and measures every request that a `node:http` or `node:https` server of this process takes, whoever created
 * the server and whenever. Upgrades and CONNECT are no such requests.
 *
 * An unsampled request costs a few small objects: attributes are put together only for a span that goes out, most of
 * them once for each connection, and its series of the metrics are found without any.
 *
 * @returns takes it back for requests that come later
 */
export function observeHttpServers(options: HttpServerOptions): () => void {
  const observer = new HttpServerObserver(options)
  const unhook = hookServers(observer)
  const what = 'requests to HTTP servers'
  const stopWatching = yieldTo(STOCK_HTTP, SpanKind.SERVER, what, options, (isMeasured) => {
    observer.standAside(isMeasured)
  })
  return () => {
    stopWatching()
    unhook()
  }
}

class HttpServerObserver implements ServerHooks {
  readonly #options: HttpServerOptions
  readonly #spans: ServerSpans
  readonly #metrics: ServerMetrics
  readonly #bodies: BodyContext
  readonly #manager: FastContextManager | undefined
  readonly #onClose: (this: ObservedSocket) => void
  /** Somebody else makes the spans. */
  #isAside = false
  #isMeasuring = true

  constructor(options: HttpServerOptions) {
    this.#options = options
    this.#spans = new ServerSpans(options)
    this.#metrics = new ServerMetrics(options.meter)
    this.#bodies = new BodyContext(options.contextManager)
    this.#manager = options.contextManager
    const closed = (socket: ObservedSocket): void => this.#closed(socket)
    this.#onClose = function onClose(this: ObservedSocket): void {
      closed(this)
    }
  }

  onProblem(error: unknown): void {
    this.#options.onProblem(error)
  }

  /**
   * Leaves everything that comes to somebody else, and the request that they have begun to observe this moment, too, if it
   * is observed here already. Others are observed to their ends.
   */
  standAside(isMeasured: boolean): void {
    this.#isAside = true
    this.#isMeasuring = !isMeasured
    const request = getRequestMetadata(contextApi.active())
    if (!(request instanceof ServerRequest)) return
    const { response } = request
    if (response === undefined) return
    if (isMeasured) request.withdraw()
    else request.withdrawSpan()
    this.#bodies.release(response)
    this.#bodies.release(response.req)
  }

  onRequest(emit: Emit, server: EventEmitter, args: Parameters<Emit>): boolean {
    const active = this.#begin(args[1] as IncomingMessage, args[2] as ObservedResponse)
    if (active === undefined) return emit.apply(server, args)
    if (this.#manager !== undefined) return this.#manager.apply(active, emit, server, args)
    return contextApi.with(active, emit, server, ...args)
  }

  onDetached(response: ObservedResponse): void {
    try {
      const request = response[REQUEST]
      if (request === undefined) this.#refused(response)
      // One that was taken from its connection before it was complete may still be answered, by whoever did that.
      else if (request !== null && response.writableEnded) this.#answered(request, response)
    } catch (error) {
      this.onProblem(error)
    }
  }

  /** The context of a request that begins; `undefined` where it is none of ours. Never throws. */
  #begin(request: IncomingMessage, response: ObservedResponse): Context | undefined {
    try {
      // One server handed it on to another, or somebody made it by hand.
      if (response[REQUEST] !== undefined || !isParsed(request)) return undefined
      if (this.#isAside) return this.#measure(request, response)
      const active = this.#isIgnored(request) ? SUPPRESSED : this.#start(request, response, performance.now()).context
      if (active === undefined) return undefined
      if (active === SUPPRESSED) response[REQUEST] = null
      if (hasBody(request)) this.#bodies.keep(request, active)
      // One that waits for another's answer is sent when that one has ended, in its context.
      if (response.socket === null) this.#bodies.keep(response, active)
      return active
    } catch (error) {
      this.onProblem(error)
      return undefined
    }
  }

  #isIgnored(request: IncomingMessage): boolean {
    return isUnobserved(request) || this.#options.ignoreRequest(request)
  }

  #start(request: IncomingMessage, response: ObservedResponse, nowMs: number): ServerRequest {
    const method = this.#options.nameMethod(request.method ?? '')
    const connection = this.#connectionOf(request.socket)
    const series = connection.seriesOf(this.#metrics, method.attribute, request.httpVersion)
    const around = this.#spans.contextOf(request)
    const span = this.#spans.start(request, method, connection, around)
    const { deferred } = this.#spans
    const observed = new ServerRequest(span, method.spanName, response, connection, series, nowMs, deferred)
    observed.context = contextWith(around, span, observed)
    response[REQUEST] = observed
    connection.add(observed)
    series.active.add(1)
    return observed
  }

  /** A request whose span is somebody else's. */
  #measure(request: IncomingMessage, response: ObservedResponse): undefined {
    if (!this.#isMeasuring || this.#isIgnored(request)) return
    const method = this.#options.nameMethod(request.method ?? '')
    const connection = this.#connectionOf(request.socket)
    const series = connection.seriesOf(this.#metrics, method.attribute, request.httpVersion)
    const observed = new ServerRequest(
      NO_SPAN,
      method.spanName,
      response,
      connection,
      series,
      performance.now(),
      undefined,
    )
    response[REQUEST] = observed
    connection.add(observed)
    series.active.add(1)
  }

  #connectionOf(socket: ObservedSocket): ServerConnection {
    const known = socket[CONNECTION]
    if (known?.owner === this) return known
    const connection = new ServerConnection(this, socket)
    socket[CONNECTION] = connection
    // Before Node's own listener, which tells the answers: their listeners are to run in their contexts.
    socket.prependListener('close', this.#onClose)
    return connection
  }

  /** Listeners of the answer may still have something to say about its span. */
  #answered(request: ServerRequest, response: ObservedResponse): void {
    if (response.listenerCount('close') > 0) response.once('close', () => this.#end(request))
    // One of them is Node's own, from which this comes.
    else if (response.listenerCount('finish') > 1) process.nextTick(() => this.#end(request))
    else request.end(performance.now())
  }

  #end(request: ServerRequest): void {
    try {
      request.end(performance.now())
    } catch (error) {
      this.onProblem(error)
    }
  }

  #refused(response: ObservedResponse): void {
    const { req: request } = response
    if (this.#isAside || !isRefusedByNode(request, response) || this.#isIgnored(request)) return
    this.#start(request, response, performance.now()).end(performance.now())
  }

  /** The connection is gone: what is not answered by now will never be. */
  #closed(socket: ObservedSocket): void {
    const connection = socket[CONNECTION]
    if (connection === undefined) return
    for (const request of connection.open.slice()) {
      const { context, response } = request
      if (context !== undefined && response !== undefined) {
        this.#bodies.keep(response, context)
        this.#bodies.keep(response.req, context)
      }
      this.#end(request)
    }
  }
}

/** Whether Node's parser for HTTP/1 has just read it: what is made by hand may have no end that could be seen. */
function isParsed(request: IncomingMessage): boolean {
  if (request.httpVersionMajor > 1) return false
  const { parser } = request.socket as { readonly parser?: { readonly incoming?: unknown } | null }
  return parser?.incoming === request
}

function contextWith(around: Context, span: Span, request: ServerRequest): Context {
  if (around instanceof FastContext) return around.withSpanAndRequest(span, request)
  return setRequestMetadata(trace.setSpan(around, span), request)
}
