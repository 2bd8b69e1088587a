import { decodeGroupsJson, type GroupNames } from './decode-group-json.ts'
import { decodeLogRecordJson } from './decode-log-record-json.ts'
import { decodeMetricJson } from './decode-metric-json.ts'
import { decodeSpanJson } from './decode-span-json.ts'
import { JsonReader, type JsonObject } from './json-reader.ts'
import type { ExportRequest, Signal, SignalItem } from './model.ts'

/** The names of the lists in the JSON form of each request. */
export const GROUP_NAMES: { readonly [S in Signal]: GroupNames } = {
  traces: { resources: 'resourceSpans', scopes: 'scopeSpans', items: 'spans' },
  metrics: { resources: 'resourceMetrics', scopes: 'scopeMetrics', items: 'metrics' },
  logs: { resources: 'resourceLogs', scopes: 'scopeLogs', items: 'logRecords' },
}

const DECODE_ITEM: { readonly [S in Signal]: (reader: JsonReader, object: JsonObject) => SignalItem[S] } = {
  traces: decodeSpanJson,
  metrics: decodeMetricJson,
  logs: decodeLogRecordJson,
}

/**
 * Reads an `Export…ServiceRequest` in JSON. Complete, or an error: no part of a malformed request is returned.
 *
 * As tolerant as the protocol asks: 64-bit integers as numbers (exact, also beyond 2^53) or strings, ids in either case,
 * `null` for an absent field, unknown fields ignored. A `null` double is NaN, because `JSON.stringify` writes it for what
 * JSON has no form for. Names of fields are lowerCamelCase only, enums integers only. The limits of protobuf hold here,
 * too.
 *
 * @throws {@link SeaworthyError} `SEA_OTLP_MALFORMED`, naming the field
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function decodeRequestJson<S extends Signal>(signal: S, text: string): ExportRequest<S> {
  const reader = new JsonReader(signal)
  return decodeGroupsJson(reader, reader.parse(text), GROUP_NAMES[signal], DECODE_ITEM[signal])
}
