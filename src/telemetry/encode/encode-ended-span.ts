import { type HrTime, type SpanContext, type SpanStatus, SpanStatusCode, type TraceState } from '@opentelemetry/api'
import { encodeAnyValue } from '../../otlp/encode-value.ts'
import type { AttributeValue } from '../../otlp/model.ts'
import type { ProtobufWriter } from '../../otlp/protobuf-writer.ts'
import type { OpenChunk } from './open-chunk.ts'

/** Attributes as they lie in an event or a link. */
interface Described {
  readonly attributes?: Readonly<Record<string, unknown>>
  readonly droppedAttributesCount?: number
}

interface EndedEvent extends Described {
  readonly name: string
  readonly time: HrTime
}

interface EndedLink extends Described {
  readonly context: SpanContext
}

/** What goes out of a span that has ended. Ids are 32 bits each, the most significant first. */
export interface EndedSpan {
  readonly local: { readonly a: number; readonly b: number; readonly c: number; readonly d: number }
  readonly idHigh: number
  readonly idLow: number
  /** Zeros for no parent. */
  readonly parentHigh: number
  readonly parentLow: number
  readonly isParentRemote: boolean
  readonly name: string
  readonly kind: number
  readonly startSeconds: number
  readonly startNanos: number
  readonly endSeconds: number
  readonly endNanos: number
  readonly list:
    | { readonly isBag: boolean; readonly bag: Readonly<Record<string, unknown>>; readonly entries: readonly unknown[] }
    | undefined
  readonly deferred: { encode(writer: ProtobufWriter): void } | undefined
  readonly droppedAttributesCount: number
  readonly eventsIfAny: readonly EndedEvent[] | undefined
  readonly droppedEventsCount: number
  readonly linksIfAny: readonly EndedLink[] | undefined
  readonly droppedLinksCount: number
  readonly statusIfSet: SpanStatus | undefined
}

/** The context says whether the parent is remote; whether it is. @see opentelemetry/proto/trace/v1/trace.proto, SpanFlags */
const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

const HEX_ID = { 8: /^[\da-f]{16}$/i, 16: /^[\da-f]{32}$/i } as const

/**
 * Puts a span into its chunk. Never throws: an attribute that cannot be encoded is left out and counted in the span, and a
 * span that cannot be encoded at all is counted as dropped.
 */
export function encodeEndedSpan(
  chunk: OpenChunk | undefined,
  span: EndedSpan,
  flags: number,
  traceState: TraceState | undefined,
): void {
  if (chunk === undefined) return
  const writer = chunk.begin()
  try {
    writeSpan(writer, span, flags, traceState)
  } catch {
    chunk.rollback(1)
    return
  }
  chunk.commit()
}

/** Tags: see `decode-span.ts` of `src/otlp`. */
function writeSpan(writer: ProtobufWriter, span: EndedSpan, flags: number, traceState: TraceState | undefined): void {
  const { local } = span
  writer.traceId(10, local.a, local.b, local.c, local.d)
  writer.spanId(18, span.idHigh, span.idLow)
  if (traceState !== undefined) writer.text(26, stateText(traceState))
  const { parentHigh, parentLow } = span
  if ((parentHigh | parentLow) !== 0) writer.spanId(34, parentHigh, parentLow)
  writer.text(42, span.name)
  writer.int32(48, span.kind + 1)
  writer.timeParts(57, span.startSeconds, span.startNanos)
  writer.timeParts(65, span.endSeconds, span.endNanos)
  const dropped = span.droppedAttributesCount + writeSpanAttributes(writer, span)
  writer.uint32(80, dropped)
  const events = span.eventsIfAny
  const lostEvents = events === undefined ? 0 : writeEach(writer, events, writeEvent)
  writer.uint32(96, span.droppedEventsCount + lostEvents)
  const links = span.linksIfAny
  const lostLinks = links === undefined ? 0 : writeEach(writer, links, writeLink)
  writer.uint32(112, span.droppedLinksCount + lostLinks)
  const status = span.statusIfSet
  if (status !== undefined && status.code !== SpanStatusCode.UNSET) writeStatus(writer, status)
  writer.fixed32(133, wireFlags(flags, span.isParentRemote))
}

