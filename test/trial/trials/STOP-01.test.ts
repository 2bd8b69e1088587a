import { expect, test } from 'vitest'
import trial from '../../../src/trial/trials/STOP-01.ts'
import { judge, makeFacts, makeRequest } from '../samples.ts'
import { CLOSED_AT, makeLost, makeReset, makeStop, SIGNALLED_AT, type StopChanges } from '../stop-samples.ts'

const judgeStop = (changes: StopChanges = {}, facts = makeFacts()) => judge(trial, [makeStop(changes)], facts)

const figure = (verdict: ReturnType<typeof judgeStop>, name: string) =>
  verdict.figures.find((each) => each.name === name)?.value

test('a stop that loses nothing passes, with n and the bound of 95 %', () => {
  const verdict = judgeStop()
  expect(verdict).toMatchObject({ outcome: 'PASS', evidence: [] })
  expect(verdict.says).toBe('0 of 24 requests were lost in 1 stop: at most 11.7 % with 95 %')
})

test.each([
  ['refused', 'a', 'newConnections'],
  ['reset-fresh', 'a', 'newConnections'],
  ['timeout', 'a', 'newConnections'],
] as const)('a new connection that is %s fails part %s', (outcome, letter, name) => {
  const verdict = judgeStop({ requests: [makeLost(outcome, { errorCode: 'ECONNREFUSED' })] })
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.evidence[0]?.says).toContain(`${letter}) new connections: 1 of 16 lost`)
  expect(verdict.evidence[0]?.seen).toEqual({ lifetime: 0, from: 2300, to: 2360, requests: [1] })
  expect(figure(verdict, `${name}Verdict`)).toBe('FAIL')
  expect(figure(verdict, 'keptConnectionsVerdict')).toBe('PASS')
})

test.each([
  ['keep-alive', 'reset-reused', 3, 'b) kept connections used again'],
  ['slow', 'truncated', 0, 'c) slow requests in flight'],
  ['slow-reader', 'truncated', 0, 'd) slow readers'],
  ['drip', 'reset-fresh', 0, 'e) dripped uploads'],
] as const)('a lost request of the load %s is told apart', (load, outcome, reuse, says) => {
  const verdict = judgeStop({ requests: [makeLost(outcome, { load, reuse, startedAt: SIGNALLED_AT - 100 })] })
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.evidence[0]?.says).toContain(says)
  expect(verdict.evidence[0]?.says).toContain('1 in flight at the signal')
})

test('an answer with 503 is a lost request, one with 404 is not', () => {
  expect(judgeStop({ requests: [makeRequest({ id: 1, at: SIGNALLED_AT + 300, status: 503 })] }).outcome).toBe('FAIL')
  expect(judgeStop({ requests: [makeRequest({ id: 1, at: SIGNALLED_AT + 300, status: 499 })] }).outcome).toBe('PASS')
})

test('the worst part comes first, with the timeline of its first request', () => {
  const verdict = judgeStop({
    requests: [makeLost('refused'), makeReset({ id: 2, serverClosedAt: 2310 }), makeReset({ id: 3 })],
  })
  expect(verdict.says).toBe('3 of 27 requests were lost: 1 new connections, 2 kept connections used again')
  expect(verdict.evidence.map(({ seen }) => seen?.requests)).toEqual([[2, 3], [1]])
  expect(verdict.evidence[0]?.lines).toEqual([
    '      0 ms  SIGTERM',
    '    300 ms  sent over connection 7, which had carried 3',
    '    310 ms  the service closed the connection',
    '    360 ms  the kept connection died under it',
    '   1000 ms  the listener closed',
    '   1500 ms  the process ended',
  ])
})

test('no query is shown', () => {
  const verdict = judgeStop({ requests: [makeLost('refused', { path: '/pay?token=secret' })] })
  expect(JSON.stringify(verdict)).not.toContain('secret')
})

