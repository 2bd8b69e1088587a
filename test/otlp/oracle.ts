import { createRequire } from 'node:module'
import { createAttributeBag } from '../../src/otlp/attribute-bag.ts'
import type {
  Attributes,
  AttributeValue,
  Exemplar,
  ExponentialBuckets,
  LogRecord,
  Metric,
  MetricData,
  NumberPoint,
  Resource,
  ResourceGroup,
  Scope,
  Signal,
  SignalItem,
  Span,
} from '../../src/otlp/model.ts'

/*
 * The independent codec: protobufjs code generated from the .proto files, from a release of the JavaScript SDK that still
 * had it. It is of version 1.3 of the protocol and does not know Span.flags, Span.Link.flags, Metric.metadata and
 * LogRecord.event_name; these have tests of their own, byte by byte.
 */

/** 64 bits as protobufjs holds them. */
interface Long {
  readonly low: number
  readonly high: number
  readonly unsigned: boolean
}
// What comes out of an untyped library.
// oxlint-disable-next-line typescript/no-explicit-any
type Message = any
interface Codec {
  encode(message: object): { finish(): Uint8Array }
  decode(bytes: Uint8Array): Message
}

const { opentelemetry }: Message = createRequire(import.meta.url)('otlp-decoder-oracle/build/src/generated/root.js')
const collector = opentelemetry.proto.collector

const REQUESTS: Record<Signal, Codec> = {
  traces: collector.trace.v1.ExportTraceServiceRequest,
  metrics: collector.metrics.v1.ExportMetricsServiceRequest,
  logs: collector.logs.v1.ExportLogsServiceRequest,
}
/** `Export…ServiceResponse` of each signal. */
export const RESPONSES: Record<Signal, Codec> = {
  traces: collector.trace.v1.ExportTraceServiceResponse,
  metrics: collector.metrics.v1.ExportMetricsServiceResponse,
  logs: collector.logs.v1.ExportLogsServiceResponse,
}
const NAMES = {
  traces: ['resourceSpans', 'scopeSpans', 'spans'],
  metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
  logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
} as const
const TO_ITEM = { traces: toSpan, metrics: toMetric, logs: toLogRecord }
const FROM_ITEM = { traces: fromSpan, metrics: fromMetric, logs: fromLogRecord }

/** The bytes of a request, written by the independent encoder. */
export function oracleEncode<S extends Signal>(
  signal: S,
  request: readonly ResourceGroup<SignalItem[S]>[],
): Uint8Array {
  const [resources, scopes, items] = NAMES[signal]
  const toItem = TO_ITEM[signal] as (item: SignalItem[S]) => object
  const message = {
    [resources]: request.map((group) => ({
      resource: toResource(group.resource),
      [scopes]: group.scopes.map((scopeGroup) => ({
        scope: toScope(scopeGroup.scope),
        [items]: scopeGroup.items.map((item) => toItem(item)),
        schemaUrl: scopeGroup.schemaUrl,
      })),
      schemaUrl: group.schemaUrl,
    })),
  }
  return new Uint8Array(REQUESTS[signal].encode(message).finish())
}

/** A request, read by the independent decoder. */
export function oracleDecode<S extends Signal>(signal: S, bytes: Uint8Array): readonly ResourceGroup<SignalItem[S]>[] {
  const [resources, scopes, items] = NAMES[signal]
  const fromItem = FROM_ITEM[signal] as (item: Message) => SignalItem[S]
  const message = REQUESTS[signal].decode(bytes)
  return message[resources].map((group: Message) => ({
    resource: fromResource(group.resource),
    schemaUrl: group.schemaUrl ?? '',
    scopes: group[scopes].map((scopeGroup: Message) => ({
      scope: fromScope(scopeGroup.scope),
      schemaUrl: scopeGroup.schemaUrl ?? '',
      items: scopeGroup[items].map((item: Message) => fromItem(item)),
    })),
  }))
}

function long(value: bigint | number, unsigned: boolean): Long {
  const bits = BigInt.asUintN(64, BigInt(value))
  return { low: Number(BigInt.asIntN(32, bits)), high: Number(BigInt.asIntN(32, bits >> 32n)), unsigned }
}
const unsigned = (value: bigint | number): Long => long(value === 2 ** 64 ? 2n ** 64n - 1n : value, true)
const signed = (value: bigint | number): Long => long(value, false)

