import { encodeAttributes } from './encode-value.ts'
import type { Span } from './model.ts'
import type { ProtobufWriter } from './protobuf-writer.ts'

/** Writes the fields of a `Span`. Tags: see `decode-span.ts`. */
export function encodeSpan(writer: ProtobufWriter, span: Span): void {
  writer.id(10, span.traceId, 16)
  writer.id(18, span.spanId, 8)
  writer.text(26, span.traceState)
  writer.id(34, span.parentSpanId, 8)
  writer.text(42, span.name)
  writer.int32(48, span.kind)
  writer.time(57, span.startTimeUnixNano)
  writer.time(65, span.endTimeUnixNano)
  encodeAttributes(writer, 74, span.attributes)
  writer.uint32(80, span.droppedAttributesCount)
  for (const event of span.events) {
    const start = writer.open(90)
    writer.time(9, event.timeUnixNano)
    writer.text(18, event.name)
    encodeAttributes(writer, 26, event.attributes)
    writer.uint32(32, event.droppedAttributesCount)
    writer.close(start)
  }
  writer.uint32(96, span.droppedEventsCount)
  for (const link of span.links) {
    const start = writer.open(106)
    writer.id(10, link.traceId, 16)
    writer.id(18, link.spanId, 8)
    writer.text(26, link.traceState)
    encodeAttributes(writer, 34, link.attributes)
    writer.uint32(40, link.droppedAttributesCount)
    writer.fixed32(53, link.flags)
    writer.close(start)
  }
  writer.uint32(112, span.droppedLinksCount)
  if (span.status.code !== 0 || span.status.message !== '') {
    const start = writer.open(122)
    writer.text(18, span.status.message)
    writer.int32(24, span.status.code)
    writer.close(start)
  }
  writer.fixed32(133, span.flags)
}
