import { type Context, type Span, SpanStatusCode } from '@opentelemetry/api'
import { describeFailure, type OperationFailure, type OperationSeries } from './operation-series.ts'

/** One call of a database client. */
export class DatabaseCall {
  readonly #series: OperationSeries
  readonly #span: Span | undefined
  /** Of whoever called: where the answer arrives, another one may be active. */
  readonly #context: Context
  readonly #startedAtMs: number

  constructor(series: OperationSeries, span: Span | undefined, context: Context, startedAtMs: number) {
    this.#series = series
    this.#span = span
    this.#context = context
    this.#startedAtMs = startedAtMs
  }

  /**
   * To be called once.
   *
   * @param failure `undefined` for success, and for what the caller itself has called off
   */
  end(failure?: OperationFailure): void {
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
