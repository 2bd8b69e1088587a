import { jsonAnyValue, jsonAttributes, jsonId, jsonInt32, jsonText, jsonTime, jsonUint32 } from './json-fields.ts'
import type { LogRecord } from './model.ts'

/** The JSON object of a `LogRecord`. */
export function encodeLogRecordJson(record: LogRecord): object {
  return {
    timeUnixNano: jsonTime(record.timeUnixNano),
    observedTimeUnixNano: jsonTime(record.observedTimeUnixNano),
    severityNumber: jsonInt32(record.severityNumber),
    severityText: jsonText(record.severityText),
    body: record.body === null ? undefined : jsonAnyValue(record.body),
    attributes: jsonAttributes(record.attributes),
    droppedAttributesCount: jsonUint32(record.droppedAttributesCount),
    flags: jsonUint32(record.flags),
    traceId: jsonId(record.traceId, 16),
    spanId: jsonId(record.spanId, 8),
    eventName: jsonText(record.eventName),
  }
}
