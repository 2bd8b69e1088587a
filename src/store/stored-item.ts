import type {
  ExponentialHistogramPoint,
  HistogramPoint,
  LogRecord,
  NumberPoint,
  Resource,
  Scope,
  Span,
  SummaryPoint,
} from '../otlp/model.ts'

/** Where a stored item came from, and when. Items of one batch share these objects. */
export interface Origin {
  readonly resource: Resource
  readonly scope: Scope
  /** `service.name` of the resource; `unknown_service` when it has none, as the specification asks. */
  readonly service: string
  /** When the request was taken in, in milliseconds on the scale of the store's clock (not the time of day). */
  readonly arrivedAtMs: number
}

/** A span as it was received, with its origin. */
export interface StoredSpan extends Span, Origin {}

/** A log record as it was received, with its origin. */
export interface StoredLog extends LogRecord, Origin {}

interface MetricHead extends Origin {
  readonly name: string
  readonly description: string
  readonly unit: string
}

/** One point of a metric together with what the metric says about it, told apart by `type`. */
export type StoredMetricPoint = MetricHead &
  (
    | ({ readonly type: 'gauge' } & NumberPoint)
    | ({ readonly type: 'sum'; readonly aggregationTemporality: number; readonly isMonotonic: boolean } & NumberPoint)
    | ({ readonly type: 'histogram'; readonly aggregationTemporality: number } & HistogramPoint)
    | ({
        readonly type: 'exponentialHistogram'
        readonly aggregationTemporality: number
      } & ExponentialHistogramPoint)
    | ({ readonly type: 'summary' } & SummaryPoint)
  )

const UNKNOWN_SERVICE = 'unknown_service'

export function serviceOf(resource: Resource): string {
  const name = resource.attributes['service.name']
  return typeof name === 'string' && name !== '' ? name : UNKNOWN_SERVICE
}
