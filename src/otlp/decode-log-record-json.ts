import { decodeAnyValueJson, decodeAttributesJson } from './decode-value-json.ts'
import type { JsonObject, JsonReader } from './json-reader.ts'
import type { LogRecord } from './model.ts'

/** Reads a `LogRecord` from its JSON object. */
export function decodeLogRecordJson(reader: JsonReader, record: JsonObject): LogRecord {
  return {
    timeUnixNano: reader.time(record, 'timeUnixNano'),
    observedTimeUnixNano: reader.time(record, 'observedTimeUnixNano'),
    severityNumber: reader.enum(record, 'severityNumber'),
    severityText: reader.text(record, 'severityText'),
    body: reader.object(record, 'body', decodeAnyValueJson, null),
    attributes: decodeAttributesJson(reader, record, 'attributes'),
    droppedAttributesCount: reader.uint32(record, 'droppedAttributesCount'),
    flags: reader.uint32(record, 'flags'),
    traceId: reader.id(record, 'traceId', 16),
    spanId: reader.id(record, 'spanId', 8),
    eventName: reader.text(record, 'eventName'),
  }
}
