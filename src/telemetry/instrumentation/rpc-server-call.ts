import { type Context, type Span, SpanStatusCode } from '@opentelemetry/api'
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { RecordingSpan } from '../trace/recording-span.ts'
import { ATTR } from './attribute-names.ts'
import {
  GRPC_CANCELLED,
  GRPC_DEADLINE_EXCEEDED,
  GRPC_UNKNOWN,
  isServerError,
  nameGrpcStatus,
  parseGrpcTimeout,
  statusOfHttp,
  statusOfReset,
} from './grpc-status.ts'
import { OTHER_METHOD, type RpcMethods } from './rpc-methods.ts'
import type { RpcSeries } from './rpc-series.ts'
import { describeFurther, type TemplatedAttributes } from './templated-attributes.ts'

/** How spans of calls are named whose method is not known. */
const UNNAMED = 'grpc'
const CANCEL = 0x8

/** `shop.Orders/Place` of `/shop.Orders/Place`. */
export function methodOfPath(path: string | undefined): string {
  return path?.startsWith('/') === true ? path.slice(1) : (path ?? '')
}

/**
 * One call of gRPC that a server takes, whatever library serves it.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/rpc/grpc/#server
 */
export class RpcServerCall {
  readonly #span: Span
  readonly #context: Context
  readonly #stream: ServerHttp2Stream
  readonly #headers: IncomingHttpHeaders
  readonly #attributes: TemplatedAttributes | undefined
  readonly #startedAtMs: number

  constructor(
    span: Span,
    context: Context,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    attributes: TemplatedAttributes | undefined,
    startedAtMs: number,
  ) {
    this.#span = span
    this.#context = context
    this.#stream = stream
    this.#headers = headers
    this.#attributes = attributes
    this.#startedAtMs = startedAtMs
  }

  /** Makes the span one that has never been: somebody else makes it. The call is still measured. */
  withdrawSpan(): void {
    if ('discard' in this.#span) (this.#span as RecordingSpan).discard()
  }

  /** Once, when the stream has closed. */
  end(nowMs: number, methods: RpcMethods, series: RpcSeries): void {
    const asked = methodOfPath(this.#headers[':path'])
    const { sentHeaders, sentTrailers } = this.#stream
    const code = sentTrailers?.['grpc-status'] ?? sentHeaders?.['grpc-status']
    const status = code === undefined ? this.#statusOfEnd(nowMs) : nameGrpcStatus(code)
    const method = methods.name(asked, status, code !== undefined)
    const isError = isServerError(status)
    if (this.#span.isRecording()) this.#endSpan(asked, method, status, isError)
    series.record((nowMs - this.#startedAtMs) / 1000, method, status, isError, this.#context)
  }

  #endSpan(asked: string, method: string, status: string, isError: boolean): void {
    const span = this.#span
    const attributes = this.#attributes
    describeFurther(span, attributes, ATTR.rpcMethod, method)
    if (method === OTHER_METHOD) {
      span.updateName(UNNAMED)
      describeFurther(span, attributes, ATTR.rpcMethodOriginal, asked)
    }
    describeFurther(span, attributes, ATTR.rpcStatusCode, status)
    if (isError) {
      describeFurther(span, attributes, ATTR.errorType, status)
      span.setStatus({ code: SpanStatusCode.ERROR })
    }
    span.end()
  }

  /** Of a call that nobody has given one. */
  #statusOfEnd(nowMs: number): string {
    const { sentHeaders, rstCode, aborted } = this.#stream
    const httpStatus = Number(sentHeaders?.[':status'] ?? 200)
    if (httpStatus !== 200) return statusOfHttp(httpStatus)
    if (rstCode !== undefined && rstCode !== 0 && rstCode !== CANCEL) return statusOfReset(rstCode)
    // It has come to its end and says nothing of how.
    if (!aborted && rstCode !== CANCEL) return GRPC_UNKNOWN
    // Whoever asked has gone: of its own will, or because its time was over.
    const timeoutMs = parseGrpcTimeout(this.#headers['grpc-timeout'])
    const isLate = timeoutMs !== undefined && nowMs - this.#startedAtMs >= timeoutMs
    return isLate ? GRPC_DEADLINE_EXCEEDED : GRPC_CANCELLED
  }
}
