import { bodyText } from '../../store/body-text.ts'
import { kindName, statusName } from '../../store/span-words.ts'
import type { StoredLog, StoredMetricPoint, StoredSpan } from '../../store/stored-item.ts'
import type { History, NewEvent } from '../history/history.ts'
import type { AttributeText, Sender } from '../history/telemetry-events.ts'

type Attributes = StoredSpan['attributes']
type Resource = StoredSpan['resource']

/** Longer text is cut off: attributes hold ids and names, and now and then a stack. */
const TEXT_LENGTH = 1024
const CUMULATIVE = 2
const NANOS_PER_MS = 1e6

/** Items of one export share their resource, and so their sender. */
const senders = new WeakMap<Resource, Sender>()

export function toSpanEvent(span: StoredSpan, history: History): NewEvent {
  const kind = kindName(span.kind)
  return {
    kind: 'span',
    at: history.at(span.arrivedAtMs),
    sender: senderOf(span),
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    traceState: span.traceState,
    name: span.name,
    spanKind: kind === 'unspecified' ? 'internal' : kind,
    startedAt: moment(span.startTimeUnixNano, history),
    endedAt: moment(span.endTimeUnixNano, history),
    isError: statusName(span.status.code) === 'error',
    statusMessage: cut(span.status.message),
    attributes: textsOf(span.attributes),
    events: span.events.map(({ name, attributes }) => ({ name, attributes: textsOf(attributes) })),
  }
}

export function toLogEvent(record: StoredLog, history: History): NewEvent {
  const madeAt = record.timeUnixNano === 0n ? record.observedTimeUnixNano : record.timeUnixNano
  return {
    kind: 'log',
    at: history.at(record.arrivedAtMs),
    sender: senderOf(record),
    body: bodyText(record.body),
    severityNumber: record.severityNumber,
    traceId: record.traceId,
    spanId: record.spanId,
    madeAt: moment(madeAt, history),
    attributes: textsOf(record.attributes),
  }
}

export function toMetricEvent(point: StoredMetricPoint, history: History): NewEvent {
  const { sum } = point as { readonly sum?: number }
  return {
    kind: 'metric',
    at: history.at(point.arrivedAtMs),
    sender: senderOf(point),
    name: point.name,
    unit: point.unit,
    type: point.type,
    isCumulative: 'aggregationTemporality' in point && point.aggregationTemporality === CUMULATIVE,
    ...('value' in point ? { value: Number(point.value) } : {}),
    ...('count' in point ? { count: point.count } : {}),
    ...(sum === undefined ? {} : { sum }),
    attributes: textsOf(point.attributes),
    startedAt: moment(point.startTimeUnixNano, history),
    madeAt: moment(point.timeUnixNano, history),
  }
}

function senderOf({ resource, service }: Pick<StoredSpan, 'resource' | 'service'>): Sender {
  const known = senders.get(resource)
  if (known !== undefined) return known
  const { attributes } = resource
  const text = (key: string): string | undefined => {
    const value = attributes[key]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  }
  const instance = text('service.instance.id')
  const version = text('service.version')
  const language = text('telemetry.sdk.language')
  const pid = Number(attributes['process.pid'] ?? Number.NaN)
  const sender = {
    service,
    ...(instance === undefined ? {} : { instance }),
    ...(version === undefined ? {} : { version }),
    ...(Number.isInteger(pid) ? { pid } : {}),
    ...(language === undefined ? {} : { language }),
    resource: textsOf(attributes),
  }
  senders.set(resource, sender)
  return sender
}

/** Nanoseconds of the time of day on the scale of the history: exact to a quarter of a microsecond. */
function moment(unixNano: bigint, history: History): number {
  return history.atUnixMs(Number(unixNano) / NANOS_PER_MS)
}

function textsOf(attributes: Attributes): Record<string, AttributeText> {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, textOf(value)]))
}

function textOf(value: Attributes[string]): AttributeText {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value
  return cut(typeof value === 'bigint' ? String(value) : bodyText(value))
}

function cut(text: string): string {
  return text.length <= TEXT_LENGTH ? text : text.slice(0, TEXT_LENGTH)
}
