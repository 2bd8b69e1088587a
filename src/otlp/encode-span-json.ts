import { jsonAttributes, jsonId, jsonInt32, jsonList, jsonText, jsonTime, jsonUint32 } from './json-fields.ts'
import type { Span } from './model.ts'

/** The JSON object of a `Span`. */
export function encodeSpanJson(span: Span): object {
  return {
    traceId: jsonId(span.traceId, 16),
    spanId: jsonId(span.spanId, 8),
    traceState: jsonText(span.traceState),
    parentSpanId: jsonId(span.parentSpanId, 8),
    flags: jsonUint32(span.flags),
    name: jsonText(span.name),
    kind: jsonInt32(span.kind),
    startTimeUnixNano: jsonTime(span.startTimeUnixNano),
    endTimeUnixNano: jsonTime(span.endTimeUnixNano),
    attributes: jsonAttributes(span.attributes),
    droppedAttributesCount: jsonUint32(span.droppedAttributesCount),
    events: jsonList(span.events, (event) => ({
      timeUnixNano: jsonTime(event.timeUnixNano),
      name: jsonText(event.name),
      attributes: jsonAttributes(event.attributes),
      droppedAttributesCount: jsonUint32(event.droppedAttributesCount),
    })),
    droppedEventsCount: jsonUint32(span.droppedEventsCount),
    links: jsonList(span.links, (link) => ({
      traceId: jsonId(link.traceId, 16),
      spanId: jsonId(link.spanId, 8),
      traceState: jsonText(link.traceState),
      attributes: jsonAttributes(link.attributes),
      droppedAttributesCount: jsonUint32(link.droppedAttributesCount),
      flags: jsonUint32(link.flags),
    })),
    droppedLinksCount: jsonUint32(span.droppedLinksCount),
    status: { code: jsonInt32(span.status.code), message: jsonText(span.status.message) },
  }
}
