import { expect, test } from 'vitest'
import trial from '../../../src/trial/trials/STOP-02.ts'
import { judge, makeFacts } from '../samples.ts'
import { CLOSED_AT, makeReadiness, makeStop, SIGNALLED_AT, type StopChanges } from '../stop-samples.ts'

const READY = makeReadiness(SIGNALLED_AT - 20, 200)
const judgeStop = (changes: StopChanges = {}) => judge(trial, [makeStop(changes)])

test('readiness that says no before the listener closes passes, with the gap', () => {
  const verdict = judgeStop({ events: [READY, makeReadiness(SIGNALLED_AT + 15, 503)], closedAt: SIGNALLED_AT + 1020 })
  expect(verdict).toMatchObject({ outcome: 'PASS', notes: [] })
  expect(verdict.figures).toEqual([{ name: 'unreadyBeforeClosedMs', value: 1000 }])
})

test('a gap below a second is noted', () => {
  const verdict = judgeStop({ events: [READY, makeReadiness(SIGNALLED_AT + 15, 503)], closedAt: SIGNALLED_AT + 1019 })
  expect(verdict.outcome).toBe('PASS')
  expect(verdict.notes[0]).toContain('may miss a gap of 999 ms')
})

test('a listener that closes first fails', () => {
  const verdict = judgeStop({ events: [READY, makeReadiness(CLOSED_AT - 3, 503)] })
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('the listener closed 1000 ms after SIGTERM, and readiness said no only 2 ms later')
  expect(judgeStop({ events: [READY, makeReadiness(CLOSED_AT - 5, 503)] }).outcome).toBe('PASS')
})

test('readiness that says yes until the end fails', () => {
  const verdict = judgeStop({ events: [READY, makeReadiness(CLOSED_AT - 25, 200)] })
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('readiness never said no: it still said yes 980 ms after SIGTERM')
  expect(verdict.evidence[0]?.seen).toEqual({ lifetime: 0, from: SIGNALLED_AT, to: CLOSED_AT })
})

test('a probe that was on its way at the signal counts', () => {
  const before = makeReadiness(SIGNALLED_AT - 25, 200)
  expect(judgeStop({ events: [before, makeReadiness(SIGNALLED_AT - 5, 503)] }).outcome).toBe('PASS')
  // Answered before the signal, it says that the service was not ready anyway.
  expect(judgeStop({ events: [before, makeReadiness(SIGNALLED_AT - 6, 503)] }).outcome).toBe('INCONCLUSIVE')
})

test('silence is no answer', () => {
  const verdict = judgeStop({ events: [READY, makeReadiness(SIGNALLED_AT + 10, undefined)] })
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('nobody was told no by readiness before')
})

test('where the kernel says nothing, the first refused connection is the close', () => {
  const lifetime = makeStop({ events: [READY, makeReadiness(SIGNALLED_AT + 15, 503)] })
  const events = lifetime.events.filter(({ kind }) => kind !== 'listening')
  expect(judge(trial, [{ ...lifetime, events }]).outcome).toBe('INCONCLUSIVE')
  const refused = {
    kind: 'request',
    id: 1,
    load: 'new',
    protocol: 'http/1.1',
    method: 'GET',
    path: '/',
    intendedAt: 2800,
    startedAt: 2800,
    at: 2850,
    outcome: 'refused',
    connection: 1,
    reuse: 0,
    saidClose: false,
  } as const
  expect(judge(trial, [{ ...lifetime, events: [...events, refused] }])).toMatchObject({
    outcome: 'PASS',
    figures: [{ value: 830 }],
  })
})

test.each([
  ['readiness was not asked before the signal', []],
  ['it said no before the signal already', [makeReadiness(SIGNALLED_AT - 20, 503)]],
  ['the last probe was long before the signal', [makeReadiness(SIGNALLED_AT - 1006, 200)]],
])('when %s, nothing can be said', (_, events) => {
  expect(judgeStop({ events: [...events, makeReadiness(SIGNALLED_AT + 15, 503)] }).outcome).toBe('INCONCLUSIVE')
})

test('when the listener was not seen to close, nothing can be said', () => {
  expect(judgeStop({ events: [READY, makeReadiness(SIGNALLED_AT + 15, 503)], closedAt: false }).says).toContain(
    'the listener was not seen to close',
  )
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
})

test('a listener of another port does not count', () => {
  const other = {
    kind: 'listening',
    what: 'closed',
    at: 2001,
    port: 9091,
    host: '::',
    pid: 42,
    resolutionMs: 5,
  } as const
  expect(judgeStop({ events: [READY, other, makeReadiness(SIGNALLED_AT + 15, 503)] }).outcome).toBe('PASS')
})

test('the listener is closed when the last of its processes has closed it', () => {
  const second = { kind: 'listening', port: 8080, host: '127.0.0.1', pid: 43, resolutionMs: 5 } as const
  const events = [
    READY,
    makeReadiness(SIGNALLED_AT + 200, 503),
    { ...second, what: 'opened', at: 110 } as const,
    { ...second, what: 'closed', at: SIGNALLED_AT + 500 } as const,
  ]
  expect(judgeStop({ events, closedAt: SIGNALLED_AT + 100 }).outcome).toBe('PASS')
})

test('without a readiness probe there is nothing to try', () => {
  expect(trial.skipBecause?.(makeFacts({ probes: {} }))).toContain('--ready')
  expect(trial.skipBecause?.(makeFacts())).toBeUndefined()
})
