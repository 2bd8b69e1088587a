import { expect, test } from 'vitest'
import trial from '../../../src/trial/trials/STOP-06.ts'
import { judge, makeFacts, makeSpan, SENDER } from '../samples.ts'
import { makeStop, SIGNALLED_AT, type StopChanges } from '../stop-samples.ts'

const judgeStop = (changes: StopChanges = {}, facts = makeFacts()) => judge(trial, [makeStop(changes)], facts)

const kill = (at: number) => ({ kind: 'signal', signal: 'SIGKILL', why: 'cleanup', at }) as const

test('an end with 0 in time passes, with the margin', () => {
  expect(judgeStop()).toMatchObject({
    outcome: 'PASS',
    figures: [
      { name: 'deadlineMs', value: 30_000 },
      { name: 'exitAfterMs', value: 1500 },
      { name: 'marginMs', value: 28_500 },
    ],
  })
})

test('the deadline is the grace period less the preStop hook, exactly', () => {
  const facts = makeFacts({
    graceMs: { value: 10_000, origin: 'flag' },
    preStopMs: { value: 3000, origin: 'flag' },
  })
  expect(judgeStop({ exit: { at: SIGNALLED_AT + 7000 } }, facts).outcome).toBe('PASS')
  const late = judgeStop({ exit: { at: SIGNALLED_AT + 7001 } }, facts)
  expect(late.outcome).toBe('FAIL')
  expect(late.says).toContain('it took 7001 ms to end, 7000 ms is all it has')
})

test('a hook that takes the whole grace period leaves 2 s, as a kubelet does', () => {
  const facts = makeFacts({ preStopMs: { value: 30_000, origin: 'flag' } })
  expect(judgeStop({ exit: { at: SIGNALLED_AT + 2000 } }, facts).outcome).toBe('PASS')
  expect(judgeStop({ exit: { at: SIGNALLED_AT + 2001 } }, facts).outcome).toBe('FAIL')
})

test('a service that has to be killed fails', () => {
  const verdict = judgeStop({
    events: [kill(SIGNALLED_AT + 30_000)],
    exit: { at: SIGNALLED_AT + 30_005, code: null, signal: 'SIGKILL' },
  })
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('it had to be killed 30000 ms after SIGTERM')
  expect(verdict.evidence[0]?.seen).toEqual({ lifetime: 0, from: SIGNALLED_AT, to: SIGNALLED_AT + 30_000 })
})

test('a service that has to be killed is told which connections stood open then', () => {
  const at = SIGNALLED_AT - 100
  const held = ['idle', 'idle', 'keep-alive', 'slow', 'idle'].map(
    (load, index) => ({ kind: 'connection', id: 900 + index, load, what: 'opened', at }) as const,
  )
  const closed = { kind: 'connection', id: 904, load: 'idle', what: 'closed', by: 'service', at: SIGNALLED_AT } as const
  const verdict = judgeStop({
    idle: 0,
    events: [...held, closed, kill(SIGNALLED_AT + 30_000)],
    exit: { at: SIGNALLED_AT + 30_005, code: null, signal: 'SIGKILL' },
  })
  expect(verdict.evidence[0]?.lines).toEqual([
    'connections of clients that still stood open: 2 silent from the beginning, 1 kept for a next request, 1 in the middle of a request',
  ])
  const alone = judgeStop({
    idle: 0,
    events: [kill(SIGNALLED_AT + 30_000)],
    exit: { at: SIGNALLED_AT + 30_005, code: null, signal: 'SIGKILL' },
  })
  expect(alone.evidence[0]?.lines).toBeUndefined()
})

test('a kill before the deadline tells nothing', () => {
  const verdict = judgeStop({
    events: [kill(SIGNALLED_AT + 29_999)],
    exit: { at: SIGNALLED_AT + 30_005, code: null, signal: 'SIGKILL' },
  })
  expect(verdict.outcome).toBe('INCONCLUSIVE')
})

