import { decodeGroups, type DecodeItem } from './decode-group.ts'
import { decodeLogRecord } from './decode-log-record.ts'
import { decodeMetric } from './decode-metric.ts'
import { decodeSpan } from './decode-span.ts'
import { REQUESTS } from './message-layout.ts'
import type { ExportRequest, Signal, SignalItem } from './model.ts'
import { ProtobufReader } from './protobuf-reader.ts'

const DECODE_ITEM: { readonly [S in Signal]: DecodeItem<SignalItem[S]> } = {
  traces: decodeSpan,
  metrics: decodeMetric,
  logs: decodeLogRecord,
}

/**
 * Reads an `Export…ServiceRequest` in protobuf. Complete, or an error: no part of a malformed request is returned.
 *
 * Unknown fields are skipped, and so is anything of newer versions of the protocol. Refused are: a message that ends
 * too early, a length beyond its message, a known field of a wrong wire type, a number of more than 64 bits, field
 * number 0, groups, text that is not UTF-8, an id that has neither its full length nor none, a value nested deeper than
 * 64, and more than 1,000,000 items or 4,000,000 attributes. Nothing in the result refers to `bytes`.
 *
 * @throws {@link SeaworthyError} `SEA_OTLP_MALFORMED`, naming the field, when cheap to find
 * @see https://github.com/open-telemetry/opentelemetry-proto
 */
export function decodeRequest<S extends Signal>(signal: S, bytes: Uint8Array): ExportRequest<S> {
  const reader = new ProtobufReader(bytes, signal, REQUESTS[signal])
  return decodeGroups(reader, DECODE_ITEM[signal])
}