function writeSpanAttributes(writer: ProtobufWriter, span: EndedSpan): number {
  span.deferred?.encode(writer)
  const { list } = span
  if (list === undefined) return 0
  if (list.isBag) return writeAttributes(writer, 74, list.bag)
  let dropped = 0
  const { entries } = list
  for (let at = 0; at < entries.length; at += 2) {
    if (!writeAttribute(writer, 74, entries[at] as string, entries[at + 1])) dropped++
  }
  return dropped
}

/** @returns how many could not be encoded */
function writeAttributes(writer: ProtobufWriter, tag: number, attributes: Readonly<Record<string, unknown>>): number {
  let dropped = 0
  for (const key of Object.keys(attributes)) {
    const value = attributes[key]
    // Somebody who changes what a span has recorded takes an attribute away like this.
    if (value !== undefined && !writeAttribute(writer, tag, key, value)) dropped++
  }
  return dropped
}

function writeAttribute(writer: ProtobufWriter, tag: number, key: string, value: unknown): boolean {
  if (typeof value === 'string') {
    writer.textPair(tag, key, value)
    return true
  }
  if (typeof value === 'number') {
    writer.numberPair(tag, key, value)
    return true
  }
  if (typeof value === 'boolean') {
    writer.booleanPair(tag, key, value)
    return true
  }
  const start = writer.position
  try {
    const pair = writer.open(tag)
    writer.text(10, key)
    encodeAnyValue(writer, 18, value as AttributeValue)
    writer.close(pair)
    return true
  } catch {
    // What a processor has put there, past the checks of the span.
    writer.rewind(start)
    return false
  }
}

/** @returns how many could not be encoded, for what code without types or a processor has put there */
function writeEach<T>(
  writer: ProtobufWriter,
  list: readonly T[],
  write: (writer: ProtobufWriter, one: T) => void,
): number {
  let lost = 0
  for (const one of list) {
    const start = writer.position
    try {
      write(writer, one)
    } catch {
      writer.rewind(start)
      lost++
    }
  }
  return lost
}

function writeEvent(writer: ProtobufWriter, event: EndedEvent): void {
  const start = writer.openWide(90)
  writer.timeParts(9, event.time[0], event.time[1])
  writer.text(18, event.name)
  const lost = event.attributes === undefined ? 0 : writeAttributes(writer, 26, event.attributes)
  writer.uint32(32, (event.droppedAttributesCount ?? 0) + lost)
  writer.closeWide(start)
}

function writeLink(writer: ProtobufWriter, link: EndedLink): void {
  const { context } = link
  const start = writer.open(106)
  writer.id(10, checkedId(context.traceId, 16), 16)
  writer.id(18, checkedId(context.spanId, 8), 8)
  if (context.traceState !== undefined) writer.text(26, stateText(context.traceState))
  const lost = link.attributes === undefined ? 0 : writeAttributes(writer, 34, link.attributes)
  writer.uint32(40, (link.droppedAttributesCount ?? 0) + lost)
  writer.fixed32(53, wireFlags(context.traceFlags, context.isRemote === true))
  writer.close(start)
}

/** Some code puts something of its own there. */
function stateText(state: TraceState): string {
  try {
    const text: unknown = state.serialize()
    return typeof text === 'string' ? text : ''
  } catch {
    return ''
  }
}

/** Empty for what is no id: then there is nothing to link to, but what is said about it stays. */
function checkedId(id: unknown, byteLength: 8 | 16): string {
  return typeof id === 'string' && HEX_ID[byteLength].test(id) ? id : ''
}

function writeStatus(writer: ProtobufWriter, { code, message }: SpanStatus): void {
  const start = writer.open(122)
  if (typeof message === 'string') writer.text(18, message)
  // The API counts Ok 1 and Error 2, as the protocol does.
  writer.int32(24, code)
  writer.close(start)
}

function wireFlags(flags: unknown, isRemote: boolean): number {
  return (typeof flags === 'number' ? flags & 0xff : 0) | HAS_IS_REMOTE | (isRemote ? IS_REMOTE : 0)
}