function toBigInt(value: Long | number | undefined | null): bigint {
  if (value === undefined || value === null || typeof value === 'number') return BigInt(value ?? 0)
  const bits = (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0)
  return value.unsigned ? bits : BigInt.asIntN(64, bits)
}
const toNumber = (value: Long | number | undefined | null): number => Number(toBigInt(value))
function toExact(value: Long | number): number | bigint {
  const exact = toBigInt(value)
  return exact >= -(2n ** 53n) + 1n && exact <= 2n ** 53n - 1n ? Number(exact) : exact
}

const toId = (hex: string): Uint8Array => Buffer.from(hex, 'hex')
const fromId = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex')

function toAttributes(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: toValue(value) }))
}
function fromAttributes(entries: readonly Message[] | undefined): Attributes {
  const bag = createAttributeBag()
  for (const { key, value } of entries ?? []) bag[key ?? ''] = fromValue(value)
  return bag
}

function toValue(value: AttributeValue): object {
  if (value === null) return {}
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'bigint') return { intValue: signed(value) }
  if (typeof value === 'number') {
    const isInt = Number.isSafeInteger(value) && !Object.is(value, -0)
    return isInt ? { intValue: signed(value) } : { doubleValue: value }
  }
  if (value instanceof Uint8Array) return { bytesValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map((element) => toValue(element)) } }
  return { kvlistValue: { values: toAttributes(value as Attributes) } }
}
function fromValue(value: Message): AttributeValue {
  if (value === undefined || value === null) return null
  const [name] = Object.keys(value)
  switch (name) {
    case 'stringValue':
    case 'boolValue':
    case 'doubleValue':
      return value[name]
    case 'intValue':
      return toExact(value.intValue)
    case 'bytesValue':
      return new Uint8Array(value.bytesValue)
    case 'arrayValue':
      return value.arrayValue.values.map((element: Message) => fromValue(element))
    case 'kvlistValue':
      return fromAttributes(value.kvlistValue.values)
    default:
      return null
  }
}

function toResource({ attributes, droppedAttributesCount }: Resource): object {
  return { attributes: toAttributes(attributes), droppedAttributesCount }
}
function fromResource(resource: Message): Resource {
  return {
    attributes: fromAttributes(resource?.attributes),
    droppedAttributesCount: resource?.droppedAttributesCount ?? 0,
  }
}
function toScope(scope: Scope): object {
  return { ...scope, attributes: toAttributes(scope.attributes) }
}
function fromScope(scope: Message): Scope {
  return { name: scope?.name ?? '', version: scope?.version ?? '', ...fromResource(scope) }
}

function toSpan(span: Span): object {
  const { traceState, name, kind, droppedAttributesCount, droppedEventsCount, droppedLinksCount, status } = span
  return {
    traceState,
    name,
    kind,
    droppedAttributesCount,
    droppedEventsCount,
    droppedLinksCount,
    status,
    traceId: toId(span.traceId),
    spanId: toId(span.spanId),
    parentSpanId: toId(span.parentSpanId),
    startTimeUnixNano: unsigned(span.startTimeUnixNano),
    endTimeUnixNano: unsigned(span.endTimeUnixNano),
    attributes: toAttributes(span.attributes),
    events: span.events.map((event) => ({
      name: event.name,
      timeUnixNano: unsigned(event.timeUnixNano),
      ...toResource(event),
    })),
    links: span.links.map((link) => ({
      traceId: toId(link.traceId),
      spanId: toId(link.spanId),
      traceState: link.traceState,
      ...toResource(link),
    })),
  }
}
function fromSpan(span: Message): Span {
  return {
    traceId: fromId(span.traceId),
    spanId: fromId(span.spanId),
    traceState: span.traceState ?? '',
    parentSpanId: fromId(span.parentSpanId),
    flags: 0,
    name: span.name ?? '',
    kind: span.kind ?? 0,
    startTimeUnixNano: toBigInt(span.startTimeUnixNano),
    endTimeUnixNano: toBigInt(span.endTimeUnixNano),
    ...fromResource(span),
    events: span.events.map((event: Message) => ({
      timeUnixNano: toBigInt(event.timeUnixNano),
      name: event.name ?? '',
      ...fromResource(event),
    })),
    droppedEventsCount: span.droppedEventsCount ?? 0,
    links: span.links.map((link: Message) => ({
      traceId: fromId(link.traceId),
      spanId: fromId(link.spanId),
      traceState: link.traceState ?? '',
      ...fromResource(link),
      flags: 0,
    })),
    droppedLinksCount: span.droppedLinksCount ?? 0,
    status: { code: span.status?.code ?? 0, message: span.status?.message ?? '' },
  }
}