test('a service that the signal kills has no handler, and fails', () => {
  const verdict = judgeStop({ exit: { at: SIGNALLED_AT + 20, code: null, signal: 'SIGTERM' } })
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('SIGTERM killed it after 20 ms')
})

test('an exit code that is not accepted fails, and one that is passes', () => {
  expect(judgeStop({ exit: { code: 1 } }).says).toContain('it exited with code 1 after 1500 ms')
  expect(judgeStop({ exit: { code: 1 } }).outcome).toBe('FAIL')
  expect(judgeStop({ exit: { code: 1 } }, makeFacts({ acceptedExitCodes: [0, 1] })).outcome).toBe('PASS')
  expect(judgeStop({}, makeFacts({ acceptedExitCodes: [7] })).outcome).toBe('FAIL')
})

test('whoever accepts 143 accepts an end by SIGTERM itself, and by no other signal', () => {
  const facts = makeFacts({ acceptedExitCodes: [0, 143] })
  expect(judgeStop({ exit: { code: null, signal: 'SIGTERM' } }, facts).outcome).toBe('PASS')
  expect(judgeStop({ exit: { code: null, signal: 'SIGABRT' } }, facts).outcome).toBe('FAIL')
})

test('143 of a JVM passes with a note, known by its telemetry or its command', () => {
  const java = makeSpan({ traceId: 'a', endedAt: 1000 })
  const sender = { ...SENDER, language: 'java' }
  const byTelemetry = judgeStop({ exit: { code: 143 }, events: [{ ...java, sender }] })
  expect(byTelemetry).toMatchObject({ outcome: 'PASS' })
  expect(byTelemetry.notes[0]).toContain('A JVM exits with 143 after SIGTERM')
  expect(judgeStop({ exit: { code: 143 } }, makeFacts({ command: ['/usr/bin/java', '-jar', 'a.jar'] })).outcome).toBe(
    'PASS',
  )
  expect(judgeStop({ exit: { code: 143 }, events: [java] }).outcome).toBe('FAIL')
  expect(judgeStop({ exit: { code: 130 } }, makeFacts({ command: ['java'] })).outcome).toBe('FAIL')
  expect(judgeStop({ exit: { code: 143 } }, makeFacts({ command: ['node', 'javascript.js'] })).outcome).toBe('FAIL')
})

test('the 128 plus n of a JVM follows the stop signal', () => {
  const facts = makeFacts({ command: ['java'] })
  expect(judgeStop({ exit: { code: 130 }, signal: { signal: 'SIGINT' } }, facts).outcome).toBe('PASS')
})

test('where a client never reads, a code that says that work was cut is a note', () => {
  const settings = { holdsRequests: true }
  const verdict = judgeStop({ settings, exit: { code: 1 } })
  expect(verdict.outcome).toBe('PASS')
  expect(verdict.notes[0]).toContain('exited with code 1')
  expect(judgeStop({ settings, exit: { code: 143 } }).outcome).toBe('FAIL')
  expect(judgeStop({ settings, exit: { code: null, signal: 'SIGTERM' } }).outcome).toBe('FAIL')
  expect(judgeStop({ settings, exit: { code: 1, at: SIGNALLED_AT + 30_001 } }).outcome).toBe('FAIL')
})

test('one bad stop of several fails', () => {
  const verdict = judge(trial, [makeStop(), makeStop({ id: 1, label: 'idle', exit: { code: 3 } })])
  expect(verdict.says).toContain('In 1 of 2 stops')
  expect(verdict.evidence).toMatchObject([{ says: 'idle: it exited with code 3 after 1500 ms', seen: { lifetime: 1 } }])
})

test.each([
  ['nothing was watched', []],
  ['it was not signalled', [makeStop({ signal: false })]],
  ['its end was not seen', [makeStop({ exit: false })]],
  ['it had ended before the signal', [makeStop({ exit: { at: SIGNALLED_AT - 1 } })]],
])('when %s, nothing can be said', (_, lifetimes) => {
  expect(judge(trial, lifetimes).outcome).toBe('INCONCLUSIVE')
})
