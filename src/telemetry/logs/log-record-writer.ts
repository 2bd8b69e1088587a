import { type Context, type LogRecord, type SpanContext, trace } from '@opentelemetry/api'
import type { ProtobufWriter } from '../../otlp/protobuf-writer.ts'
import { FastContext } from '../context/fast-context.ts'
import type { AttributeLimits } from '../env/limits-env.ts'
import { LocalSpan } from '../trace/local-span.ts'
import { ownKeys, readMember } from '../trace/attribute-list.ts'
import type { SpanClock } from '../trace/span-clock.ts'
import { readTime } from '../trace/time-input.ts'
import { readException } from './exception-fields.ts'
import { writeTraceIds } from './write-trace-ids.ts'
import { writeAttribute, writeBody } from './write-value.ts'

const MS_PER_S = 1000
const NS_PER_MS = 1_000_000
const MAX_ENUM = 2 ** 31 - 1
const TAG_TIME = 9
const TAG_OBSERVED_TIME = 89
const TAG_ATTRIBUTES = 50

/**
 * Writes the fields of a `LogRecord` from what somebody handed to the logs API, in one go and without anything in
 * between: whatever its owner changes afterwards changes nothing. Tags: see `src/otlp/decode-log-record.ts`.
 */
export class LogRecordWriter {
  readonly #limits: AttributeLimits
  readonly #clock: SpanClock
  #count = 0
  #dropped = 0

  constructor(limits: AttributeLimits, clock: SpanClock) {
    this.#limits = limits
    this.#clock = clock
  }

  write(writer: ProtobufWriter, record: LogRecord, context: Context): void {
    this.writeTimes(writer, record.timestamp, record.observedTimestamp)
    writeSeverity(writer, record.severityNumber, record.severityText)
    if (record.body !== undefined && record.body !== null) writeBody(writer, 42, record.body)
    this.beginAttributes()
    const { attributes } = record
    if (isObject(attributes)) this.#writeAttributes(writer, attributes)
    if (record.exception !== undefined && record.exception !== null) {
      this.writeException(writer, record.exception, attributes)
    }
    this.endAttributes(writer)
    writeContext(writer, context)
    if (typeof record.eventName === 'string') writer.text(98, record.eventName)
  }

  /** When it happened, if that is known, and when we heard of it: now, where nobody says. */
  writeTimes(writer: ProtobufWriter, timestamp: unknown, observedTimestamp: unknown): void {
    const now = this.#clock.now()
    const anchor = this.#clock.anchorAt(now)
    const seconds = anchor.secondsAt(now)
    const nanos = anchor.nanosAt(now)
    const at = timestamp === undefined ? undefined : readTime(timestamp, this.#clock)
    if (at === undefined) writer.timeParts(TAG_TIME, seconds, nanos)
    else writer.timeParts(TAG_TIME, at[0], at[1])
    const observedAt = observedTimestamp === undefined ? undefined : readTime(observedTimestamp, this.#clock)
    if (observedAt === undefined) writer.timeParts(TAG_OBSERVED_TIME, seconds, nanos)
    else writer.timeParts(TAG_OBSERVED_TIME, observedAt[0], observedAt[1])
  }

  /** The same for a time in milliseconds since 1970. */
  writeEpochTime(writer: ProtobufWriter, epochMs: number | undefined): void {
    if (epochMs === undefined) return this.writeTimes(writer, undefined, undefined)
    const seconds = Math.floor(epochMs / MS_PER_S)
    writer.timeParts(TAG_TIME, seconds, (epochMs - seconds * MS_PER_S) * NS_PER_MS)
    const now = this.#clock.now()
    const anchor = this.#clock.anchorAt(now)
    writer.timeParts(TAG_OBSERVED_TIME, anchor.secondsAt(now), anchor.nanosAt(now))
  }

  /** Begins the attributes of a record: they are counted up to {@link LogRecordWriter.endAttributes}. */
  beginAttributes(): void {
    this.#count = 0
    this.#dropped = 0
  }

  /** What is no valid attribute is left out; what is beyond the limit is, too, and counted in the record. */
  writeOne(writer: ProtobufWriter, key: string, value: unknown): void {
    if (value === undefined || key === '') return
    if (this.#count >= this.#limits.count) {
      this.#dropped++
      return
    }
    if (writeAttribute(writer, TAG_ATTRIBUTES, key, value, this.#limits.valueLength)) this.#count++
  }

  /** @param droppedBefore how many were dropped before they came here */
  endAttributes(writer: ProtobufWriter, droppedBefore = 0): void {
    writer.uint32(56, this.#dropped + droppedBefore)
  }

  writeException(writer: ProtobufWriter, exception: unknown, attributes: unknown): void {
    const fields = readException(exception)
    if (fields === undefined) return
    // What somebody says himself of the exception counts.
    const isFree = (key: string): boolean => !isObject(attributes) || !Object.hasOwn(attributes, key)
    if (isFree('exception.type')) this.writeOne(writer, 'exception.type', fields.type)
    if (isFree('exception.message')) this.writeOne(writer, 'exception.message', fields.message)
    if (isFree('exception.stacktrace')) this.writeOne(writer, 'exception.stacktrace', fields.stack)
  }

  #writeAttributes(writer: ProtobufWriter, attributes: object): void {
    // What throws is left out: the others are none the worse for it.
    for (const key of ownKeys(attributes)) this.writeOne(writer, key, readMember(attributes, key))
  }
}

export function writeSeverity(writer: ProtobufWriter, number: unknown, text: unknown): void {
  if (Number.isInteger(number) && (number as number) > 0 && (number as number) <= MAX_ENUM) {
    writer.int32(16, number as number)
  }
  if (typeof text === 'string') writer.text(26, text)
}

/** The ids of the span that is active in a context; nothing outside a span. */
export function writeContext(writer: ProtobufWriter, context: Context): void {
  const span = context instanceof FastContext ? context.span : trace.getSpan(context)
  if (span === undefined) return
  if (span instanceof LocalSpan) {
    const { local } = span
    writer.traceId(74, local.a, local.b, local.c, local.d)
    writer.spanId(82, span.idHigh, span.idLow)
    writer.fixed32(69, span.traceFlags)
    return
  }
  const spanContext: SpanContext | undefined = span.spanContext()
  writeTraceIds(writer, spanContext?.traceId, spanContext?.spanId, spanContext?.traceFlags)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