test.each([
  [{ inFlight: 3 }, 'only 3 requests were in flight at the signal, and it takes 4'],
  [{ idle: 4 }, 'only 4 kept connections were idle at the signal, and it takes 5'],
  [{ fresh: 9 }, 'only 9 new connections came after it, and it takes 10'],
] as const)('with %o nothing can be said', (changes, says) => {
  const verdict = judgeStop(changes)
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(verdict.says).toContain(says)
})

test('a request counts as in flight only if it had come over the wire and its answer had not left', () => {
  const early = (changes: object) =>
    makeRequest({ id: 1, load: 'slow', startedAt: SIGNALLED_AT - 25, at: SIGNALLED_AT + 26, ...changes })
  const outcome = (changes: object) => judgeStop({ inFlight: 3, requests: [early(changes)] }).outcome
  expect(outcome({})).toBe('PASS')
  expect(outcome({ startedAt: SIGNALLED_AT - 24 })).toBe('INCONCLUSIVE')
  expect(outcome({ at: SIGNALLED_AT + 25 })).toBe('INCONCLUSIVE')
})

test('a connection that carries a request at the signal is not idle', () => {
  const busy = makeRequest({ id: 1, connection: 100, reuse: 1, startedAt: SIGNALLED_AT - 50, at: SIGNALLED_AT + 10 })
  expect(judgeStop({ requests: [busy] }).says).toContain('only 4 kept connections were idle')
})

test('a loss refutes the claim also where a precondition is missing', () => {
  expect(judgeStop({ inFlight: 0, requests: [makeReset()] }).outcome).toBe('FAIL')
})

test('one stop with all preconditions is enough, and the other is told of', () => {
  const verdict = judge(trial, [makeStop({ inFlight: 3 }), makeStop({ label: 'cycle 2', id: 1 })])
  expect(verdict.outcome).toBe('PASS')
  expect(verdict.notes).toContain('In cycle 1, only 3 requests were in flight at the signal, and it takes 4')
})

test('a new connection that comes after the endpoint lag is not counted, and one within it is', () => {
  const at = (startedAt: number) => ({ requests: [makeLost('refused', { startedAt, at: startedAt + 50 })] })
  expect(judgeStop(at(SIGNALLED_AT + 501))).toMatchObject({ outcome: 'PASS' })
  expect(judgeStop(at(SIGNALLED_AT + 501)).notes[0]).toContain('1 requests came later than a load balancer')
  expect(judgeStop(at(SIGNALLED_AT + 500)).outcome).toBe('FAIL')
})

test('a connection that failed because we were late with it is not held against a service that listened long enough', () => {
  const refused = makeLost('refused', { startedAt: SIGNALLED_AT + 490, at: SIGNALLED_AT + 900 })
  // Listening until the lag and one way are over, less the resolution of 5 ms.
  expect(judgeStop({ requests: [refused], closedAt: SIGNALLED_AT + 530 }).outcome).toBe('PASS')
  expect(judgeStop({ requests: [refused], closedAt: SIGNALLED_AT + 529 }).outcome).toBe('FAIL')
  // It came back before the close.
  expect(judgeStop({ requests: [{ ...refused, at: SIGNALLED_AT + 524 }], closedAt: SIGNALLED_AT + 530 }).outcome).toBe(
    'FAIL',
  )
  const reset = (sentAt: number) =>
    judgeStop({ requests: [makeLost('reset-fresh', { startedAt: SIGNALLED_AT + 490, sentAt })] }).outcome
  expect(reset(SIGNALLED_AT + 601)).toBe('PASS')
  expect(reset(SIGNALLED_AT + 600)).toBe('FAIL')
})

test('a kept connection that dies after the endpoint lag counts', () => {
  const late = makeReset({ startedAt: SIGNALLED_AT + 700, at: SIGNALLED_AT + 760 })
  expect(judgeStop({ requests: [late] }).outcome).toBe('FAIL')
})

