import { UNSET_STATUS } from './decode-span.ts'
import { decodeAttributesJson } from './decode-value-json.ts'
import type { JsonObject, JsonReader } from './json-reader.ts'
import type { Span, SpanEvent, SpanLink } from './model.ts'

/** Reads a `Span` from its JSON object. */
export function decodeSpanJson(reader: JsonReader, span: JsonObject): Span {
  return {
    traceId: reader.id(span, 'traceId', 16),
    spanId: reader.id(span, 'spanId', 8),
    traceState: reader.text(span, 'traceState'),
    parentSpanId: reader.id(span, 'parentSpanId', 8),
    flags: reader.uint32(span, 'flags'),
    name: reader.text(span, 'name'),
    kind: reader.enum(span, 'kind'),
    startTimeUnixNano: reader.time(span, 'startTimeUnixNano'),
    endTimeUnixNano: reader.time(span, 'endTimeUnixNano'),
    attributes: decodeAttributesJson(reader, span, 'attributes'),
    droppedAttributesCount: reader.uint32(span, 'droppedAttributesCount'),
    events: reader.items(span, 'events', decodeEventJson),
    droppedEventsCount: reader.uint32(span, 'droppedEventsCount'),
    links: reader.items(span, 'links', decodeLinkJson),
    droppedLinksCount: reader.uint32(span, 'droppedLinksCount'),
    status: reader.object(span, 'status', decodeStatusJson, UNSET_STATUS),
  }
}

function decodeEventJson(reader: JsonReader, event: JsonObject): SpanEvent {
  return {
    timeUnixNano: reader.time(event, 'timeUnixNano'),
    name: reader.text(event, 'name'),
    attributes: decodeAttributesJson(reader, event, 'attributes'),
    droppedAttributesCount: reader.uint32(event, 'droppedAttributesCount'),
  }
}

function decodeLinkJson(reader: JsonReader, link: JsonObject): SpanLink {
  return {
    traceId: reader.id(link, 'traceId', 16),
    spanId: reader.id(link, 'spanId', 8),
    traceState: reader.text(link, 'traceState'),
    attributes: decodeAttributesJson(reader, link, 'attributes'),
    droppedAttributesCount: reader.uint32(link, 'droppedAttributesCount'),
    flags: reader.uint32(link, 'flags'),
  }
}

function decodeStatusJson(reader: JsonReader, status: JsonObject): Span['status'] {
  return { code: reader.enum(status, 'code'), message: reader.text(status, 'message') }
}
