import { expect, test } from 'vitest'
import type { RequestEvent } from '../../../src/trial/history/client-events.ts'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import trial from '../../../src/trial/trials/STOP-13.ts'
import { judge, makeRequest, SENDER } from '../samples.ts'
import { EXITED_AT, makeStop, type StopChanges, tracedRequests } from '../stop-samples.ts'

const REQUESTS = tracedRequests(40)
const PADDING = 'x'.repeat(2000)

const lineOf = (request: RequestEvent): HistoryEvent => ({
  kind: 'output',
  stream: 'stdout',
  at: request.at,
  line: `{"msg":"done","trace_id":"${request.trace?.traceId}","pad":"${PADDING}"}`,
})

const recordOf = (request: RequestEvent): HistoryEvent => ({
  kind: 'log',
  at: EXITED_AT,
  sender: SENDER,
  body: 'done',
  severityNumber: 9,
  traceId: request.trace?.traceId ?? '',
  spanId: '',
  madeAt: request.at,
  attributes: {},
})

function judgeStop(events: readonly HistoryEvent[], changes: StopChanges = {}) {
  const stop = makeStop({
    voyage: 'stop-slow-output',
    inFlight: 0,
    idle: 0,
    fresh: 0,
    requests: REQUESTS,
    events,
    ...changes,
  })
  return judge(trial, [stop])
}

test('a line for each of the last requests passes, on standard output and in OTLP', () => {
  expect(judgeStop(REQUESTS.map(lineOf))).toMatchObject({ outcome: 'PASS', notes: [] })
  const both = judgeStop([...REQUESTS.map(lineOf), ...REQUESTS.map(recordOf)])
  expect(both.says).toBe('The last 20 answered requests have their lines in standard output and OTLP')
})

test('one line of the last 20 that is missing fails', () => {
  const verdict = judgeStop(REQUESTS.slice(0, -1).map(lineOf))
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.evidence).toMatchObject([{ seen: { requests: [39] } }])
  expect(verdict.says).toContain(
    '1 of the last 20 answered requests have no line in standard output that names them, 1 of 40 in all',
  )
  expect(judgeStop(REQUESTS.filter(({ id }) => id !== 20).map(lineOf)).outcome).toBe('FAIL')
})

test('a line of an earlier request that is missing is a note', () => {
  const verdict = judgeStop(REQUESTS.filter(({ id }) => id !== 19).map(lineOf))
  expect(verdict.outcome).toBe('PASS')
  expect(verdict.notes[0]).toContain('1 of 40 requests have no line in standard output')
})

test('lines that do not say whose they are show no loss, and the usual number of them changes nothing', () => {
  const nameless = (at: number): HistoryEvent => ({ kind: 'output', stream: 'stdout', at, line: 'answered' })
  const lost = REQUESTS.slice(0, -10).map(lineOf)
  const late = (count: number) => Array.from({ length: count }, () => nameless(EXITED_AT))
  expect(judgeStop([...lost, ...late(5)])).toMatchObject({ outcome: 'INCONCLUSIVE' })
  expect(judgeStop([...lost, ...late(5)]).says).toContain('5 lines name no request: they may be theirs (CTX-05)')
  expect(judgeStop([...lost, ...late(4)]).outcome).toBe('FAIL')
  // One with each request from the beginning.
  const always = REQUESTS.slice(0, -10).map(({ at }) => nameless(at - 1))
  expect(judgeStop([...lost, ...always]).outcome).toBe('FAIL')
})

test('each channel is judged for itself', () => {
  const verdict = judgeStop([...REQUESTS.map(lineOf), ...REQUESTS.slice(0, 30).map(recordOf)])
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('10 of the last 20 answered requests have no line in OTLP that names them')
})

test('a unique text, and a whole traceparent, name a request, too', () => {
  const nonces = REQUESTS.map(({ id, at }) => makeRequest({ id, at, nonce: `nonce-${1000 + id}` }))
  const line = (text: string): HistoryEvent => ({ kind: 'output', stream: 'stdout', at: 3000, line: text })
  const byNonce = nonces.map(({ nonce }) => line(`GET /?n=${nonce} 200`))
  expect(judgeStop(byNonce, { requests: nonces }).outcome).toBe('PASS')
  const parents = REQUESTS.map(({ trace }) => line(`traceparent=00-${trace?.traceId}-${trace?.spanId}-01`))
  expect(judgeStop(parents).outcome).toBe('PASS')
})

test('a service that does not log every request has nothing to try', () => {
  expect(judgeStop([]).outcome).toBe('SKIP')
  // 9 of the first 10 is less than 95 %.
  expect(judgeStop(REQUESTS.slice(1, 30).map(lineOf)).outcome).toBe('SKIP')
})

test('standard error is not standard output', () => {
  const lines = REQUESTS.map((request) => ({ ...lineOf(request), stream: 'stderr' }) as HistoryEvent)
  expect(judgeStop(lines).outcome).toBe('SKIP')
})

test('less output than a pipe holds is told of', () => {
  const short = REQUESTS.map((request) => ({ ...lineOf(request), line: request.trace?.traceId }) as HistoryEvent)
  expect(judgeStop(short)).toMatchObject({ outcome: 'PASS' })
  expect(judgeStop(short).notes[0]).toContain('less than a pipe holds')
})

test('it takes 20 requests answered in the last 2 s before the end, and a stop', () => {
  const lines = REQUESTS.map(lineOf)
  expect(judgeStop(lines, { exit: { at: EXITED_AT + 1710 } }).outcome).toBe('PASS')
  expect(judgeStop(lines, { exit: { at: EXITED_AT + 1711 } }).outcome).toBe('INCONCLUSIVE')
  const slept = judgeStop(lines, { exit: { at: EXITED_AT + 4400 } })
  expect(slept.outcome).toBe('PASS')
  expect(slept.notes).toContainEqual(expect.stringContaining('the last answer came 4.5 s before the end'))
  const killed = { kind: 'signal', signal: 'SIGKILL', why: 'cleanup', at: 3500 } as const
  const left = { kind: 'left-behind', at: 5000, pid: 43, command: 'node', ports: [8080] } as const
  expect(judgeStop([...lines, killed]).says).toContain('STOP-06')
  expect(judgeStop([...lines, left]).says).toContain('STOP-07')
  expect(judgeStop(lines, { signal: false }).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
})