test('a failure that was seen before the signal, too, is not held against the stop; another one is', () => {
  const before = makeLost('timeout', { startedAt: 500, at: 560 })
  const sameLater = makeLost('timeout', { id: 2 })
  expect(judgeStop({ requests: [before, sameLater], fresh: 40 }).outcome).toBe('PASS')
  expect(judgeStop({ requests: [before, makeLost('refused', { id: 2 })], fresh: 40 }).outcome).toBe('FAIL')
})

test('where more than one in twenty requests fails anyway, nothing can be said', () => {
  const before = makeLost('timeout', { startedAt: 500, at: 560 })
  expect(judgeStop({ requests: [before, makeLost('timeout', { id: 2 })], fresh: 24 }).outcome).toBe('PASS')
  expect(judgeStop({ requests: [before, makeLost('timeout', { id: 2 })], fresh: 23 }).outcome).toBe('INCONCLUSIVE')
})

test('a reused connection that dies under an idempotent request is a note when retries are allowed', () => {
  const facts = makeFacts({ allowsIdempotentRetry: true })
  const verdict = judgeStop({ requests: [makeReset()] }, facts)
  expect(verdict.outcome).toBe('PASS')
  expect(verdict.notes[0]).toContain('1 requests died on a reused connection')
  expect(judgeStop({ requests: [makeReset({ method: 'POST' })] }, facts).outcome).toBe('FAIL')
  expect(judgeStop({ requests: [makeLost('reset-fresh')] }, facts).outcome).toBe('FAIL')
})

test('the close of an idle connection that nobody could announce is a note', () => {
  const met = { startedAt: 2990, sentAt: 3020, serverClosedAt: 3010, at: 3035 }
  const outcome = (changes: object, others: readonly object[] = []) =>
    judgeStop({
      requests: [
        makeReset({ ...met, ...changes }),
        ...others.map((each) => makeRequest({ id: 2, at: 0, connection: 7, ...each })),
      ],
    }).outcome
  expect(outcome({})).toBe('PASS')
  // Its bytes had come in before the close.
  expect(outcome({ sentAt: 3010 })).toBe('FAIL')
  // The service closed it although new connections still came.
  expect(outcome({ serverClosedAt: 2500 })).toBe('PASS')
  expect(outcome({ serverClosedAt: 2499 })).toBe('FAIL')
  // There was an answer in which it could have been said.
  expect(outcome({}, [{ at: 2050 }])).toBe('FAIL')
  expect(outcome({}, [{ at: 2049 }])).toBe('PASS')
})

test('a root that dies while its service goes on is no stop', () => {
  const left = { kind: 'left-behind', at: 5000, pid: 43, command: 'node server.js', ports: [8080] } as const
  const verdict = judgeStop({ events: [left], closedAt: false })
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(verdict.says).toContain('process 43 went on serving (STOP-07)')
})

test('what was not stopped, or not watched, is inconclusive', () => {
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
  expect(judgeStop({ signal: false }).says).toContain('had ended before the signal')
  expect(judgeStop({ exit: { at: SIGNALLED_AT - 1 } }).outcome).toBe('INCONCLUSIVE')
})

test('requests after the close of the listener are counted as such', () => {
  const verdict = judgeStop({ requests: [makeReset({ startedAt: CLOSED_AT, at: CLOSED_AT + 60 })] })
  expect(verdict.evidence[0]?.says).toContain('1 sent after the listener had closed')
})

test('requests over HTTP/2 are for STOP-04', () => {
  expect(judgeStop({ requests: [makeLost('stream-error', { protocol: 'h2' })] }).outcome).toBe('PASS')
})

test('of a service that speaks HTTP/2 only, another trial tells', () => {
  const speaks = (http1: boolean) => makeFacts({ protocol: { http1, h2c: true, tls: false } })
  expect(trial.skipBecause?.(speaks(false))).toContain('STOP-04')
  expect(trial.skipBecause?.(speaks(true))).toBeUndefined()
})
