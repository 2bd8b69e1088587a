import type { ProtobufWriter } from '../../otlp/protobuf-writer.ts'
import { HexId } from './hex-id.ts'

// Between reading and writing nothing else runs, so one of each serves all.
const TRACE_ID = new HexId(4)
const SPAN_ID = new HexId(2)

/** Writes the span that a log record belongs to; nothing where it is none that is valid. */
export function writeTraceIds(writer: ProtobufWriter, traceId: unknown, spanId: unknown, traceFlags: unknown): void {
  if (typeof traceId !== 'string' || typeof spanId !== 'string') return
  if (!TRACE_ID.read(traceId) || !SPAN_ID.read(spanId)) return
  writer.traceId(74, TRACE_ID.word(0), TRACE_ID.word(1), TRACE_ID.word(2), TRACE_ID.word(3))
  writer.spanId(82, SPAN_ID.word(0), SPAN_ID.word(1))
  if (Number.isInteger(traceFlags)) writer.fixed32(69, (traceFlags as number) & 0xff)
}
