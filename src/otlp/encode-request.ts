import { encodeGroups, type EncodeItem } from './encode-group.ts'
import { encodeLogRecord } from './encode-log-record.ts'
import { encodeMetric } from './encode-metric.ts'
import { encodeSpan } from './encode-span.ts'
import type { ExportRequest, Signal, SignalItem } from './model.ts'
import { ProtobufWriter } from './protobuf-writer.ts'

const ENCODE_ITEM: { readonly [S in Signal]: EncodeItem<SignalItem[S]> } = {
  traces: encodeSpan,
  metrics: encodeMetric,
  logs: encodeLogRecord,
}

/**
 * Writes an `Export…ServiceRequest` in protobuf. Reading it again gives an equal request, with these exceptions: ids
 * come back in lowercase, half surrogate pairs as U+FFFD, and a `bigint` up to 2^53 as a `number`.
 *
 * @throws {@link SeaworthyError} `SEA_OTLP_NOT_ENCODABLE` for an id that isn't hexadecimal of its length, a number out of
 *   its field's range, or a value nested deeper than 64
 */
export function encodeRequest<S extends Signal>(signal: S, request: ExportRequest<S>): Uint8Array {
  const writer = new ProtobufWriter()
  encodeGroups(writer, request, ENCODE_ITEM[signal])
  return writer.finish()
}
