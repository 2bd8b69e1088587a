import type { Attributes, HrTime, SeverityNumber, SpanContext } from '@opentelemetry/api'

/**
 * A log record as a processor sees it, and may change it until the last one has. The shape is that of the SDK for
 * JavaScript, so that processors and exporters written for it can read it.
 */
export interface ProcessedLogRecord {
  hrTime: HrTime
  hrTimeObserved: HrTime
  spanContext?: SpanContext | undefined
  severityNumber?: SeverityNumber | undefined
  severityText?: string | undefined
  body?: unknown
  eventName?: string | undefined
  readonly attributes: Attributes
  readonly droppedAttributesCount: number
  readonly resource: { readonly attributes: Readonly<Attributes> }
  readonly instrumentationScope: {
    readonly name: string
    readonly version?: string | undefined
    readonly schemaUrl?: string | undefined
  }
  setAttribute(key: string, value?: unknown): unknown
  setAttributes(attributes: Attributes): unknown
  setBody(body: unknown): unknown
  setEventName(eventName: string): unknown
  setSeverityNumber(severityNumber: SeverityNumber): unknown
  setSeverityText(severityText: string): unknown
}
