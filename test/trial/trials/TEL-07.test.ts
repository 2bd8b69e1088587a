import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import {
  DISTINCT_BEGAN,
  DISTINCT_ENDED,
  ID_LOAD,
  PATH_LOAD,
  QUERY_LOAD,
} from '../../../src/trial/history/marks/distinct-ids.ts'
import type { MetricEvent, SpanEvent } from '../../../src/trial/history/telemetry-events.ts'
import TEL_07 from '../../../src/trial/trials/TEL-07.ts'
import { judge, makeFacts, makeLifetime, makeRequest, makeSpan, SENDER } from '../samples.ts'

interface Kind {
  readonly load: string
  readonly asked: string
  readonly status?: number
  readonly span?: (index: number) => Partial<SpanEvent> | undefined
}

const named = { name: 'GET /orders/{id}', attributes: { 'http.route': '/orders/{id}' } }
const QUERY: Kind = { load: QUERY_LOAD, asked: 'GET /' }
const PATH: Kind = { load: PATH_LOAD, asked: 'paths that nobody has', status: 404, span: () => ({ name: 'GET' }) }
const ID: Kind = { load: ID_LOAD, asked: 'GET /orders/{id}', span: () => named }

function events({ load, asked, status = 200, span = () => ({}) }: Kind, from: number, count: number): HistoryEvent[] {
  const mark: HistoryEvent = { kind: 'mark', at: from, name: DISTINCT_BEGAN, data: { load, asked } }
  const pairs = Array.from({ length: count }, (_, index) => {
    const id = from + index
    const trace = {
      traceId: id.toString(16).padStart(32, 'a'),
      spanId: id.toString(16).padStart(16, 'b'),
      isSampled: true,
    }
    const changes = span(index)
    return [
      makeRequest({ id, at: from + index + 1, load, status, trace }),
      ...(changes === undefined
        ? []
        : [makeSpan({ traceId: trace.traceId, parentSpanId: trace.spanId, endedAt: from + index + 1, ...changes })]),
    ]
  })
  return [mark, ...pairs.flat()]
}

const point = (
  madeAt: number,
  attributes: MetricEvent['attributes'],
  name = 'http.server.request.duration',
): MetricEvent => ({
  kind: 'metric',
  at: madeAt + 10,
  sender: SENDER,
  name,
  unit: 's',
  type: 'histogram',
  isCumulative: true,
  count: 1,
  attributes,
  startedAt: 0,
  madeAt,
})
const AFTER = point(5000, { 'http.response.status_code': 200 })

function lived(kinds: readonly Kind[], others: readonly HistoryEvent[] = [AFTER], count = 40): Lifetime {
  const all = kinds.flatMap((kind, index) => events(kind, 1000 * (index + 1), count))
  return makeLifetime([...all, { kind: 'mark', at: 4500, name: DISTINCT_ENDED, data: {} }, ...others], {
    voyage: 'distinct-ids',
  })
}

test('few names, few sets and a route pass', () => {
  expect(judge(TEL_07, [lived([QUERY, ID, PATH])])).toMatchObject({
    outcome: 'PASS',
    says: '120 spans of distinct requests have 1 names at most, and no metric got more than 1 sets of attributes',
    notes: [],
  })
})

test('three names of one kind pass, and four fail with some of them', () => {
  const manyNames = (count: number): Kind => ({ ...PATH, span: (index: number) => ({ name: `GET /${index % count}` }) })
  expect(judge(TEL_07, [lived([QUERY, ID, manyNames(3)])]).outcome).toBe('PASS')
  expect(judge(TEL_07, [lived([QUERY, ID, manyNames(4)])])).toMatchObject({
    outcome: 'FAIL',
    says: '40 requests for paths that nobody has became 4 names of spans.',
    evidence: [{ lines: ['GET /0', 'GET /1', 'GET /2'], seen: { from: 3000, to: 4500 } }],
  })
})

test('a route that holds the path is none', () => {
  const span = (index: number): Partial<SpanEvent> => ({ attributes: { 'http.route': `/orders/${index}` } })
  expect(judge(TEL_07, [lived([{ ...ID, span }])]).says).toBe(
    '40 requests for GET /orders/{id} have 40 values of http.route.',
  )
})

test('a route with an id that is not named fails, where it succeeds', () => {
  const bare = { ...ID, span: () => ({ name: 'GET' }) }
  expect(judge(TEL_07, [lived([bare])]).says).toBe('40 of 40 spans of GET /orders/{id} have no http.route.')
  expect(judge(TEL_07, [lived([{ ...bare, status: 404 }])]).outcome).toBe('PASS')
  const twoBare = { ...ID, span: (index: number) => (index < 2 ? { name: 'GET' } : named) }
  expect(judge(TEL_07, [lived([twoBare])]).outcome).toBe('PASS')
})

test('without a route with an id nobody asks for http.route, and a note says so', () => {
  expect(judge(TEL_07, [lived([QUERY, PATH])])).toMatchObject({
    outcome: 'PASS',
    notes: [expect.stringContaining('--url /orders/7')],
  })
})

test('fifty new sets of attributes pass, and one more fails with what tells them apart', () => {
  const points = (count: number): MetricEvent[] =>
    Array.from({ length: count }, (_, index) => point(5000, { 'url.path': `/${index}`, method: 'GET' }))
  expect(judge(TEL_07, [lived([QUERY, ID, PATH], points(50))]).outcome).toBe('PASS')
  expect(judge(TEL_07, [lived([QUERY, ID, PATH], points(51))])).toMatchObject({
    outcome: 'FAIL',
    says: 'The metric http.server.request.duration got 51 new sets of attributes; url.path alone has 51 values.',
    evidence: [{ lines: ['/0', '/1', '/2'] }],
  })
})

test('sets that were there before are no new ones', () => {
  const cores = (madeAt: number): MetricEvent[] =>
    Array.from({ length: 90 }, (_, cpu) => point(madeAt, { cpu }, 'system.cpu.time'))
  expect(judge(TEL_07, [lived([QUERY, ID, PATH], [...cores(900), ...cores(5000)])]).outcome).toBe('PASS')
})

test('without metrics the spans are judged, and a note says so', () => {
  expect(judge(TEL_07, [lived([QUERY, ID, PATH], [point(4000, {})])])).toMatchObject({
    outcome: 'PASS',
    notes: ['No metric was made after the requests: only spans were judged.'],
  })
})

test('without spans of any kind of request nobody can tell', () => {
  const none = [QUERY, ID, PATH].map((kind) => ({ ...kind, span: () => undefined }))
  const verdict = judge(TEL_07, [lived(none)])
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(judge(TEL_07, [lived([QUERY], [AFTER], 19)]).says).toBe(
    'At most 19 spans of one kind of request arrived; it takes 20',
  )
  expect(judge(TEL_07, [lived([QUERY], [AFTER], 20)]).outcome).toBe('PASS')
  expect(judge(TEL_07, []).says).toBe('No request of those that differ was answered')
})

test('a kind without spans is left out, such as what ends before anything is measured', () => {
  expect(judge(TEL_07, [lived([QUERY, { ...PATH, span: () => undefined }])]).outcome).toBe('PASS')
})

test('of a service without traces there is nothing to try', () => {
  expect(TEL_07.skipBecause?.(makeFacts({ telemetry: { traces: false, metrics: true, logs: false } }))).toContain(
    'TEL-01',
  )
  expect(TEL_07.skipBecause?.(makeFacts())).toBeUndefined()
})
