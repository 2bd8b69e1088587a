import { diag } from '@opentelemetry/api'
import type { ProtobufWriter } from '../../otlp/protobuf-writer.ts'
import type { OpenChunk } from '../encode/open-chunk.ts'
import {
  type LineFields,
  NOT_ATTRIBUTES,
  parseLine,
  toLogRecord,
  toSeverity,
  toTimestamp,
  toTraceFlags,
} from '../log-line.ts'
import type { LogHome } from './emitted-log-record.ts'
import type { LogRecordProcessors } from './log-record-processor.ts'
import { LogRecordWriter, writeSeverity } from './log-record-writer.ts'
import type { RecordLogger } from './record-logger.ts'
import { writeTraceIds } from './write-trace-ids.ts'

/**
 * Log lines of pino as log records, encoded from the fields of the line, with nothing in between. What comes out is what
 * `toLogRecord` and a logger would make of the line. Never throws.
 */
export class LineLogger {
  readonly #chunk: OpenChunk | undefined
  readonly #logger: RecordLogger
  readonly #processors: LogRecordProcessors
  readonly #writer: LogRecordWriter

  constructor(home: LogHome, chunk: OpenChunk | undefined, logger: RecordLogger, processors: LogRecordProcessors) {
    this.#chunk = chunk
    this.#logger = logger
    this.#processors = processors
    this.#writer = new LogRecordWriter(home.limits, home.clock)
  }

  /** One line of JSON, with or without its line break. */
  emit(line: string): void {
    // Third parties read records.
    if (this.#processors.any) return this.#logger.emit(toLogRecord(line))
    const chunk = this.#chunk
    if (chunk === undefined) return
    const fields = parseLine(line)
    // Nothing in a line runs code: no other record can come in between.
    const writer = chunk.begin()
    try {
      if (fields === undefined) this.#writeText(writer, line)
      else this.#write(writer, fields)
    } catch (error) {
      chunk.rollback(1)
      diag.error('A log line could not be encoded', error)
      return
    }
    chunk.commit()
  }

  #writeText(writer: ProtobufWriter, line: string): void {
    this.#writer.writeTimes(writer, undefined, undefined)
    writeTextBody(writer, line.trimEnd())
  }

  #write(writer: ProtobufWriter, fields: LineFields): void {
    this.#writer.writeEpochTime(writer, toTimestamp(fields['time']))
    const severity = toSeverity(fields['level'])
    if (severity !== undefined) writeSeverity(writer, severity.number, severity.text)
    const message = fields['msg']
    writeTextBody(writer, typeof message === 'string' ? message : '')
    this.#writeAttributes(writer, fields)
    writeTraceIds(writer, fields['trace_id'], fields['span_id'], toTraceFlags(fields['trace_flags']))
  }

  #writeAttributes(writer: ProtobufWriter, fields: LineFields): void {
    const attributes = this.#writer
    const error = fields['err']
    const exception = typeof error === 'object' && error !== null ? (error as LineFields) : undefined
    attributes.beginAttributes()
    for (const key of Object.keys(fields)) {
      if (NOT_ATTRIBUTES.has(key) || (exception !== undefined && isOfException(key, exception))) continue
      if (key === 'exception.message' && isPlainError(error)) continue
      attributes.writeOne(writer, key, fields[key])
    }
    if (exception !== undefined) this.#writeException(writer, exception)
    else if (isPlainError(error)) attributes.writeOne(writer, 'exception.message', error)
    attributes.endAttributes(writer)
  }

  #writeException(writer: ProtobufWriter, exception: LineFields): void {
    const attributes = this.#writer
    for (const key of Object.keys(exception)) {
      const value = exception[key]
      const name = EXCEPTION_NAMES.get(key)
      if (name === undefined) attributes.writeOne(writer, `err.${key}`, value)
      else if (typeof value === 'string') attributes.writeOne(writer, name, value)
    }
  }
}

/** What pino calls the parts of an error, and OpenTelemetry. @see https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-logs/ */
const EXCEPTION_NAMES: ReadonlyMap<string, string> = new Map([
  ['type', 'exception.type'],
  ['message', 'exception.message'],
  ['stack', 'exception.stacktrace'],
])
const EXCEPTION_PREFIXES = ['exception.', 'err.'] as const

/** Whether the error of the line has something to say under this very key, which then counts. */
function isOfException(key: string, exception: LineFields): boolean {
  if (key.startsWith(EXCEPTION_PREFIXES[1])) {
    const member = key.slice(EXCEPTION_PREFIXES[1].length)
    return !EXCEPTION_NAMES.has(member) && Object.hasOwn(exception, member)
  }
  if (!key.startsWith(EXCEPTION_PREFIXES[0])) return false
  for (const [member, name] of EXCEPTION_NAMES) {
    if (name === key) return typeof exception[member] === 'string'
  }
  return false
}

/** An error that somebody logged as a text or a number. */
function isPlainError(error: unknown): boolean {
  return error !== undefined && error !== null && typeof error !== 'object'
}

function writeTextBody(writer: ProtobufWriter, text: string): void {
  const start = writer.openWide(42)
  writer.textAlways(10, text)
  writer.closeWide(start)
}
