import type { At } from './at.ts'

/** A value of an attribute, as far as judges look at it. */
export type AttributeText = string | number | boolean | null

/** Who sent it. Equal senders of a lifetime are one object when it is judged. */
export interface Sender {
  readonly service: string
  readonly instance?: string
  readonly version?: string
  readonly pid?: number
  /** `telemetry.sdk.language`. */
  readonly language?: string
  readonly resource: Readonly<Record<string, AttributeText>>
}

/** A span arrived. `at` is the arrival; its own times are on the same scale, by way of the time of day. */
export interface SpanEvent extends At {
  readonly kind: 'span'
  readonly sender: Sender
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly traceState: string
  readonly name: string
  readonly spanKind: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  readonly startedAt: number
  readonly endedAt: number
  readonly isError: boolean
  readonly statusMessage: string
  /** Text is cut off after 1 KiB. */
  readonly attributes: Readonly<Record<string, AttributeText>>
  /** Names and attributes of its events, for what looks for text in them. */
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, AttributeText>> }[]
}

/** A log record arrived. */
export interface LogEvent extends At {
  readonly kind: 'log'
  readonly sender: Sender
  readonly body: string
  readonly severityNumber: number
  readonly traceId: string
  readonly spanId: string
  /** When it was made. */
  readonly madeAt: number
  readonly attributes: Readonly<Record<string, AttributeText>>
}

/** A point of a metric arrived. */
export interface MetricEvent extends At {
  readonly kind: 'metric'
  readonly sender: Sender
  readonly name: string
  readonly unit: string
  readonly type: 'gauge' | 'sum' | 'histogram' | 'exponentialHistogram' | 'summary'
  readonly isCumulative: boolean
  /** Of a gauge or a sum. */
  readonly value?: number
  /** Of a histogram or a summary. */
  readonly count?: number
  readonly sum?: number
  readonly attributes: Readonly<Record<string, AttributeText>>
  /** When the interval of the point began and ended. */
  readonly startedAt: number
  readonly madeAt: number
}

/** A request of an exporter came to its end, whatever that was. */
export interface ExportEvent extends At {
  readonly kind: 'export'
  readonly signal: 'traces' | 'metrics' | 'logs' | 'unknown'
  readonly protocol: 'http/protobuf' | 'http/json' | 'grpc' | 'unknown'
  readonly startedAt: number
  readonly itemCount: number
  readonly byteCount: number
  /** The fault that it met; absent when it was served. */
  readonly fault?: string
}
