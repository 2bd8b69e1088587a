import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import trial from '../../../src/trial/trials/STOP-12.ts'
import { judge, makeFacts, SENDER } from '../samples.ts'
import { EXITED_AT, makeHistogram, makeReadiness, makeStop, type StopChanges, tracedRequests } from '../stop-samples.ts'

const REQUESTS = tracedRequests(20)

function judgeStop(events: readonly HistoryEvent[], changes: StopChanges = {}, facts = makeFacts()) {
  return judge(trial, [makeStop({ inFlight: 0, idle: 0, fresh: 0, requests: REQUESTS, events, ...changes })], facts)
}

test('a histogram that counted all answered requests passes', () => {
  const verdict = judgeStop([makeHistogram({ count: 20 })])
  expect(verdict).toMatchObject({ outcome: 'PASS', notes: [] })
  expect(verdict.says).toBe('http.server.request.duration (cumulative) has counted all 20 answered requests')
})

test('one request less fails', () => {
  const verdict = judgeStop([makeHistogram({ count: 19 })])
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('counted 19 of 20 answered requests; its last point was made 1490 ms after SIGTERM')
})

test('of cumulative points only the last of each series counts, and a series that begins anew is another', () => {
  const points = [
    makeHistogram({ count: 8, madeAt: 2500 }),
    makeHistogram({ count: 10 }),
    makeHistogram({ count: 6, attributes: { 'http.request.method': 'POST' } }),
    makeHistogram({ count: 4, sender: { ...SENDER, instance: 'two' } }),
  ]
  expect(judgeStop(points).outcome).toBe('PASS')
  expect(judgeStop(points.slice(0, 3)).outcome).toBe('FAIL')
  const anew = makeHistogram({ count: 4, startedAt: 1000 })
  expect(judgeStop([...points.slice(0, 3), anew]).outcome).toBe('PASS')
})

test('deltas are added up', () => {
  const delta = (count: number, madeAt: number) =>
    makeHistogram({ count, madeAt, startedAt: madeAt - 500, isCumulative: false })
  expect(judgeStop([delta(12, 2500), delta(8, 3490)]).outcome).toBe('PASS')
  expect(judgeStop([delta(12, 2500), delta(8, 3490)]).says).toContain('(delta)')
  expect(judgeStop([delta(12, 2500), delta(7, 3490)]).outcome).toBe('FAIL')
})

test('the histogram of older SDKs counts, too', () => {
  const old = makeHistogram({ count: 20, name: 'http.server.duration' })
  expect(judgeStop([old]).says).toContain('http.server.duration (cumulative)')
})

test('probes may be counted, and hide what is lost unless the series tells them apart', () => {
  const probe = makeReadiness(1000, 200)
  const mixed = judgeStop([probe, makeHistogram({ count: 21 })])
  expect(mixed.outcome).toBe('PASS')
  expect(mixed.notes[0]).toContain('up to 1 lost requests would not be seen')
  const apart = [probe, makeHistogram({ count: 1, attributes: { 'http.route': '/readyz' } })]
  expect(judgeStop([...apart, makeHistogram({ count: 20 })])).toMatchObject({ outcome: 'PASS', notes: [] })
  expect(judgeStop([...apart, makeHistogram({ count: 19 })]).outcome).toBe('FAIL')
})

test('a last point from before the last request fails whatever it counts', () => {
  // The last one was sent at 3390, and clocks may differ by 20 ms.
  expect(judgeStop([makeHistogram({ count: 20, madeAt: 3370 })]).outcome).toBe('PASS')
  const verdict = judgeStop([makeHistogram({ count: 20, madeAt: 3369 })])
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('was made 21 ms before the last request that was answered was sent')
})

test('not one metric while the service is known to send some fails', () => {
  expect(judgeStop([])).toMatchObject({ outcome: 'FAIL' })
  expect(judgeStop([]).says).toContain('not one metric arrived')
})

test('other metrics, and none at all, leave nothing to judge', () => {
  const other = makeHistogram({ count: 3, name: 'db.client.operation.duration' })
  expect(judgeStop([other]).outcome).toBe('INCONCLUSIVE')
  const facts = makeFacts({ telemetry: { traces: false, metrics: false, logs: false } })
  expect(judgeStop([], {}, facts).outcome).toBe('SKIP')
})

test('it takes 20 requests answered in the last 2 s before the end', () => {
  const verdict = judgeStop([makeHistogram({ count: 19 })], { requests: tracedRequests(19) })
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(verdict.says).toContain('19 requests were answered')
  expect(judgeStop([makeHistogram({ count: 20 })], { exit: { at: EXITED_AT + 2000 } }).outcome).toBe('INCONCLUSIVE')
})

test('of a service that was silent before its end, the last point has to be made in the last 2 s before it', () => {
  const silent = (madeBeforeMs: number, requests = REQUESTS) => {
    const at = EXITED_AT + 6000
    const point = makeHistogram({ count: requests.length, at, madeAt: at - madeBeforeMs })
    return judgeStop([point], { requests, exit: { at } }).outcome
  }
  expect(silent(2000)).toBe('PASS')
  expect(silent(2001)).toBe('INCONCLUSIVE')
  expect(silent(10, tracedRequests(19))).toBe('INCONCLUSIVE')
})

test('points that we dropped ourselves, a kill, an orphan or no stop: nothing can be said', () => {
  const point = makeHistogram({ count: 19 })
  const killed = { kind: 'signal', signal: 'SIGKILL', why: 'cleanup', at: 3500 } as const
  const left = { kind: 'left-behind', at: 5000, pid: 43, command: 'node', ports: [8080] } as const
  expect(judgeStop([point], { droppedEvents: { metric: 3 } }).outcome).toBe('INCONCLUSIVE')
  expect(judgeStop([point, killed]).says).toContain('STOP-06')
  expect(judgeStop([point, left]).says).toContain('STOP-07')
  expect(judgeStop([point], { signal: false }).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
})
