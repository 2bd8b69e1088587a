import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import { BAGGAGE, TRACE_STATE } from '../../../src/trial/history/marks/context.ts'
import { ODD_CONTEXT_SENT } from '../../../src/trial/history/marks/underway.ts'
import { ODD_CONTEXTS } from '../../../src/trial/history/odd-contexts.ts'
import trial from '../../../src/trial/trials/CTX-01.ts'
import { judge, makeFacts, makeLifetime, makeRequest, makeSpan } from '../samples.ts'
import { counted, makeCall, makeMark, makeSpanOf, makeTraced, traceIdOf, traceparentOf } from '../telemetry-samples.ts'

interface Made {
  readonly count?: number
  /** What becomes of the span of a request. */
  readonly spanOf?: (request: { readonly id: number; readonly at: number }) => HistoryEvent[]
  readonly oddStatus?: number
  readonly more?: readonly HistoryEvent[]
}

const SPAN_PATH = { attributes: { 'url.path': '/' } }

/** Requests with a context, eight malformed ones, and probes, which begin traces of their own. */
function live({
  count = 200,
  spanOf = (request) => [makeSpanOf(request, SPAN_PATH)],
  oddStatus = 200,
  more = [],
}: Made = {}) {
  const requests = counted(count, (id) => makeTraced({ id, at: 100 + id * 10 }))
  const events: HistoryEvent[] = [
    ...requests,
    ...requests.flatMap((request) => spanOf(request)),
    ...ODD_CONTEXTS.flatMap(({ name }, index) => [
      makeRequest({ id: 5000 + index, at: 50, load: 'odd-context', status: oddStatus }),
      makeMark(50, ODD_CONTEXT_SENT, { variant: name, request: 5000 + index }),
      makeSpan({ traceId: `e${index}`.padEnd(32, '0'), endedAt: 50, ...SPAN_PATH }),
    ]),
    ...counted(50, (index) =>
      makeSpan({ traceId: `f${index}`.padEnd(32, '1'), endedAt: 60, attributes: { 'url.path': '/readyz' } }),
    ),
    ...more,
  ]
  return makeLifetime(events, { voyage: 'underway' })
}

function downstream(headers: { readonly tracestate?: string; readonly baggage?: string }) {
  const events = [
    makeTraced({ id: 1, at: 100 }),
    ...makeCall({ at: 95, connection: 0, traceparent: traceparentOf(1), ...headers }),
  ]
  return makeLifetime(events, { voyage: 'context', id: 1 })
}

const KEPT = { tracestate: `mine=1,${TRACE_STATE}`, baggage: BAGGAGE }

test('every span continues the trace of its request, and malformed contexts do no harm: a pass', () => {
  expect(judge(trial, [live(), downstream(KEPT)])).toMatchObject({
    outcome: 'PASS',
    says: 'All 200 spans of the server continue the trace of their request; 8 malformed contexts did no harm',
    notes: [],
  })
})

test('199 spans are too few', () => {
  expect(judge(trial, [live({ count: 199 })]).outcome).toBe('INCONCLUSIVE')
})

test('one span with another parent fails it, with the id of its request', () => {
  const spanOf: Made['spanOf'] = (request) => [
    makeSpanOf(request, { ...SPAN_PATH, ...(request.id === 7 && { parentSpanId: '1'.repeat(16) }) }),
  ]
  expect(judge(trial, [live({ count: 300, spanOf })])).toMatchObject({
    outcome: 'FAIL',
    evidence: [{ says: expect.stringContaining('parent of that of request 7'), seen: { requests: [7] } }],
  })
})

test('a second span of the server below ours, as frameworks make it, is no other parent', () => {
  const spanOf: Made['spanOf'] = (request) => [
    makeSpanOf(request, SPAN_PATH),
    makeSpanOf(request, { ...SPAN_PATH, spanId: '2'.repeat(16), parentSpanId: '3'.repeat(16) }),
  ]
  expect(judge(trial, [live({ spanOf })]).outcome).toBe('PASS')
})

test('traces of its own instead of ours fail it', () => {
  const spanOf: Made['spanOf'] = ({ id, at }) => [
    makeSpan({ traceId: `d${id}`.padEnd(32, '0'), endedAt: at, ...SPAN_PATH }),
  ]
  expect(judge(trial, [live({ spanOf })])).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('200 requests that carried a trace context got a new trace'),
  })
  const some: Made['spanOf'] = (request) => (request.id === 5 ? spanOf(request) : [makeSpanOf(request, SPAN_PATH)])
  expect(judge(trial, [live({ count: 300, spanOf: some })])).toMatchObject({
    outcome: 'FAIL',
    evidence: [{ seen: { requests: [5] } }],
  })
})

test('spans that never arrived are a note, and no other trace', () => {
  const spanOf: Made['spanOf'] = (request) => (request.id < 3 ? [] : [makeSpanOf(request, SPAN_PATH)])
  const verdict = judge(trial, [live({ count: 300, spanOf })])
  expect(verdict).toMatchObject({
    outcome: 'PASS',
    notes: expect.arrayContaining([expect.stringContaining('3 requests have no span')]),
  })
})

test('spans of probes without a path are not taken for those of requests', () => {
  const probe = { kind: 'probe', probe: 'ready', path: '/readyz', port: 8080, status: 200, isSuccess: true } as const
  const more = counted(40, (index) => [
    { ...probe, at: 70 + index, startedAt: 69 + index },
    makeSpan({ traceId: `c${index}`.padEnd(32, '2'), endedAt: 70 + index }),
  ]).flat()
  const spanOf: Made['spanOf'] = (request) => (request.id === 0 ? [] : [makeSpanOf(request)])
  expect(judge(trial, [live({ count: 300, spanOf, more })]).outcome).toBe('PASS')
})

test('an error for a malformed context fails it, and so does continuing it', () => {
  expect(judge(trial, [live({ oddStatus: 500 })])).toMatchObject({
    outcome: 'FAIL',
    says: `A request with a malformed trace context (${ODD_CONTEXTS[0]?.name}) was answered with 500`,
  })
  const odd = ODD_CONTEXTS[2]
  const more = [makeSpan({ traceId: odd?.traceId ?? '', endedAt: 50, ...SPAN_PATH })]
  expect(judge(trial, [live({ more })])).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('was continued'),
  })
})

test.each(['tracestate', 'baggage'] as const)('%s that is lost on the way to a dependency fails it', (header) => {
  const { [header]: _, ...rest } = KEPT
  expect(judge(trial, [live(), downstream(rest)])).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining(`not our ${header}`),
  })
})

test('nothing tells nothing, and without traces it is skipped', () => {
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [makeLifetime([], { voyage: 'underway' })]).outcome).toBe('INCONCLUSIVE')
  expect(trial.skipBecause?.(makeFacts({ telemetry: { traces: false, metrics: false, logs: false } }))).toContain(
    'TEL-01',
  )
  expect(traceIdOf(1)).toHaveLength(32)
})