function toLogRecord(record: LogRecord): object {
  return {
    timeUnixNano: unsigned(record.timeUnixNano),
    observedTimeUnixNano: unsigned(record.observedTimeUnixNano),
    severityNumber: record.severityNumber,
    severityText: record.severityText,
    body: toValue(record.body),
    ...toResource(record),
    flags: record.flags,
    traceId: toId(record.traceId),
    spanId: toId(record.spanId),
  }
}
function fromLogRecord(record: Message): LogRecord {
  return {
    timeUnixNano: toBigInt(record.timeUnixNano),
    observedTimeUnixNano: toBigInt(record.observedTimeUnixNano),
    severityNumber: record.severityNumber ?? 0,
    severityText: record.severityText ?? '',
    body: fromValue(record.body),
    ...fromResource(record),
    flags: record.flags ?? 0,
    traceId: fromId(record.traceId),
    spanId: fromId(record.spanId),
    eventName: '',
  }
}

function toMetric({ name, description, unit, data }: Metric): object {
  return data.type === 'none'
    ? { name, description, unit }
    : { name, description, unit, [data.type]: { ...data, dataPoints: data.points.map((point) => toPoint(point)) } }
}
function fromMetric(metric: Message): Metric {
  return {
    name: metric.name ?? '',
    description: metric.description ?? '',
    unit: metric.unit ?? '',
    metadata: createAttributeBag(),
    data: fromData(metric),
  }
}
function fromData(metric: Message): MetricData {
  const pointsOf = (data: Message, fromPoint: (point: Message) => Message): Message[] =>
    data.dataPoints.map((point: Message) => fromPoint(point))
  const { gauge, sum, histogram, exponentialHistogram, summary } = metric
  if (gauge) return { type: 'gauge', points: pointsOf(gauge, fromNumberPoint) }
  if (sum) {
    return {
      type: 'sum',
      points: pointsOf(sum, fromNumberPoint),
      aggregationTemporality: sum.aggregationTemporality ?? 0,
      isMonotonic: sum.isMonotonic ?? false,
    }
  }
  const aggregationTemporality = (histogram ?? exponentialHistogram)?.aggregationTemporality ?? 0
  if (histogram) {
    return { type: 'histogram', points: pointsOf(histogram, fromHistogramPoint), aggregationTemporality }
  }
  if (exponentialHistogram) {
    const points = pointsOf(exponentialHistogram, fromExponentialHistogramPoint)
    return { type: 'exponentialHistogram', points, aggregationTemporality }
  }
  return summary ? { type: 'summary', points: pointsOf(summary, fromSummaryPoint) } : { type: 'none' }
}

type AnyPoint = Exclude<MetricData, { type: 'none' }>['points'][number]

