import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import trial from '../../../src/trial/trials/STOP-11.ts'
import { judge, makeFacts, makeRequest, makeSpan } from '../samples.ts'
import { EXITED_AT, makeStop, SIGNALLED_AT, spanOf, type StopChanges, tracedRequests } from '../stop-samples.ts'

const REQUESTS = tracedRequests(20)

function judgeStop(spans: readonly HistoryEvent[], changes: StopChanges = {}, facts = makeFacts()) {
  const stop = makeStop({ inFlight: 0, idle: 0, fresh: 0, requests: REQUESTS, events: spans, ...changes })
  return judge(trial, [stop], facts)
}

const ALL = REQUESTS.map((request) => spanOf(request))

test('a span for each answered request passes', () => {
  const verdict = judgeStop(ALL)
  expect(verdict).toMatchObject({ outcome: 'PASS', notes: [] })
  expect(verdict.figures).toEqual([
    { name: 'answeredCount', value: 20 },
    { name: 'missingCount', value: 0 },
    { name: 'duplicateCount', value: 0 },
    { name: 'wrongParentCount', value: 0 },
    { name: 'answeredInLastMoment', value: 20 },
  ])
})

test('a span that is missing fails, with where it was seen from the signal', () => {
  const early = tracedRequests(21, { everyMs: 100 })
  const stop = makeStop({
    inFlight: 0,
    idle: 0,
    fresh: 0,
    requests: early,
    events: early.slice(3, 20).map((each) => spanOf(each)),
  })
  const verdict = judge(trial, [stop])
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toBe('Of 21 answered requests, 4 have no span of the server')
  expect(verdict.evidence).toMatchObject([
    {
      says: 'cycle 1: 4 of 21 answered requests have no span of the server (3 answered before SIGTERM, 1 after); the first, request 0, was answered 600 ms before SIGTERM',
      seen: { requests: [0, 1, 2, 20] },
    },
  ])
})

test('not one span while the service is known to send some fails', () => {
  expect(judgeStop([])).toMatchObject({ outcome: 'FAIL' })
})

test('a span that arrives twice, and one below another parent, fail', () => {
  const [first, second, ...rest] = REQUESTS
  if (first === undefined || second === undefined) throw new Error('no requests')
  const spans = [
    spanOf(first),
    spanOf(first),
    spanOf(second, { parentSpanId: 'other' }),
    ...rest.map((each) => spanOf(each)),
  ]
  const verdict = judgeStop(spans)
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toBe('Of 20 answered requests, 1 have more than one, 1 have one below another parent than ours')
})

test('a span of the server deeper in the trace, and one of another kind, are no duplicates', () => {
  const [first] = REQUESTS
  if (first === undefined) throw new Error('no requests')
  const deeper = spanOf(first, { parentSpanId: 'deeper', spanId: 'x' })
  expect(judgeStop([...ALL, deeper, { ...spanOf(first), spanKind: 'internal' }]).outcome).toBe('PASS')
})

test('requests that got no answer or were not sampled need no span', () => {
  const trace = { traceId: 'f'.repeat(32), spanId: 'f'.repeat(16), isSampled: true }
  const cut = makeRequest({ id: 90, at: 2500, outcome: 'truncated', trace })
  const unsampled = makeRequest({ id: 91, at: 2500, trace: { ...trace, isSampled: false } })
  expect(judgeStop(ALL, { requests: [...REQUESTS, cut, unsampled] }).outcome).toBe('PASS')
})

test('it takes 20 requests answered in the last 2 s before the end', () => {
  const fewer = tracedRequests(19)
  const spans = fewer.map((request) => spanOf(request))
  expect(judgeStop(spans, { requests: fewer }).outcome).toBe('INCONCLUSIVE')
  expect(judgeStop(spans, { requests: fewer }).says).toContain('19 requests were answered in the last 2000 ms')
  const at = (until: number) => {
    const requests = tracedRequests(20, { everyMs: 0, until })
    return judgeStop(
      requests.map((request) => spanOf(request)),
      { requests },
    ).outcome
  }
  expect(at(EXITED_AT - 2000)).toBe('PASS')
  expect(at(EXITED_AT - 2001)).toBe('INCONCLUSIVE')
})

test('a service that sleeps behind a closed door passes once its timer has sent all, and not before', () => {
  const lastAt = EXITED_AT - 100
  const after = (silentMs: number) => judgeStop(ALL, { exit: { at: lastAt + silentMs } })
  expect(after(4499).outcome).toBe('INCONCLUSIVE')
  expect(after(4500)).toMatchObject({
    outcome: 'PASS',
    notes: [expect.stringContaining('cycle 1: the last answer came 4.5 s before the end')],
  })
  const fewer = tracedRequests(19)
  const spans = fewer.map((request) => spanOf(request))
  expect(judgeStop(spans, { requests: fewer, exit: { at: lastAt + 4500 } }).outcome).toBe('INCONCLUSIVE')
})

test('what is missing fails also where few requests were late', () => {
  expect(judgeStop(ALL.slice(1), { exit: { at: EXITED_AT + 9000 } }).outcome).toBe('FAIL')
})

test('a service that does not continue traces can not be counted', () => {
  const own = makeSpan({ traceId: 'e'.repeat(32), endedAt: 2500 })
  expect(judgeStop([own])).toMatchObject({ outcome: 'INCONCLUSIVE' })
  expect(judgeStop([own]).says).toContain('CTX-01')
})

test('a service that never sends spans has nothing to try', () => {
  const facts = makeFacts({ telemetry: { traces: false, metrics: false, logs: false } })
  expect(judgeStop([], {}, facts).outcome).toBe('SKIP')
  // The survey may have been too short for what is sent every few seconds.
  expect(judgeStop(ALL.slice(1), {}, facts).outcome).toBe('FAIL')
})

test('spans that we dropped ourselves, a kill, an orphan or no stop: nothing can be said', () => {
  const killed = { kind: 'signal', signal: 'SIGKILL', why: 'cleanup', at: 3500 } as const
  const left = { kind: 'left-behind', at: 5000, pid: 43, command: 'node', ports: [8080] } as const
  expect(judgeStop(ALL.slice(1), { droppedEvents: { span: 3 } }).outcome).toBe('INCONCLUSIVE')
  expect(judgeStop([...ALL.slice(1), killed]).says).toContain('STOP-06')
  expect(judgeStop([...ALL.slice(1), left]).says).toContain('STOP-07')
  expect(judgeStop(ALL, { signal: false }).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
})

test('spans that the shutdown itself began are told of', () => {
  const own = makeSpan({ traceId: 'd'.repeat(32), endedAt: SIGNALLED_AT + 400, spanKind: 'internal' })
  expect(judgeStop([...ALL, own]).notes[0]).toContain('1 internal spans')
})
