import { type Context, type Span, SpanStatusCode } from '@opentelemetry/api'
import type { RecordingSpan } from '../trace/recording-span.ts'
import { ATTR } from './attribute-names.ts'
import { errorTypeOf, TIMEOUT } from './client-error-type.ts'
import type { TargetSeries } from './client-series.ts'
import type { OpenBodies, OpenBody } from './open-bodies.ts'
import type { ContextHeaders } from './outgoing-context.ts'
import type { Redirects } from './redirects.ts'
import type { ClientTarget } from './request-targets.ts'
import { describeFurther, type TemplatedAttributes } from './templated-attributes.ts'
import { describeUrl } from './url-redaction.ts'

/** The other end of a connection. */
export interface PeerSocket {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
}

/** What the requests of a process share. */
export interface RequestSurroundings {
  readonly bodies: OpenBodies
  readonly redirects: Redirects
}

/** One outgoing request. Ends once, whatever comes first: the end of the body, an error, or the end of patience. */
export class ClientRequestSpan implements OpenBody {
  readonly headers: ContextHeaders
  readonly #span: Span
  /** Of whoever asked: where the answer arrives, that of whoever has opened the connection may be active. */
  readonly #context: Context
  readonly #target: ClientTarget
  readonly #series: TargetSeries
  readonly #shared: RequestSurroundings
  readonly #attributes: TemplatedAttributes | undefined
  readonly #resendCount: number
  readonly #startedAtMs: number
  #answeredAtMs = 0
  #status = 0
  #version: string | undefined = undefined
  #errorType: string | undefined = undefined
  #peerAddress: string | undefined = undefined
  #peerPort: number | undefined = undefined
  #isWaiting = false
  #isOverdue = false
  #ended = false

  /**
   * @param context whoever asks
   * @param attributes what the span's attributes are made of; `undefined` where it has been given them
   * @param resendCount which attempt it is: 0 for the first
   */
  constructor(
    span: Span,
    context: Context,
    headers: ContextHeaders,
    target: ClientTarget,
    series: TargetSeries,
    shared: RequestSurroundings,
    attributes: TemplatedAttributes | undefined,
    resendCount: number,
    startedAtMs: number,
  ) {
    this.#span = span
    this.#context = context
    this.headers = headers
    this.#target = target
    this.#series = series
    this.#shared = shared
    this.#attributes = attributes
    this.#resendCount = resendCount
    this.#startedAtMs = startedAtMs
  }

  /** Whether somebody is going to read what is found out. */
  get isRecording(): boolean {
    return !this.#ended && this.#span.isRecording()
  }

  /** @param version of the protocol that is spoken there, if that is known already */
  connected(socket: PeerSocket | null | undefined, version: string | undefined): void {
    if (this.#ended) return
    this.#version ??= version
    if (socket === null || socket === undefined || !this.#span.isRecording()) return
    this.#peerAddress ??= socket.remoteAddress
    this.#peerPort ??= socket.remotePort
  }

  /** The headers of the answer are there, its body is to come. */
  answered(status: number, version: string | undefined): void {
    if (this.#ended) return
    this.#status = status
    if (version !== undefined) this.#version = version
    if (status >= 400) this.#errorType = String(status)
    this.#answeredAtMs = performance.now()
    this.#isWaiting = true
    this.#shared.bodies.watch(this)
  }

  /** The answer sends whoever asked to another place. */
  redirected(location: string): void {
    if (this.#ended) return
    const url = URL.parse(location, this.#target.url)
    if (url === null) return
    this.#shared.redirects.add(this.#context, describeUrl(url), this.#resendCount, performance.now())
  }

  /** Nothing has come for as long as its caller wanted to wait. What the caller makes of it is its own affair. */
  overdue(): void {
    this.#isOverdue = true
  }

  /** Takes its span back, as if it had never been, because somebody else makes one; and what is measured, if they do. */
  withdraw(isMeasured: boolean): void {
    if (this.#ended) return
    this.#ended = isMeasured
    if ('discard' in this.#span) (this.#span as RecordingSpan).discard()
  }

  /** Everything has come. */
  end(): void {
    this.#end(performance.now())
  }

  /** Whoever asked no longer wants it, which is no error, except where it has waited too long. */
  abandon(): void {
    if (this.#isOverdue) this.#errorType = TIMEOUT
    this.end()
  }

  fail(error: unknown): void {
    if (this.#ended) return
    const errorType = errorTypeOf(error)
    if (errorType === undefined) return this.abandon()
    this.#errorType = errorType
    this.end()
  }

  giveUp(): void {
    this.#end(this.#answeredAtMs)
  }

  #end(endedAtMs: number): void {
    if (this.#ended) return
    this.#ended = true
    if (this.#isWaiting) this.#shared.bodies.forget(this)
    if (this.#span.isRecording()) this.#endSpan(endedAtMs)
    this.#series.record(
      (endedAtMs - this.#startedAtMs) / 1000,
      this.#status,
      this.#version,
      this.#errorType,
      this.#context,
    )
  }

  #endSpan(endedAtMs: number): void {
    const span = this.#span
    const attributes = this.#attributes
    if (this.#status !== 0) describeFurther(span, attributes, ATTR.httpResponseStatusCode, this.#status)
    if (this.#version !== undefined) describeFurther(span, attributes, ATTR.networkProtocolVersion, this.#version)
    if (this.#peerAddress !== undefined) describeFurther(span, attributes, ATTR.networkPeerAddress, this.#peerAddress)
    if (this.#peerPort !== undefined) describeFurther(span, attributes, ATTR.networkPeerPort, this.#peerPort)
    if (this.#resendCount > 0) describeFurther(span, attributes, ATTR.httpRequestResendCount, this.#resendCount)
    if (this.#errorType !== undefined) {
      describeFurther(span, attributes, ATTR.errorType, this.#errorType)
      span.setStatus({ code: SpanStatusCode.ERROR })
    }
    // As a moment of `performance.now()`: the span's own scale, on which it has begun, whatever the clock on the wall does.
    span.end(endedAtMs)
  }
}
