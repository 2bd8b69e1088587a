import {
  type Context,
  context,
  diag,
  type Logger,
  type LogRecord,
  ROOT_CONTEXT,
  type SeverityNumber,
} from '@opentelemetry/api'
import type { OpenChunk } from '../encode/open-chunk.ts'
import { usableContext } from '../context/usable-context.ts'
import { readMember } from '../trace/attribute-list.ts'
import { EmittedLogRecord, type LogHome } from './emitted-log-record.ts'
import type { LogRecordProcessors } from './log-record-processor.ts'
import { LogRecordWriter, writeSeverity } from './log-record-writer.ts'
import { writeTraceIds } from './write-trace-ids.ts'
import { writeBody } from './write-value.ts'

/**
 * A logger of the OpenTelemetry API. A record is encoded at once, into the open chunk of its scope. Never throws.
 *
 * @see https://opentelemetry.io/docs/specs/otel/logs/sdk/#logger
 */
export class RecordLogger implements Logger {
  readonly #home: LogHome
  readonly #chunk: OpenChunk | undefined
  readonly #processors: LogRecordProcessors
  readonly #writer: LogRecordWriter

  /** @param chunk where records are encoded; `undefined` where nothing is exported */
  constructor(home: LogHome, chunk: OpenChunk | undefined, processors: LogRecordProcessors) {
    this.#home = home
    this.#chunk = chunk
    this.#processors = processors
    this.#writer = new LogRecordWriter(home.limits, home.clock)
  }

  emit(record: LogRecord): void {
    if (typeof record !== 'object' || record === null) return
    try {
      const current = this.#home.isDetached ? ROOT_CONTEXT : context.active()
      const given = readMember(record, 'context')
      const active = given === undefined ? current : usableContext(given, current)
      if (this.#processors.any) this.#emitThroughProcessors(record, active)
      else if (this.#chunk !== undefined) this.#encode(this.#chunk, record, active)
    } catch (error) {
      warn(error)
    }
  }

  enabled(options?: { context?: Context; severityNumber?: SeverityNumber; eventName?: string }): boolean {
    if (this.#chunk !== undefined) return true
    return (
      this.#processors.any &&
      this.#processors.enabled({
        context: options?.context ?? context.active(),
        instrumentationScope: this.#home.scope,
        severityNumber: options?.severityNumber,
        eventName: options?.eventName,
      })
    )
  }

  #encode(chunk: OpenChunk, record: LogRecord, active: Context): void {
    const encoder = this.#encoder(chunk)
    const writer = chunk.begin()
    try {
      encoder.write(writer, record, active)
    } catch (error) {
      return lose(chunk, error)
    }
    chunk.commit()
  }

  #emitThroughProcessors(record: LogRecord, active: Context): void {
    const emitted = this.#read(record, active)
    if (emitted === undefined) return
    this.#processors.onEmit(emitted, active)
    emitted.seal()
    if (this.#chunk !== undefined) this.#encodeEmitted(this.#chunk, emitted)
  }

  #read(record: LogRecord, active: Context): EmittedLogRecord | undefined {
    try {
      return new EmittedLogRecord(this.#home, record, active)
    } catch (error) {
      // A record that throws itself. It has not been begun, and it is counted all the same.
      this.#chunk?.begin()
      if (this.#chunk === undefined) warn(error)
      else lose(this.#chunk, error)
      return undefined
    }
  }

  #encodeEmitted(chunk: OpenChunk, record: EmittedLogRecord): void {
    const encoder = this.#encoder(chunk)
    const writer = chunk.begin()
    try {
      encoder.writeTimes(writer, record.hrTime, record.hrTimeObserved)
      writeSeverity(writer, record.severityNumber, record.severityText)
      if (record.body !== undefined && record.body !== null) writeBody(writer, 42, record.body)
      encoder.beginAttributes()
      for (const key of Object.keys(record.attributes)) encoder.writeOne(writer, key, record.attributes[key])
      encoder.endAttributes(writer, record.droppedAttributesCount)
      const { spanContext } = record
      writeTraceIds(writer, spanContext?.traceId, spanContext?.spanId, spanContext?.traceFlags)
      if (typeof record.eventName === 'string') writer.text(98, record.eventName)
    } catch (error) {
      return lose(chunk, error)
    }
    chunk.commit()
  }

  /** A getter of a record may emit a record of its own: that one must not disturb the one that is being written. */
  #encoder(chunk: OpenChunk): LogRecordWriter {
    return chunk.isWriting ? new LogRecordWriter(this.#home.limits, this.#home.clock) : this.#writer
  }
}

function lose(chunk: OpenChunk, error: unknown): void {
  chunk.rollback(1)
  warn(error)
}

function warn(error: unknown): void {
  diag.error('A log record could not be encoded', error)
}
