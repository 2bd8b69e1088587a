import { jsonInt64, jsonText } from './json-fields.ts'
import { type JsonObject, JsonReader } from './json-reader.ts'
import type { ExportResponse, Signal } from './model.ts'
import { COMPLETE, isComplete } from './response.ts'

/** What the count of rejected items is called in JSON. */
const REJECTED = {
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
  logs: 'rejectedLogRecords',
} as const satisfies Record<Signal, string>

/** Writes an `Export…ServiceResponse` in JSON. See `encodeResponse()`. */
export function encodeResponseJson(signal: Signal, response: ExportResponse): string {
  if (isComplete(response)) return '{}'
  return JSON.stringify({
    partialSuccess: {
      [REJECTED[signal]]: response.rejectedCount === 0 ? undefined : jsonInt64(response.rejectedCount),
      errorMessage: jsonText(response.errorMessage),
    },
  })
}

/**
 * Reads an `Export…ServiceResponse` in JSON.
 *
 * @throws {@link SeaworthyError} `SEA_OTLP_MALFORMED`
 */
export function decodeResponseJson(signal: Signal, text: string): ExportResponse {
  const reader = new JsonReader(`${signal} response`)
  const read = (_: JsonReader, object: JsonObject): ExportResponse => ({
    rejectedCount: Number(reader.int64(object, REJECTED[signal])),
    errorMessage: reader.text(object, 'errorMessage'),
  })
  return reader.object(reader.parse(text), 'partialSuccess', read, COMPLETE)
}
