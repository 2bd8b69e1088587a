import type {
  Attributes,
  ExportRequest,
  LogRecord,
  Metric,
  NumberPoint,
  Resource,
  ResourceGroup,
  Scope,
  Span,
} from '../../src/otlp/model.ts'
import type { StoredSpan } from '../../src/store/stored-item.ts'

/** Telemetry for tests: complete values of which a test names only what matters to it. */

export function attributes(from: Readonly<Record<string, unknown>> = {}): Attributes {
  return Object.assign(Object.create(null), from) as Attributes
}

export function resource(service?: string, more: Record<string, unknown> = {}): Resource {
  const named = service === undefined ? more : { 'service.name': service, ...more }
  return { attributes: attributes(named), droppedAttributesCount: 0 }
}

export const SCOPE: Scope = { name: 'test-scope', version: '1', attributes: attributes(), droppedAttributesCount: 0 }

export function traceId(n: number): string {
  return n.toString(16).padStart(32, '0')
}

export function spanId(n: number): string {
  return n.toString(16).padStart(16, '0')
}

export function span(own: Partial<Span> = {}): Span {
  return {
    traceId: traceId(1),
    spanId: spanId(1),
    traceState: '',
    parentSpanId: '',
    flags: 1,
    name: 'work',
    kind: 1,
    startTimeUnixNano: 0n,
    endTimeUnixNano: 1_000_000n,
    attributes: attributes(),
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: 0, message: '' },
    ...own,
  }
}

export function storedSpan(own: Partial<StoredSpan> = {}): StoredSpan {
  const service = own.service ?? 'orders'
  return { ...span(), resource: resource(service), scope: SCOPE, service, arrivedAtMs: 0, ...own }
}

export function logRecord(own: Partial<LogRecord> = {}): LogRecord {
  return {
    timeUnixNano: 1n,
    observedTimeUnixNano: 2n,
    severityNumber: 9,
    severityText: 'INFO',
    body: 'hello',
    attributes: attributes(),
    droppedAttributesCount: 0,
    flags: 0,
    traceId: '',
    spanId: '',
    eventName: '',
    ...own,
  }
}

export function numberPoint(own: Partial<NumberPoint> = {}): NumberPoint {
  return {
    attributes: attributes(),
    startTimeUnixNano: 0n,
    timeUnixNano: 1n,
    flags: 0,
    value: 1,
    exemplars: [],
    ...own,
  }
}

export function gauge(name: string, ...points: readonly NumberPoint[]): Metric {
  return { name, description: '', unit: '1', metadata: attributes(), data: { type: 'gauge', points } }
}

/** A request with one resource and one scope. */
export function request<T>(items: readonly T[], from: Resource = resource('orders')): readonly ResourceGroup<T>[] {
  return [{ resource: from, schemaUrl: '', scopes: [{ scope: SCOPE, schemaUrl: '', items }] }]
}

export function traces(...spans: readonly Partial<Span>[]): ExportRequest<'traces'> {
  return request(spans.map(span))
}
