import { kindName, type SpanKindName, type SpanStatusName, statusName } from '../span-words.ts'
import type { StoredSpan } from '../stored-item.ts'

/** One span in its place in the tree. */
export interface TraceRow {
  readonly span: StoredSpan
  readonly service: string
  readonly name: string
  readonly kind: SpanKindName
  readonly status: SpanStatusName
  /** How far the row is indented: 0 for the top of the tree. */
  readonly depth: number
  /** Whether no other span of the same parent follows. */
  readonly isLastChild: boolean
  /**
   * For a row at the top: `none` when it is a root, `remote` when its parent was made by another process and has not
   * arrived, `lost` when its parent should have come from the same service. Else `present`.
   */
  readonly parent: 'none' | 'remote' | 'lost' | 'present'
  /** Start, in milliseconds after the earliest span of the trace. */
  readonly offsetMs: number
  /** Never negative, also when the clocks of the sender say so. */
  readonly durationMs: number
}

/** The spans of one trace, ordered for reading. */
export interface TraceTree {
  readonly traceId: string
  /** In order of first appearance in the rows. */
  readonly services: readonly string[]
  readonly startTimeUnixNano: bigint
  /** From the start of the earliest to the end of the latest span. */
  readonly durationMs: number
  readonly errorCount: number
  /** Spans that were delivered more than once and are shown once. */
  readonly duplicateCount: number
  /** Depth first; children by start. Every span is in it exactly once, whatever its parent is. */
  readonly rows: readonly TraceRow[]
}

/** `Span.flags`: the sender knows whether the parent is remote, and it is. */
const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

/**
 * Puts the spans of one trace into a tree. Spans whose parent has not arrived stand at the top beside the roots, and so
 * does the earliest span of a circle of parents, so that no span is ever left out.
 */
export function buildTraceTree(received: readonly StoredSpan[]): TraceTree {
  const byId = new Map<string, StoredSpan>()
  for (const span of received) if (!byId.has(span.spanId)) byId.set(span.spanId, span)
  const spans = [...byId.values()].sort(byStart)
  const children = groupByParent(spans, byId)

  const startTimeUnixNano = spans[0]?.startTimeUnixNano ?? 0n
  let end = startTimeUnixNano
  for (const span of spans) if (span.endTimeUnixNano > end) end = span.endTimeUnixNano

  const rows: TraceRow[] = []
  const placed = new Set<StoredSpan>()
  const placeUnder = (top: StoredSpan): void => {
    // A stack instead of recursion: a trace may be a chain of many thousand spans.
    const stack = [{ span: top, depth: 0, isLastChild: true }]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const { span, depth, isLastChild } = next
      placed.add(span)
      rows.push(toRow(span, depth, isLastChild, startTimeUnixNano, byId))
      const own = (children.get(span.spanId) ?? []).filter((child) => !placed.has(child))
      for (let index = own.length - 1; index >= 0; index--) {
        stack.push({ span: own[index] as StoredSpan, depth: depth + 1, isLastChild: index === own.length - 1 })
      }
    }
  }
  for (const span of spans) if (!hasParentIn(span, byId)) placeUnder(span)
  for (const span of spans) if (!placed.has(span)) placeUnder(span)

  return {
    traceId: spans[0]?.traceId ?? '',
    services: [...new Set(rows.map((row) => row.service))],
    startTimeUnixNano,
    durationMs: toMs(end - startTimeUnixNano),
    errorCount: rows.filter((row) => row.status === 'error').length,
    duplicateCount: received.length - spans.length,
    rows,
  }
}

function groupByParent(spans: readonly StoredSpan[], byId: ReadonlyMap<string, StoredSpan>): Map<string, StoredSpan[]> {
  const children = new Map<string, StoredSpan[]>()
  for (const span of spans) {
    if (!hasParentIn(span, byId)) continue
    const siblings = children.get(span.parentSpanId)
    if (siblings === undefined) children.set(span.parentSpanId, [span])
    else siblings.push(span)
  }
  return children
}

function toRow(
  span: StoredSpan,
  depth: number,
  isLastChild: boolean,
  startTimeUnixNano: bigint,
  byId: ReadonlyMap<string, StoredSpan>,
): TraceRow {
  return {
    span,
    service: span.service,
    name: span.name,
    kind: kindName(span.kind),
    status: statusName(span.status.code),
    depth,
    isLastChild,
    parent: parentState(span, byId),
    offsetMs: toMs(span.startTimeUnixNano - startTimeUnixNano),
    durationMs: toMs(span.endTimeUnixNano - span.startTimeUnixNano),
  }
}

function parentState(span: StoredSpan, byId: ReadonlyMap<string, StoredSpan>): TraceRow['parent'] {
  if (span.parentSpanId === '') return 'none'
  if (byId.has(span.parentSpanId)) return 'present'
  const remote = HAS_IS_REMOTE | IS_REMOTE
  return (span.flags & remote) === remote ? 'remote' : 'lost'
}

function hasParentIn(span: StoredSpan, byId: ReadonlyMap<string, StoredSpan>): boolean {
  return span.parentSpanId !== '' && byId.has(span.parentSpanId)
}

function byStart(a: StoredSpan, b: StoredSpan): number {
  return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : a.startTimeUnixNano > b.startTimeUnixNano ? 1 : 0
}

function toMs(nanoseconds: bigint): number {
  return nanoseconds > 0n ? Number(nanoseconds) / 1e6 : 0
}
