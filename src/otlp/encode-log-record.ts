import { encodeAnyValue, encodeAttributes } from './encode-value.ts'
import type { LogRecord } from './model.ts'
import type { ProtobufWriter } from './protobuf-writer.ts'

/** Writes the fields of a `LogRecord`. Tags: see `decode-log-record.ts`. */
export function encodeLogRecord(writer: ProtobufWriter, record: LogRecord): void {
  writer.time(9, record.timeUnixNano)
  writer.int32(16, record.severityNumber)
  writer.text(26, record.severityText)
  if (record.body !== null) encodeAnyValue(writer, 42, record.body)
  encodeAttributes(writer, 50, record.attributes)
  writer.uint32(56, record.droppedAttributesCount)
  writer.fixed32(69, record.flags)
  writer.id(74, record.traceId, 16)
  writer.id(82, record.spanId, 8)
  writer.time(89, record.observedTimeUnixNano)
  writer.text(98, record.eventName)
}
