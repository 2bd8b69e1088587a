import { type Context, type Span, SpanStatusCode } from '@opentelemetry/api'
import { ATTR } from './attribute-names.ts'
import type { PeerSocket } from './client-request-span.ts'
import { GRPC_OK } from './grpc-status.ts'
import type { ContextHeaders } from './outgoing-context.ts'
import type { RpcSeries } from './rpc-series.ts'
import { describeFurther, type TemplatedAttributes } from './templated-attributes.ts'

/**
 * One call of gRPC that this process makes. Every status but OK is an error, that of a call which its own caller cancels
 * included: nobody else knows better how it ended.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/rpc/grpc/#client
 */
export class RpcClientCall {
  readonly headers: ContextHeaders
  readonly startedAtMs: number
  readonly #span: Span
  /** Of the caller: where the answer arrives, that of whoever has opened the connection may be active. */
  readonly #context: Context
  readonly #method: string
  readonly #series: RpcSeries
  readonly #attributes: TemplatedAttributes | undefined
  #peerAddress: string | undefined = undefined
  #peerPort: number | undefined = undefined
  #ended = false

  constructor(
    span: Span,
    context: Context,
    method: string,
    headers: ContextHeaders,
    series: RpcSeries,
    attributes: TemplatedAttributes | undefined,
    startedAtMs: number,
  ) {
    this.#span = span
    this.#context = context
    this.#method = method
    this.headers = headers
    this.#series = series
    this.#attributes = attributes
    this.startedAtMs = startedAtMs
  }

  connected(socket: PeerSocket | null | undefined): void {
    if (this.#ended || socket === null || socket === undefined || !this.#span.isRecording()) return
    this.#peerAddress ??= socket.remoteAddress
    this.#peerPort ??= socket.remotePort
  }

  /** Ends it once. @param status by its name */
  end(status: string): void {
    if (this.#ended) return
    this.#ended = true
    const isError = status !== GRPC_OK
    if (this.#span.isRecording()) this.#endSpan(status, isError)
    this.#series.record((performance.now() - this.startedAtMs) / 1000, this.#method, status, isError, this.#context)
  }

  #endSpan(status: string, isError: boolean): void {
    const span = this.#span
    const attributes = this.#attributes
    describeFurther(span, attributes, ATTR.rpcStatusCode, status)
    if (this.#peerAddress !== undefined) describeFurther(span, attributes, ATTR.networkPeerAddress, this.#peerAddress)
    if (this.#peerPort !== undefined) describeFurther(span, attributes, ATTR.networkPeerPort, this.#peerPort)
    if (isError) {
      describeFurther(span, attributes, ATTR.errorType, status)
      span.setStatus({ code: SpanStatusCode.ERROR })
    }
    span.end()
  }
}
