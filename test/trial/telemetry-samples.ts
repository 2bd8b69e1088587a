import type { RequestEvent } from '../../src/trial/history/client-events.ts'
import type { HistoryEvent, MarkEvent } from '../../src/trial/history/event.ts'
import type { DownstreamEvent } from '../../src/trial/history/fault-events.ts'
import type { LifetimeSettings } from '../../src/trial/history/lifetime.ts'
import type { ReadingEvent } from '../../src/trial/history/process-events.ts'
import type { ExportEvent, MetricEvent, SpanEvent } from '../../src/trial/history/telemetry-events.ts'
import { makeRequest, makeSpan, SENDER } from './samples.ts'

/** So many numbers, from 0. */
export function counted<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

export function makeMark(at: number, name: string, data: LifetimeSettings = {}): MarkEvent {
  return { kind: 'mark', at, name, data }
}

/** A trace id that belongs to a number. */
export function traceIdOf(id: number): string {
  return 'a'.repeat(16) + id.toString(16).padStart(16, '0')
}

export function spanIdOf(id: number): string {
  return 'b'.repeat(8) + id.toString(16).padStart(8, '0')
}

/** An answered request that was sent with a trace context of its own. */
export function makeTraced(
  changes: Partial<RequestEvent> & { readonly id: number; readonly at: number },
  isSampled = true,
): RequestEvent {
  return makeRequest({ trace: { traceId: traceIdOf(changes.id), spanId: spanIdOf(changes.id), isSampled }, ...changes })
}

/** The span of the server that continues the trace of a request. */
export function makeSpanOf({ id, at }: Pick<RequestEvent, 'id' | 'at'>, changes: Partial<SpanEvent> = {}): SpanEvent {
  return makeSpan({
    traceId: traceIdOf(id),
    parentSpanId: spanIdOf(id),
    spanId: `c${spanIdOf(id).slice(1)}`,
    endedAt: at,
    ...changes,
  })
}

/** An export of 10 spans that took 5 ms. */
export function makeExport(changes: Partial<ExportEvent> & { readonly at: number }): ExportEvent {
  return {
    kind: 'export',
    signal: 'traces',
    protocol: 'http/protobuf',
    startedAt: changes.at - 5,
    itemCount: 10,
    byteCount: 1000,
    ...changes,
  }
}

/** A point of the histogram of requests. */
export function makeRequestCount(at: number, count: number): MetricEvent {
  return {
    kind: 'metric',
    at,
    sender: SENDER,
    name: 'http.server.request.duration',
    unit: 's',
    type: 'histogram',
    isCumulative: true,
    count,
    sum: count / 100,
    attributes: {},
    startedAt: 0,
    madeAt: at,
  }
}

export function makeReading(at: number, changes: Partial<ReadingEvent> = {}): ReadingEvent {
  return {
    kind: 'reading',
    at,
    rssBytes: 50_000_000,
    cpuMs: 0,
    openFileCount: 20,
    threadCount: 10,
    processCount: 1,
    ...changes,
  }
}

/** A call to a dependency: its beginning, and its answer 50 ms later unless it is `cancelledAt` before. */
export function makeCall(
  changes: Partial<DownstreamEvent> & { readonly at: number; readonly connection: number },
  end: { readonly afterMs?: number; readonly what?: 'answered' | 'cancelled' | 'nothing' } = {},
): HistoryEvent[] {
  const { afterMs = 50, what = 'answered' } = end
  const began: DownstreamEvent = {
    kind: 'downstream',
    dependency: 'stock',
    what: 'began',
    exchange: 0,
    protocol: 'http/1.1',
    method: 'GET',
    path: '/left',
    ...changes,
  }
  return what === 'nothing' ? [began] : [began, { ...began, at: began.at + afterMs, what }]
}

/** A header that continues the trace of a request, from another span. */
export function traceparentOf(id: number): string {
  return `00-${traceIdOf(id)}-${'d'.repeat(16)}-01`
}
