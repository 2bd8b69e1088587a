/**
 * OTLP data as plain values, the same from protobuf and from JSON. Names follow the protocol's JSON form.
 *
 * Ids are lowercase hexadecimal text, empty when absent (all zeros, which the protocol calls invalid, count as absent, as
 * they do in the OpenTelemetry Collector). Times are nanoseconds since 1970 as `bigint`, `0n` when absent.
 * 64-bit counts are `number` (exact up to 2^53) unless said otherwise.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/
 * @see https://github.com/open-telemetry/opentelemetry-proto
 */

/**
 * An `AnyValue`. Integers beyond 2^53 are `bigint`; an unset value is `null`. JavaScript can't tell 1.0 from 1: a whole
 * `number` up to 2^53 is an integer when it is encoded again, whatever it was before.
 */
export type AttributeValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue }

/** Attributes by key, in an object that inherits nothing, so that no key is special. Of equal keys the last one stays. */
export type Attributes = Readonly<Record<string, AttributeValue>>

/** Who sent it: the attributes of a service, its process, its host. */
export interface Resource {
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
}

/** Which library made it. */
export interface Scope {
  readonly name: string
  readonly version: string
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
}

/** `Status.code` of a span. */
export const STATUS_CODE = { unset: 0, ok: 1, error: 2 } as const
/** `Span.kind` on the wire: one more than in the JavaScript API. */
export const SPAN_KIND = { unspecified: 0, internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const
export const TEMPORALITY = { unspecified: 0, delta: 1, cumulative: 2 } as const

/** Something that happened at one moment of a span. */
export interface SpanEvent {
  readonly timeUnixNano: bigint
  readonly name: string
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
}

/** Another span that a span has to do with and that is not its parent. */
export interface SpanLink {
  readonly traceId: string
  readonly spanId: string
  readonly traceState: string
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
  readonly flags: number
}

export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly traceState: string
  readonly parentSpanId: string
  readonly flags: number
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: bigint
  readonly endTimeUnixNano: bigint
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
  readonly events: readonly SpanEvent[]
  readonly droppedEventsCount: number
  readonly links: readonly SpanLink[]
  readonly droppedLinksCount: number
  readonly status: { readonly code: number; readonly message: string }
}

export interface LogRecord {
  readonly timeUnixNano: bigint
  readonly observedTimeUnixNano: bigint
  readonly severityNumber: number
  readonly severityText: string
  readonly body: AttributeValue
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
  readonly flags: number
  readonly traceId: string
  readonly spanId: string
  readonly eventName: string
}

/**
 * Which field a number came in. Absent in data that a program made: then a whole number up to 2^53 and a `bigint` are
 * an `int`, any other number is a `double`. With `none` the sender set no value, and `value` is NaN.
 */
export type NumberType = 'int' | 'double' | 'none'

export interface Exemplar {
  readonly filteredAttributes: Attributes
  readonly timeUnixNano: bigint
  readonly value: number | bigint
  readonly valueType?: NumberType
  readonly traceId: string
  readonly spanId: string
}

interface Point {
  readonly attributes: Attributes
  readonly startTimeUnixNano: bigint
  readonly timeUnixNano: bigint
  readonly flags: number
}

export interface NumberPoint extends Point {
  readonly value: number | bigint
  readonly valueType?: NumberType
  readonly exemplars: readonly Exemplar[]
}

export interface HistogramPoint extends Point {
  readonly count: number
  readonly sum: number | undefined
  readonly min: number | undefined
  readonly max: number | undefined
  readonly bucketCounts: readonly number[]
  readonly explicitBounds: readonly number[]
  readonly exemplars: readonly Exemplar[]
}

export interface ExponentialBuckets {
  readonly offset: number
  readonly bucketCounts: readonly number[]
}

export interface ExponentialHistogramPoint extends Point {
  readonly count: number
  readonly sum: number | undefined
  readonly min: number | undefined
  readonly max: number | undefined
  readonly scale: number
  readonly zeroCount: number
  readonly zeroThreshold: number
  readonly positive: ExponentialBuckets
  readonly negative: ExponentialBuckets
  readonly exemplars: readonly Exemplar[]
}

export interface SummaryPoint extends Point {
  readonly count: number
  readonly sum: number
  readonly quantileValues: readonly { readonly quantile: number; readonly value: number }[]
}

/** What a metric holds, told apart by `type`. `none`: the sender set no data. */
export type MetricData =
  | { readonly type: 'none' }
  | { readonly type: 'gauge'; readonly points: readonly NumberPoint[] }
  | {
      readonly type: 'sum'
      readonly points: readonly NumberPoint[]
      readonly aggregationTemporality: number
      readonly isMonotonic: boolean
    }
  | { readonly type: 'histogram'; readonly points: readonly HistogramPoint[]; readonly aggregationTemporality: number }
  | {
      readonly type: 'exponentialHistogram'
      readonly points: readonly ExponentialHistogramPoint[]
      readonly aggregationTemporality: number
    }
  | { readonly type: 'summary'; readonly points: readonly SummaryPoint[] }

export interface Metric {
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly metadata: Attributes
  readonly data: MetricData
}

/** Items of one scope: `ScopeSpans`, `ScopeMetrics`, `ScopeLogs`. */
export interface ScopeGroup<T> {
  readonly scope: Scope
  readonly schemaUrl: string
  readonly items: readonly T[]
}

/** Items of one resource: `ResourceSpans`, `ResourceMetrics`, `ResourceLogs`. */
export interface ResourceGroup<T> {
  readonly resource: Resource
  readonly schemaUrl: string
  readonly scopes: readonly ScopeGroup<T>[]
}

/** The three signals, by the last part of their HTTP path (`/v1/traces`). */
export type Signal = 'traces' | 'metrics' | 'logs'

/** An item of each signal. */
export interface SignalItem {
  readonly traces: Span
  readonly metrics: Metric
  readonly logs: LogRecord
}

/** An `Export…ServiceRequest`: a list of resources with their items. */
export type ExportRequest<S extends Signal = Signal> = readonly ResourceGroup<SignalItem[S]>[]

/** What a receiver answers: nothing rejected and no message means complete success. */
export interface ExportResponse {
  readonly rejectedCount: number
  readonly errorMessage: string
}
