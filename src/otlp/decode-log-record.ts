import { NO_ATTRIBUTES } from './attribute-bag.ts'
import { decodeAnyValue, decodeAttribute } from './decode-value.ts'
import { LOG_RECORD } from './message-layout.ts'
import type { AttributeValue, LogRecord } from './model.ts'
import type { ProtobufReader } from './protobuf-reader.ts'

/** Reads a `LogRecord` up to `end`. */
export function decodeLogRecord(reader: ProtobufReader, end: number): LogRecord {
  let timeUnixNano = 0n
  let observedTimeUnixNano = 0n
  let severityNumber = 0
  let severityText = ''
  let body: AttributeValue = null
  let attributes = NO_ATTRIBUTES
  let droppedAttributesCount = 0
  let flags = 0
  let traceId = ''
  let spanId = ''
  let eventName = ''
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
      case 9: // time_unix_nano = 1
        timeUnixNano = reader.time()
        break
      case 16: // severity_number = 2
        severityNumber = reader.int32()
        break
      case 26: // severity_text = 3
        severityText = reader.text(end)
        break
      case 42: // body = 5
        body = decodeAnyValue(reader, reader.enter(end), body)
        break
      case 50: // attributes = 6
        attributes = decodeAttribute(reader, end, attributes)
        break
      case 56: // dropped_attributes_count = 7
        droppedAttributesCount = reader.uint32()
        break
      case 69: // flags = 8
        flags = reader.fixed32()
        break
      case 74: // trace_id = 9
        traceId = reader.id(end, 16)
        break
      case 82: // span_id = 10
        spanId = reader.id(end, 8)
        break
      case 89: // observed_time_unix_nano = 11
        observedTimeUnixNano = reader.time()
        break
      case 98: // event_name = 12
        eventName = reader.text(end)
        break
      default:
        reader.skip(tag, end, LOG_RECORD)
    }
  }
  reader.leave(end)
  return {
    timeUnixNano,
    observedTimeUnixNano,
    severityNumber,
    severityText,
    body,
    attributes,
    droppedAttributesCount,
    flags,
    traceId,
    spanId,
    eventName,
  }
}
