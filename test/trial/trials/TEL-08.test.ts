import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import { COLLECTOR_RETURNED, OVERFLOW_BEGAN, STEADY_BEGAN } from '../../../src/trial/history/marks/lost-telemetry.ts'
import type { MetricEvent } from '../../../src/trial/history/telemetry-events.ts'
import TEL_08 from '../../../src/trial/trials/TEL-08.ts'
import { judge, makeFacts, makeLifetime, makeRequest, makeSpan, SENDER } from '../samples.ts'

const mark = (name: string, at: number): HistoryEvent => ({ kind: 'mark', at, name, data: {} })
const MARKS = [mark(STEADY_BEGAN, 0), mark(OVERFLOW_BEGAN, 2000), mark(COLLECTOR_RETURNED, 6000)]
const REFUSED: HistoryEvent = {
  kind: 'export',
  at: 3000,
  startedAt: 2900,
  signal: 'traces',
  protocol: 'http/protobuf',
  itemCount: 0,
  byteCount: 0,
  fault: 'status',
}

/** `count` answered requests from `from` on, the first `arrived` of them with a span. */
function asked(from: number, count: number, arrived: number): HistoryEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const id = from + index
    const trace = {
      traceId: id.toString(16).padStart(32, 'a'),
      spanId: id.toString(16).padStart(16, 'b'),
      isSampled: true,
    }
    const at = from + index + 1
    const request = makeRequest({ id, at, startedAt: at - 1, trace })
    if (index >= arrived) return [request]
    return [request, makeSpan({ traceId: trace.traceId, parentSpanId: trace.spanId, endedAt: at })]
  }).flat()
}

const lived = (...events: readonly HistoryEvent[]): Lifetime =>
  makeLifetime([...MARKS, ...events], { voyage: 'lost-telemetry' })
const LOSS = [REFUSED, ...asked(0, 30, 30), ...asked(2000, 500, 400)]
const say = (...events: readonly HistoryEvent[]) => judge(TEL_08, [lived(...LOSS, ...events)])
const line = (at: number, text: string, stream: 'stdout' | 'stderr' = 'stderr'): HistoryEvent => ({
  kind: 'output',
  at,
  stream,
  line: text,
})
const record = (madeAt: number, body: string): HistoryEvent => ({
  kind: 'log',
  at: madeAt + 500,
  madeAt,
  sender: SENDER,
  body,
  severityNumber: 13,
  traceId: '',
  spanId: '',
  attributes: {},
})
const metric = (name: string, value: number, attributes: MetricEvent['attributes'] = {}): MetricEvent => ({
  kind: 'metric',
  at: 6600,
  sender: SENDER,
  name,
  unit: '1',
  type: 'sum',
  isCumulative: true,
  value,
  attributes,
  startedAt: 0,
  madeAt: 6500,
})

test('a loss that nobody tells of fails', () => {
  expect(say(line(3000, '{"level":30,"time":3000,"msg":"request"}'))).toMatchObject({
    outcome: 'FAIL',
    says: '100 of 500 spans were lost while the collector took nothing, and no line, log record or metric says so.',
    evidence: [{ seen: { from: 2000, to: 6000 } }],
  })
})

test.each([
  'Dropped 412 spans because maxQueueSize reached',
  '{"level":40,"msg":"OTLPExporterError: Service Unavailable"}',
  'Failed to export batch code: 503, reason: Service Unavailable',
  'traces export: failed to send to http://127.0.0.1:4318/v1/traces: 503 Service Unavailable',
  'Queue is full, likely spans/logs will be dropped.',
  'SEVERE: Failed to export spans. Server responded with HTTP status code 503.',
  '{"event":"telemetry.lost","signal":"traces","count":412}',
])('the line %j tells', (text) => {
  expect(say(line(3000, text)).says).toContain('and the service says so by stderr')
})

test('a log record and a metric tell, too', () => {
  expect(say(record(7000, '412 spans were dropped')).says).toContain('by a log record')
  expect(say(line(9000, 'spans dropped: 7', 'stdout'), metric('spans.dropped', 3))).toMatchObject({
    outcome: 'PASS',
    says: '100 of 500 spans were lost while the collector took nothing, and the service says so by stdout and the metric spans.dropped',
    notes: ['By stdout: spans dropped: 7', 'By the metric spans.dropped: 3 {}'],
  })
})

test.each<[string, number, MetricEvent['attributes'], string]>([
  ['otel.sdk.processor.span.processed', 7, { 'error.type': 'queue_full' }, 'PASS'],
  ['otel.sdk.processor.span.processed', 7, {}, 'FAIL'],
  ['processedSpans', 7, { dropped: true }, 'PASS'],
  ['processedSpans', 7, { dropped: false }, 'FAIL'],
  ['otlp.exporter.exported', 7, { success: 'false' }, 'PASS'],
  ['seaworthy.telemetry.dropped', 7, {}, 'PASS'],
  ['seaworthy.telemetry.dropped', 0, {}, 'FAIL'],
  ['http.server.active_requests', 7, { 'error.type': 'x' }, 'FAIL'],
])('the metric %s of %d with %j: %s', (name, value, attributes, outcome) => {
  expect(say(metric(name, value, attributes)).outcome).toBe(outcome)
})

test('what was written before, in the same words, is no word on the loss', () => {
  expect(say(line(100, 'exporting to OTLP, try 1'), line(3000, 'exporting to OTLP, try 2')).outcome).toBe('FAIL')
  expect(say(line(1900, 'Dropped 7 spans')).outcome).toBe('FAIL')
})

const told = line(3000, 'Dropped 7 spans')
test.each<[string, readonly HistoryEvent[], string]>([
  ['few requests before', [REFUSED, ...asked(0, 9, 9), ...asked(2000, 500, 400)], 'Only 9 requests'],
  [
    'spans that are missing before',
    [REFUSED, ...asked(0, 30, 26), ...asked(2000, 500, 400)],
    'Only 26 of 30 spans came',
  ],
  ['a service that sends nothing', [...asked(0, 30, 30), ...asked(2000, 500, 400)], 'sent nothing'],
  ['no loss', [REFUSED, ...asked(0, 30, 30), ...asked(2000, 500, 481)], '19 spans were lost'],
])('%s is inconclusive', (_, events, says) => {
  const verdict = judge(TEL_08, [lived(...events, told)])
  expect([verdict.outcome, verdict.says]).toEqual(['INCONCLUSIVE', expect.stringContaining(says)])
})

test('nothing at all is inconclusive, and without traces there is nothing to try', () => {
  expect(judge(TEL_08, []).outcome).toBe('INCONCLUSIVE')
  expect(TEL_08.skipBecause?.(makeFacts({ telemetry: { traces: false, metrics: true, logs: true } }))).toContain(
    'TEL-01',
  )
})
