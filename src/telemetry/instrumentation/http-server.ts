import {
  type Attributes,
  type Context,
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
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isUnobserved } from '../../core/unobserved-server.ts'
import { type HttpRequestMetadata, setRequestMetadata, suppressTracing } from '../context-keys.ts'
import { ATTR, DURATION_BUCKETS_S } from './attribute-names.ts'
import { subscribeAll } from './channels.ts'
import { applyRoute, trackRoute } from './http-route.ts'
import { keepContext } from './keep-context.ts'
import type { MethodName } from './http-method.ts'
import { requestAttributes } from './server-request-attributes.ts'

/** Published by Node for each request whose headers are parsed, before any handler of `request` runs. */
const REQUEST_START = 'http.server.request.start'

interface RequestStart {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

export interface HttpServerOptions {
  readonly tracer: Tracer
  readonly meter: Meter
  readonly nameMethod: (method: string) => MethodName
  /** Requests that leave neither span nor metric, and nothing that is done for them does either. */
  readonly ignoreRequest: (request: IncomingMessage) => boolean
  readonly onProblem: (error: unknown) => void
}

/**
 * Traces and measures every request that a `node:http` or `node:https` server of this process takes, whoever created
 * the server and whenever, without patching a module. Upgrades and CONNECT do not come through Node's channel.
 *
 * @returns takes it back for requests that come later
 */
export function observeHttpServers(options: HttpServerOptions): () => void {
  const observer = new HttpServerObserver(options)
  const onStart = (message: unknown): void => {
    const { request, response } = message as RequestStart
    observer.start(request, response)
  }
  return subscribeAll({ [REQUEST_START]: onStart }, options.onProblem)
}

class HttpServerObserver {
  readonly #options: HttpServerOptions
  readonly #duration: Histogram
  readonly #active: UpDownCounter

  constructor(options: HttpServerOptions) {
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

  start(request: IncomingMessage, response: ServerResponse): void {
    if (isUnobserved(request) || this.#options.ignoreRequest(request)) {
      enter(request, response, suppressTracing(ROOT_CONTEXT))
      return
    }
    const startedAtMs = performance.now()
    const method = this.#options.nameMethod(request.method ?? '')
    const attributes = requestAttributes(request, method)
    const parent = propagation.extract(ROOT_CONTEXT, request.headers)
    const span = this.#options.tracer.startSpan(method.spanName, { kind: SpanKind.SERVER, attributes }, parent)
    const metadata: HttpRequestMetadata = { type: 'http', span }
    trackRoute(metadata, method.spanName)
    const common = { [ATTR.httpRequestMethod]: method.attribute, [ATTR.urlScheme]: attributes[ATTR.urlScheme] }
    this.#active.add(1, common)

    let ended = false
    const end = (): void => {
      if (ended) return
      ended = true
      this.#active.add(-1, common)
      this.#end(request, response, metadata, common, startedAtMs)
    }
    response.once('close', end)
    // Up to Node 22 a response that waits behind another one gets no 'close' when the client goes away.
    request.once('close', () => {
      if (request.errored !== null) end()
    })
    enter(request, response, setRequestMetadata(trace.setSpan(parent, span), metadata))
  }

  #end(
    request: IncomingMessage,
    response: ServerResponse,
    metadata: HttpRequestMetadata,
    common: Attributes,
    startedAtMs: number,
  ): void {
    const { span } = metadata
    applyRoute(metadata)
    const status = response.headersSent ? response.statusCode : undefined
    const errorType = describeFailure(response, status)
    if (status !== undefined) span.setAttribute(ATTR.httpResponseStatusCode, status)
    if (errorType !== undefined) {
      span.setAttribute(ATTR.errorType, errorType)
      span.setStatus({ code: SpanStatusCode.ERROR })
    } else if (!response.writableFinished) {
      // The client went away: nothing is wrong here, but a reader wants to know why the answer is missing.
      span.setAttribute('seaworthy.http.aborted', true)
    }
    span.end()
    const attributes: Attributes = { ...common, [ATTR.networkProtocolVersion]: request.httpVersion }
    if (status !== undefined) attributes[ATTR.httpResponseStatusCode] = status
    if (errorType !== undefined) attributes[ATTR.errorType] = errorType
    if (metadata.route !== undefined) attributes[ATTR.httpRoute] = metadata.route
    this.#duration.record((performance.now() - startedAtMs) / 1000, attributes)
  }
}

/** Makes `active` the context of everything that is done for a request, the events of its body included. */
function enter(request: IncomingMessage, response: ServerResponse, active: Context): void {
  keepContext(request, active)
  keepContext(response, active)
  // Left again by itself: Node's parser begins each request in a scope of its own.
  context.attach(active)
}

/** `error.type` of a request that failed on this side; a client that went away is no failure of ours. */
function describeFailure(response: ServerResponse, status: number | undefined): string | undefined {
  if (status !== undefined && status >= 500) return String(status)
  if (response.writableFinished || response.errored === null || response.errored === undefined) return undefined
  const { code, name } = response.errored as NodeJS.ErrnoException
  return code === 'ECONNRESET' || code === 'EPIPE' ? undefined : (code ?? name)
}
