import { type Context, type Span, SpanStatusCode } from '@opentelemetry/api'
import type { ServerHttp2Stream } from 'node:http2'
import { ATTR } from './attribute-names.ts'
import { RoutedRequest } from './http-route.ts'
import type { MethodSeries } from './server-series.ts'
import { describeFurther, type TemplatedAttributes } from './templated-attributes.ts'

/** One request that a server takes as HTTP/2, from its headers to the end of its stream. */
export class Http2Request extends RoutedRequest {
  /** Set as soon as there is one: it holds this object. */
  context: Context | undefined = undefined
  readonly #stream: ServerHttp2Stream
  readonly #series: MethodSeries
  readonly #attributes: TemplatedAttributes | undefined
  readonly #startedAtMs: number

  constructor(
    span: Span,
    method: string,
    stream: ServerHttp2Stream,
    series: MethodSeries,
    attributes: TemplatedAttributes | undefined,
    startedAtMs: number,
  ) {
    super(span, method)
    this.#stream = stream
    this.#series = series
    this.#attributes = attributes
    this.#startedAtMs = startedAtMs
  }

  /** Once, when the stream has closed, also one that its client cut off. */
  end(nowMs: number): void {
    const status = Number(this.#stream.sentHeaders?.[':status'] ?? 0)
    const errorType = describeFailure(this.#stream, status)
    if (this.span.isRecording()) this.#endSpan(status, errorType)
    this.#series.active.add(-1)
    const route = this.route === '' ? undefined : this.route
    this.#series.record((nowMs - this.#startedAtMs) / 1000, route, status, errorType, this.context)
  }

  #endSpan(status: number, errorType: string | undefined): void {
    const { span } = this
    this.applyRoute()
    if (status !== 0) describeFurther(span, this.#attributes, ATTR.httpResponseStatusCode, status)
    if (errorType !== undefined) {
      describeFurther(span, this.#attributes, ATTR.errorType, errorType)
      span.setStatus({ code: SpanStatusCode.ERROR })
    } else if (this.#stream.aborted || !this.#stream.writableFinished) {
      // The client went away: nothing is wrong here, but a reader wants to know why the answer is missing.
      span.setAttribute('seaworthy.http.aborted', true)
    }
    span.end()
  }

  protected override describeRoute(route: string): void {
    // It may change until the end, so it is no part of what is only added to.
    this.span.setAttribute(ATTR.httpRoute, route)
  }
}

/** `error.type` of a request that failed on this side. A client that cancels its stream leaves no error on it. */
function describeFailure(stream: ServerHttp2Stream, status: number): string | undefined {
  if (status >= 500) return String(status)
  if (stream.errored === null || stream.errored === undefined) return undefined
  const { code, name } = stream.errored as NodeJS.ErrnoException
  return code === 'ECONNRESET' || code === 'EPIPE' ? undefined : (code ?? name)
}
