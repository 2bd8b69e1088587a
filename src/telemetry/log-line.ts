import {
  type AnyValue,
  type Context,
  isSpanContextValid,
  type LogRecord,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from '@opentelemetry/api'
import { LineTimeReader } from './logs/line-time-reader.ts'
import { setOwn } from './trace/attribute-value.ts'

/** What `JSON.parse` returns is made of nothing but attribute values. */
export type LineFields = Readonly<Record<string, AnyValue>>

/** pino's levels, as numbers of the line, and where they stand in OpenTelemetry. Between two, the lower one counts. */
const SEVERITIES = [
  { level: 60, number: 21, text: 'FATAL' },
  { level: 50, number: 17, text: 'ERROR' },
  { level: 40, number: 13, text: 'WARN' },
  { level: 30, number: 9, text: 'INFO' },
  { level: 20, number: 5, text: 'DEBUG' },
  { level: 10, number: 1, text: 'TRACE' },
] as const

/** What a line says elsewhere: in the record's own fields, or in the resource. */
export const NOT_ATTRIBUTES: ReadonlySet<string> = new Set([
  'level',
  'time',
  'msg',
  'err',
  'pid',
  'hostname',
  'v',
  'service',
  'version',
  'trace_id',
  'span_id',
  'trace_flags',
])

/** Of all lines: it only remembers what the last text said. */
const READ_TIME = new LineTimeReader()

/**
 * A log record from a line of pino's JSON. A line that is no JSON object becomes the body of a record as it is, because
 * what breaks the format is often just what one looks for. Never throws.
 *
 * @see https://opentelemetry.io/docs/specs/otel/logs/data-model/
 */
export function toLogRecord(line: string): LogRecord {
  const fields = parseLine(line)
  if (fields === undefined) return { body: line.trimEnd(), context: ROOT_CONTEXT }
  const severity = toSeverity(fields['level'])
  const timestamp = toTimestamp(fields['time'])
  return {
    ...(severity === undefined ? {} : { severityNumber: severity.number, severityText: severity.text }),
    ...(timestamp === undefined ? {} : { timestamp }),
    body: typeof fields['msg'] === 'string' ? fields['msg'] : '',
    attributes: toAttributes(fields),
    context: toContext(fields),
  }
}

/** The fields of a line; `undefined` for one that is no JSON object. */
export function parseLine(line: string): LineFields | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as LineFields) : undefined
  } catch {
    return undefined
  }
}

/** What a level of pino, its number or its name, is called in OpenTelemetry. */
export function toSeverity(level: AnyValue): (typeof SEVERITIES)[number] | undefined {
  if (typeof level === 'number') {
    for (const severity of SEVERITIES) if (level >= severity.level) return severity
    return SEVERITIES.at(-1)
  }
  if (typeof level === 'string') return SEVERITIES.find((severity) => severity.text === level.toUpperCase())
  return undefined
}

/** Milliseconds since 1970, as pino writes them, or with another setting a date as text. */
export function toTimestamp(time: AnyValue): number | undefined {
  const timestamp = typeof time === 'string' ? READ_TIME.read(time) : time
  return typeof timestamp === 'number' && Number.isFinite(timestamp) ? timestamp : undefined
}

function toAttributes(fields: LineFields): Record<string, AnyValue> {
  const attributes: Record<string, AnyValue> = {}
  for (const [key, value] of Object.entries(fields)) {
    if (!NOT_ATTRIBUTES.has(key)) setOwn(attributes, key, value)
  }
  const error = fields['err']
  if (typeof error === 'object' && error !== null) Object.assign(attributes, toException(error as LineFields))
  else if (error !== undefined && error !== null) attributes['exception.message'] = error
  return attributes
}

/** @see https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-logs/ */
function toException({ type, message, stack, ...others }: LineFields): Record<string, AnyValue> {
  const attributes: Record<string, AnyValue> = {}
  if (typeof type === 'string') attributes['exception.type'] = type
  if (typeof message === 'string') attributes['exception.message'] = message
  if (typeof stack === 'string') attributes['exception.stacktrace'] = stack
  for (const [key, value] of Object.entries(others)) attributes[`err.${key}`] = value
  return attributes
}

function toContext(fields: LineFields): Context {
  const spanContext = toSpanContext(fields)
  return spanContext === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContext)
}

/** The span that a line was written in; `undefined` where it names none that is valid. */
function toSpanContext({
  trace_id: traceId,
  span_id: spanId,
  trace_flags: flags,
}: LineFields): SpanContext | undefined {
  if (typeof traceId !== 'string' || typeof spanId !== 'string') return undefined
  const spanContext = { traceId, spanId, traceFlags: toTraceFlags(flags) }
  return isSpanContextValid(spanContext) ? spanContext : undefined
}

/** Two hexadecimal digits, or the number itself. */
export function toTraceFlags(flags: AnyValue): number {
  const traceFlags = typeof flags === 'number' ? flags : Number.parseInt(typeof flags === 'string' ? flags : '0', 16)
  return Number.isInteger(traceFlags) ? traceFlags & 0xff : 0
}
