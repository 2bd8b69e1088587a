import type { Attributes, HrTime, Link, Span, SpanContext, SpanKind, SpanStatus } from '@opentelemetry/api'

/**
 * A span that has ended, as processors and exporters written for the SDK for JavaScript read it (`ReadableSpan`).
 */
export interface FinishedSpan {
  readonly name: string
  readonly spanContext: () => SpanContext
  readonly kind: SpanKind
  readonly parentSpanContext?: SpanContext | undefined
  readonly startTime: HrTime
  readonly endTime: HrTime
  readonly duration: HrTime
  readonly ended: boolean
  readonly status: SpanStatus
  readonly attributes: Attributes
  readonly links: Link[]
  readonly events: { readonly name: string; readonly time: HrTime; readonly attributes?: Attributes | undefined }[]
  readonly resource: { readonly attributes: Readonly<Attributes> }
  readonly instrumentationScope: {
    readonly name: string
    readonly version?: string | undefined
    readonly schemaUrl?: string | undefined
  }
  readonly droppedAttributesCount: number
  readonly droppedEventsCount: number
  readonly droppedLinksCount: number
}

/** A span that a processor may change, from its start until it has ended. */
export interface ProcessedSpan extends Span, FinishedSpan {
  readonly spanContext: () => SpanContext
}
