import { EMPTY_LIST, NO_ATTRIBUTES } from './attribute-bag.ts'
import { decodeAttribute } from './decode-value.ts'
import { EVENT, LINK, SPAN, SPAN_STATUS } from './message-layout.ts'
import { STATUS_CODE, type Span, type SpanEvent, type SpanLink } from './model.ts'
import type { ProtobufReader } from './protobuf-reader.ts'

/** What a span has when its sender set no status. */
export const UNSET_STATUS: Span['status'] = Object.freeze({ code: STATUS_CODE.unset, message: '' })

/** Reads a `Span` up to `end`. */
export function decodeSpan(reader: ProtobufReader, end: number): Span {
  let traceId = ''
  let spanId = ''
  let traceState = ''
  let parentSpanId = ''
  let flags = 0
  let name = ''
  let kind = 0
  let startTimeUnixNano = 0n
  let endTimeUnixNano = 0n
  let attributes = NO_ATTRIBUTES
  let droppedAttributesCount = 0
  let events: SpanEvent[] | undefined
  let droppedEventsCount = 0
  let links: SpanLink[] | undefined
  let droppedLinksCount = 0
  let status = UNSET_STATUS
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
      case 10: // trace_id = 1
        traceId = reader.id(end, 16)
        break
      case 18: // span_id = 2
        spanId = reader.id(end, 8)
        break
      case 26: // trace_state = 3
        traceState = reader.text(end)
        break
      case 34: // parent_span_id = 4
        parentSpanId = reader.id(end, 8)
        break
      case 42: // name = 5
        name = reader.text(end)
        break
      case 48: // kind = 6
        kind = reader.int32()
        break
      case 57: // start_time_unix_nano = 7
        startTimeUnixNano = reader.time()
        break
      case 65: // end_time_unix_nano = 8
        endTimeUnixNano = reader.time()
        break
      case 74: // attributes = 9
        attributes = decodeAttribute(reader, end, attributes)
        break
      case 80: // dropped_attributes_count = 10
        droppedAttributesCount = reader.uint32()
        break
      case 90: // events = 11
        events ??= []
        events.push(decodeEvent(reader, reader.enterItem(end)))
        break
      case 96: // dropped_events_count = 12
        droppedEventsCount = reader.uint32()
        break
      case 106: // links = 13
        links ??= []
        links.push(decodeLink(reader, reader.enterItem(end)))
        break
      case 112: // dropped_links_count = 14
        droppedLinksCount = reader.uint32()
        break
      case 122: // status = 15
        status = decodeStatus(reader, reader.enter(end), status)
        break
      case 133: // flags = 16
        flags = reader.fixed32()
        break
      default:
        reader.skip(tag, end, SPAN)
    }
  }
  reader.leave(end)
  return {
    traceId,
    spanId,
    traceState,
    parentSpanId,
    flags,
    name,
    kind,
    startTimeUnixNano,
    endTimeUnixNano,
    attributes,
    droppedAttributesCount,
    events: events ?? EMPTY_LIST,
    droppedEventsCount,
    links: links ?? EMPTY_LIST,
    droppedLinksCount,
    status,
  }
}

function decodeEvent(reader: ProtobufReader, end: number): SpanEvent {
  let timeUnixNano = 0n
  let name = ''
  let attributes = NO_ATTRIBUTES
  let droppedAttributesCount = 0
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 9) timeUnixNano = reader.time()
    else if (tag === 18) name = reader.text(end)
    else if (tag === 26) attributes = decodeAttribute(reader, end, attributes)
    else if (tag === 32) droppedAttributesCount = reader.uint32()
    else reader.skip(tag, end, EVENT)
  }
  reader.leave(end)
  return { timeUnixNano, name, attributes, droppedAttributesCount }
}

function decodeLink(reader: ProtobufReader, end: number): SpanLink {
  let traceId = ''
  let spanId = ''
  let traceState = ''
  let attributes = NO_ATTRIBUTES
  let droppedAttributesCount = 0
  let flags = 0
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 10) traceId = reader.id(end, 16)
    else if (tag === 18) spanId = reader.id(end, 8)
    else if (tag === 26) traceState = reader.text(end)
    else if (tag === 34) attributes = decodeAttribute(reader, end, attributes)
    else if (tag === 40) droppedAttributesCount = reader.uint32()
    else if (tag === 53) flags = reader.fixed32()
    else reader.skip(tag, end, LINK)
  }
  reader.leave(end)
  return { traceId, spanId, traceState, attributes, droppedAttributesCount, flags }
}

function decodeStatus(reader: ProtobufReader, end: number, before: Span['status']): Span['status'] {
  let { code, message } = before
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 18) message = reader.text(end)
    else if (tag === 24) code = reader.int32()
    else reader.skip(tag, end, SPAN_STATUS)
  }
  reader.leave(end)
  return { code, message }
}