function toPoint(point: AnyPoint): object {
  return {
    attributes: toAttributes(point.attributes),
    startTimeUnixNano: unsigned(point.startTimeUnixNano),
    timeUnixNano: unsigned(point.timeUnixNano),
    flags: point.flags,
    ...('value' in point ? toTypedNumber(point) : {}),
    ...('exemplars' in point ? { exemplars: point.exemplars.map((exemplar) => toExemplar(exemplar)) } : {}),
    ...('count' in point ? { count: unsigned(point.count), sum: point.sum } : {}),
    ...('min' in point ? { min: point.min, max: point.max } : {}),
    ...('bucketCounts' in point
      ? {
          bucketCounts: point.bucketCounts.map((count) => unsigned(count)),
          explicitBounds: [...point.explicitBounds],
        }
      : {}),
    ...('scale' in point
      ? {
          scale: point.scale,
          zeroCount: unsigned(point.zeroCount),
          zeroThreshold: point.zeroThreshold,
          positive: toBuckets(point.positive),
          negative: toBuckets(point.negative),
        }
      : {}),
    ...('quantileValues' in point ? { quantileValues: point.quantileValues } : {}),
  }
}
function fromPointFields(point: Message): Pick<NumberPoint, 'startTimeUnixNano' | 'timeUnixNano' | 'flags'> & {
  attributes: Attributes
} {
  return {
    attributes: fromAttributes(point.attributes),
    startTimeUnixNano: toBigInt(point.startTimeUnixNano),
    timeUnixNano: toBigInt(point.timeUnixNano),
    flags: point.flags ?? 0,
  }
}
function fromNumberPoint(point: Message): Message {
  return { ...fromPointFields(point), ...fromTypedNumber(point), exemplars: fromExemplars(point) }
}
function fromStatistics(point: Message): Message {
  return {
    count: toNumber(point.count),
    sum: point.sum ?? undefined,
    min: point.min ?? undefined,
    max: point.max ?? undefined,
  }
}
function fromHistogramPoint(point: Message): Message {
  return {
    ...fromPointFields(point),
    ...fromStatistics(point),
    bucketCounts: point.bucketCounts.map((count: Long) => toNumber(count)),
    explicitBounds: point.explicitBounds,
    exemplars: fromExemplars(point),
  }
}
function fromExponentialHistogramPoint(point: Message): Message {
  return {
    ...fromPointFields(point),
    ...fromStatistics(point),
    scale: point.scale ?? 0,
    zeroCount: toNumber(point.zeroCount),
    zeroThreshold: point.zeroThreshold ?? 0,
    positive: fromBuckets(point.positive),
    negative: fromBuckets(point.negative),
    exemplars: fromExemplars(point),
  }
}
function fromSummaryPoint(point: Message): Message {
  return {
    ...fromPointFields(point),
    count: toNumber(point.count),
    sum: point.sum ?? 0,
    quantileValues: point.quantileValues.map((entry: Message) => ({
      quantile: entry.quantile ?? 0,
      value: entry.value ?? 0,
    })),
  }
}

function toTypedNumber({ value, valueType }: Pick<NumberPoint, 'value' | 'valueType'>): object {
  if (valueType === 'int') return { asInt: signed(value) }
  return valueType === 'double' ? { asDouble: Number(value) } : {}
}
function fromTypedNumber(point: Message): Pick<NumberPoint, 'value' | 'valueType'> {
  if (Object.hasOwn(point, 'asInt')) return { value: toExact(point.asInt), valueType: 'int' }
  if (Object.hasOwn(point, 'asDouble')) return { value: point.asDouble, valueType: 'double' }
  return { value: Number.NaN, valueType: 'none' }
}
function toExemplar(exemplar: Exemplar): object {
  return {
    filteredAttributes: toAttributes(exemplar.filteredAttributes),
    timeUnixNano: unsigned(exemplar.timeUnixNano),
    ...toTypedNumber(exemplar),
    traceId: toId(exemplar.traceId),
    spanId: toId(exemplar.spanId),
  }
}
function fromExemplars(point: Message): readonly Exemplar[] {
  return point.exemplars.map((exemplar: Message) => ({
    filteredAttributes: fromAttributes(exemplar.filteredAttributes),
    timeUnixNano: toBigInt(exemplar.timeUnixNano),
    ...fromTypedNumber(exemplar),
    traceId: fromId(exemplar.traceId),
    spanId: fromId(exemplar.spanId),
  }))
}
function toBuckets({ offset, bucketCounts }: ExponentialBuckets): object {
  return { offset, bucketCounts: bucketCounts.map((count) => unsigned(count)) }
}
function fromBuckets(buckets: Message): ExponentialBuckets {
  return {
    offset: buckets?.offset ?? 0,
    bucketCounts: (buckets?.bucketCounts ?? []).map((count: Long) => toNumber(count)),
  }
}
