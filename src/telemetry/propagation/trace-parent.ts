import type { SpanContext, TraceState } from '@opentelemetry/api'
import { trimOws } from './field-text.ts'
import { hexValue, isHex, isHexId } from './hex-text.ts'
import { W3cTraceState } from './trace-state.ts'

/** `00-<trace id, 32>-<span id, 16>-<flags, 2>` */
const LENGTH = 55
const TRACE_ID_START = 3
const TRACE_ID_END = 35
const SPAN_ID_START = 36
const SPAN_ID_END = 52
const FLAGS_START = 53
const DASH = 0x2d
const ZERO = 0x30
const F = 0x66

const SAMPLED = 0x01
/** The trace id's last 56 bits are random. */
const RANDOM = 0x02
const KNOWN_FLAGS = SAMPLED | RANDOM
/** The end of a header by its flags. Bits without a meaning are sent as 0, as the specification asks. */
const FLAG_ENDS = ['-00', '-01', '-02', '-03'] as const

/** The span on the other side of the wire that what happens here belongs to. */
export class RemoteParent implements SpanContext {
  readonly traceId: string
  readonly spanId: string
  readonly traceFlags: number
  readonly isRemote = true
  // As the interface has it: a field that is always there keeps all of these objects of one shape.
  readonly traceState?: TraceState

  constructor(traceId: string, spanId: string, traceFlags: number, traceState?: TraceState) {
    this.traceId = traceId
    this.spanId = spanId
    this.traceFlags = traceFlags
    this.traceState = traceState as TraceState
  }
}

/**
 * Reads a `traceparent` header of any version, and with it the `tracestate` that came along. Of a version that is not
 * known only what the specification promises is used: the ids and the sampled flag.
 *
 * @param header one header; two of them, joined by a comma, are invalid
 * @param traceState the `tracestate` headers, joined by commas. It is not looked into before somebody asks.
 * @returns `undefined` when the header is invalid, and then its `tracestate` means nothing either
 * @see https://www.w3.org/TR/trace-context-2/#traceparent-header
 */
export function readTraceParent(header: string, traceState?: string): RemoteParent | undefined {
  if (header.length === LENGTH && header.charCodeAt(0) === ZERO && header.charCodeAt(1) === ZERO) {
    if (!hasFields(header)) return undefined
    return createParent(header, KNOWN_FLAGS, traceState)
  }
  return readUnusual(trimOws(header), traceState)
}

/** Writes a `traceparent` header of version 00. */
export function writeTraceParent(traceId: string, spanId: string, traceFlags: number): string {
  return `00-${traceId}-${spanId}${FLAG_ENDS[traceFlags & KNOWN_FLAGS] ?? ''}`
}

/** Versions to come, and white space around what is otherwise usual. */
function readUnusual(header: string, traceState: string | undefined): RemoteParent | undefined {
  if (!isHex(header, 0, 2) || !hasFields(header)) return undefined
  const first = header.charCodeAt(0)
  const second = header.charCodeAt(1)
  if (first === F && second === F) return undefined
  if (first === ZERO && second === ZERO) {
    return header.length === LENGTH ? createParent(header, KNOWN_FLAGS, traceState) : undefined
  }
  if (header.length > LENGTH && header.charCodeAt(LENGTH) !== DASH) return undefined
  return createParent(header, SAMPLED, traceState)
}

function hasFields(header: string): boolean {
  return (
    header.charCodeAt(TRACE_ID_START - 1) === DASH &&
    header.charCodeAt(TRACE_ID_END) === DASH &&
    header.charCodeAt(SPAN_ID_END) === DASH &&
    isHexId(header, TRACE_ID_START, TRACE_ID_END) &&
    isHexId(header, SPAN_ID_START, SPAN_ID_END) &&
    isHex(header, FLAGS_START, LENGTH)
  )
}

function createParent(header: string, flagsMask: number, traceState: string | undefined): RemoteParent {
  return new RemoteParent(
    header.slice(TRACE_ID_START, TRACE_ID_END),
    header.slice(SPAN_ID_START, SPAN_ID_END),
    hexValue(header.charCodeAt(LENGTH - 1)) & flagsMask,
    traceState === undefined || traceState === '' ? undefined : new W3cTraceState(traceState),
  )
}
