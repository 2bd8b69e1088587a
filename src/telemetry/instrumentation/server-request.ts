import { type Context, context as contextApi, type Span, SpanStatusCode } from '@opentelemetry/api'
import type { ServerResponse } from 'node:http'
import type { RecordingSpan } from '../trace/recording-span.ts'
import { getRequestMetadata } from '../context-keys.ts'
import { ATTR } from './attribute-names.ts'
import { RoutedRequest } from './http-route.ts'
import type { ServerRequestAttributes } from './server-request-attributes.ts'
import type { MethodSeries } from './server-series.ts'

/** The requests of a connection that are not answered yet. */
export interface OpenRequests {
  remove(request: ServerRequest): void
}

/** One request that a server takes, from its headers to the end of its answer. It ends once. */
export class ServerRequest extends RoutedRequest {
  /** Set as soon as there is one: it holds this object. None where somebody else makes the spans. */
  context: Context | undefined = undefined
  #response: ServerResponse | undefined
  readonly #open: OpenRequests
  readonly #series: MethodSeries
  readonly #startedAtMs: number
  /** What the span's attributes are made of; `undefined` where it has been given them. */
  readonly #attributes: ServerRequestAttributes | undefined
  #hasEnded = false

  constructor(
    span: Span,
    method: string,
    response: ServerResponse,
    open: OpenRequests,
    series: MethodSeries,
    startedAtMs: number,
    attributes: ServerRequestAttributes | undefined,
  ) {
    super(span, method)
    this.#response = response
    this.#open = open
    this.#series = series
    this.#startedAtMs = startedAtMs
    this.#attributes = attributes
  }

  /** `undefined` once it has ended. */
  get response(): ServerResponse | undefined {
    return this.#response
  }

  /** @param nowMs on the scale of the start */
  end(nowMs: number): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#open.remove(this)
    const response = this.#response as ServerResponse
    // What the request leaves behind keeps its context, as the timer of its connection does until the next one.
    this.#response = undefined
    const status = response.headersSent ? response.statusCode : 0
    const errorType = describeFailure(response, status)
    if (this.span.isRecording()) this.#endSpan(response, status, errorType)
    const series = this.#series
    series.active.add(-1)
    const { context } = this
    // Of a request that somebody else traces, the route is where they look for it.
    const route = context === undefined ? getRequestMetadata(contextApi.active())?.route : this.route
    series.record((nowMs - this.#startedAtMs) / 1000, route === '' ? undefined : route, status, errorType, context)
  }

  /** Makes it one that has never been: somebody else observes it. */
  withdraw(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#response = undefined
    this.#open.remove(this)
    this.#series.active.add(-1)
    this.withdrawSpan()
  }

  /** The same for its span only: it is still measured. */
  withdrawSpan(): void {
    this.context = undefined
    if ('discard' in this.span) (this.span as RecordingSpan).discard()
  }

  #endSpan(response: ServerResponse, status: number, errorType: string | undefined): void {
    const { span } = this
    this.applyRoute()
    if (status !== 0) {
      if (this.#isDeferred(ATTR.httpResponseStatusCode)) (this.#attributes as ServerRequestAttributes).status = status
      else span.setAttribute(ATTR.httpResponseStatusCode, status)
    }
    if (errorType !== undefined) {
      span.setAttribute(ATTR.errorType, errorType)
      span.setStatus({ code: SpanStatusCode.ERROR })
    } else if (!response.writableFinished) {
      // Its connection ended first, as a rule because the client went away: nothing is wrong here, but a reader wants to
      // know why the answer is missing.
      span.setAttribute('seaworthy.http.aborted', true)
    }
    span.end()
  }

  protected override describeRoute(route: string): void {
    if (this.#isDeferred(ATTR.httpRoute)) (this.#attributes as ServerRequestAttributes).route = route
    else this.span.setAttribute(ATTR.httpRoute, route)
  }

  /** Whether an attribute can still be added to those that are put together when the span goes out. */
  #isDeferred(key: string): boolean {
    const attributes = this.#attributes
    if (attributes === undefined) return false
    const span = this.span as RecordingSpan
    if (span.deferred !== attributes) return false
    return span.list === undefined || span.list.get(key) === undefined
  }
}

/** `error.type` of a request that failed on this side; a client that went away is no failure of ours. */
function describeFailure(response: ServerResponse, status: number): string | undefined {
  if (status >= 500) return String(status)
  const { errored } = response
  if (errored === null || errored === undefined || response.writableFinished) return undefined
  const { code, name } = errored as NodeJS.ErrnoException
  return code === 'ECONNRESET' || code === 'EPIPE' ? undefined : (code ?? name)
}
