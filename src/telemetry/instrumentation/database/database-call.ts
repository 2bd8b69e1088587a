import { type Context, type Span, SpanStatusCode } from '@opentelemetry/api'
import { describeFailure, type OperationFailure, type OperationSeries } from './operation-series.ts'

/** One call of a database client. Ends once. */
export class DatabaseCall {
  readonly #series: OperationSeries
  readonly #span: Span | undefined
  /** Of whoever called: where the answer arrives, another one may be active. */
  readonly #context: Context
  readonly #startedAtMs: number
  #ended = false

  constructor(series: OperationSeries, span: Span | undefined, context: Context, startedAtMs: number) {
    this.#series = series
    this.#span = span
    this.#context = context
    this.#startedAtMs = startedAtMs
  }

  /** The context that it was called in. */
  get context(): Context {
    return this.#context
  }

  /** @param failure `undefined` for success, and for what the caller itself has called off */
  end(failure?: OperationFailure): void {
    if (this.#ended) return
    this.#ended = true
    const span = this.#span
    if (span?.isRecording() === true) {
      if (failure !== undefined) {
        span.setAttributes(describeFailure(failure))
        span.setStatus({ code: SpanStatusCode.ERROR })
      }
      span.end()
    }
    this.#series.record((performance.now() - this.#startedAtMs) / 1000, failure, this.#context)
  }
}
