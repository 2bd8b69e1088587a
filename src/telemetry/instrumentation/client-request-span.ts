import { type Span, SpanStatusCode } from '@opentelemetry/api'
import type { RecordingSpan } from '../trace/recording-span.ts'
import { ATTR } from './attribute-names.ts'
import type { TargetSeries } from './client-series.ts'
import type { OpenBodies } from './open-bodies.ts'

const NOTHING = (): void => {}

/** One outgoing request. Ends once, whatever comes first: the end of the body, an error, or the end of patience. */
export class ClientRequestSpan {
  /** What carries the context to the other side. */
  readonly headers: Readonly<Record<string, string>>
  readonly #span: Span
  readonly #series: TargetSeries
  readonly #bodies: OpenBodies
  readonly #startedAtMs = performance.now()
  #status = 0
  #version: string | undefined = undefined
  #errorType: string | undefined = undefined
  #forgetBody = NOTHING
  #ended = false

  constructor(span: Span, headers: Readonly<Record<string, string>>, series: TargetSeries, bodies: OpenBodies) {
    this.#span = span
    this.headers = headers
    this.#series = series
    this.#bodies = bodies
  }

  /** The headers of the answer are there, its body is to come. */
  answered(status: number, protocolVersion: string | undefined): void {
    if (this.#ended) return
    this.#status = status
    this.#version = protocolVersion
    const span = this.#span
    if (span.isRecording()) {
      span.setAttribute(ATTR.httpResponseStatusCode, status)
      if (protocolVersion !== undefined) span.setAttribute(ATTR.networkProtocolVersion, protocolVersion)
    }
    if (status >= 400) this.#setError(String(status))
    const answeredAtMs = performance.now()
    this.#forgetBody = this.#bodies.watch(() => this.#end(answeredAtMs))
  }

  /** Takes its span back, as if it had never been, because somebody else makes one; and what is measured, if they do. */
  withdraw(isMeasured: boolean): void {
    if (this.#ended) return
    this.#ended = isMeasured
    if ('discard' in this.#span) (this.#span as RecordingSpan).discard()
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
    this.#errorType = errorType
    if (!this.#span.isRecording()) return
    this.#span.setAttribute(ATTR.errorType, errorType)
    this.#span.setStatus({ code: SpanStatusCode.ERROR })
  }

  #end(endedAtMs: number): void {
    if (this.#ended) return
    this.#ended = true
    this.#forgetBody()
    if (this.#span.isRecording()) this.#span.end(performance.timeOrigin + endedAtMs)
    this.#series.record((endedAtMs - this.#startedAtMs) / 1000, this.#status, this.#version, this.#errorType)
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
