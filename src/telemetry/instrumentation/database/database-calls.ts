import { type Attributes, context, type Meter, type Span, SpanKind, trace } from '@opentelemetry/api'
import type { SqlDescription } from '../../database/sql-text.ts'
import { isTracingSuppressed } from '../../context-keys.ts'
import type { RecordingSpan } from '../../trace/recording-span.ts'
import type { Tracer } from '../../trace/tracer.ts'
import { DatabaseCall } from './database-call.ts'
import { DB_ATTR, type OperationIdentity, OperationMetrics, type OperationSeries } from './operation-series.ts'

/** What only the span of a call says. */
export interface CallDetails {
  /** @default none: nothing is said of a text */
  readonly sql?: SqlDescription | undefined
  /** Operations that are sent as one. @default one */
  readonly batchSize?: number | undefined
  /** When it began, as `performance.now()` says it, where that is known only afterwards. @default now */
  readonly startedAtMs?: number | undefined
}

const NO_DETAILS: CallDetails = {}

/**
 * Makes the spans and the metric of database clients that publish what they do, the same for all of them.
 *
 * Every call is measured. A span is made below another one only: a trace of one command that nobody has asked for, such
 * as the polling of a queue, would tell no more than the metric does.
 */
export class DatabaseCalls {
  readonly #tracer: Tracer
  readonly #metrics: OperationMetrics
  /** Of the call whose span is being begun. */
  #series: OperationSeries | undefined = undefined
  #details: CallDetails = NO_DETAILS
  readonly #readAttributes = (): Attributes => (this.#series as OperationSeries).attributes
  readonly #describe = (span: RecordingSpan): void => {
    span.setFirstAttributes(this.#readAttributes())
    const { sql, batchSize } = this.#details
    if (sql !== undefined) {
      if (sql.summary !== '') span.setAttribute(DB_ATTR.querySummary, sql.summary)
      if (sql.text !== '') span.setAttribute(DB_ATTR.queryText, sql.text)
    }
    if (batchSize !== undefined && batchSize !== 1) span.setAttribute(DB_ATTR.operationBatchSize, batchSize)
  }

  constructor(tracer: Tracer, meter: Meter) {
    this.#tracer = tracer
    this.#metrics = new OperationMetrics(meter)
  }

  /**
   * Begins a call in the active context; `undefined` where nothing is to be observed.
   *
   * @param isTraced whether a span is wanted; measured it is in any case
   */
  begin(identity: OperationIdentity, isTraced: boolean, details: CallDetails = NO_DETAILS): DatabaseCall | undefined {
    const active = context.active()
    if (isTracingSuppressed(active)) return undefined
    const series = this.#metrics.of(identity)
    let span: Span | undefined
    if (isTraced && trace.getSpan(active) !== undefined) {
      this.#series = series
      this.#details = details
      const summary = details.sql?.summary ?? identity.operation
      const name = summary === '' ? identity.system : summary
      const { startedAtMs } = details
      const read = this.#readAttributes
      span = this.#tracer.startDescribedSpan(name, SpanKind.CLIENT, active, read, this.#describe, startedAtMs)
    }
    return new DatabaseCall(series, span, active, details.startedAtMs ?? performance.now())
  }
}
