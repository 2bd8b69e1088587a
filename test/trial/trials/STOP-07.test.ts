import { expect, test } from 'vitest'
import trial from '../../../src/trial/trials/STOP-07.ts'
import { judge, makeRequest } from '../samples.ts'
import { EXITED_AT, makeStop, SIGNALLED_AT, type StopChanges } from '../stop-samples.ts'

const judgeStop = (changes: StopChanges = {}) => judge(trial, [makeStop(changes)])

const LEFT = { kind: 'left-behind', at: 5000, pid: 43, command: 'node server.js', ports: [8080] } as const

test('an end that leaves nothing passes', () => {
  expect(judgeStop()).toMatchObject({ outcome: 'PASS', figures: [{ name: 'leftBehindCount', value: 0 }] })
})

test('a service that outlives what started it fails, although no request is lost', () => {
  const verdict = judgeStop({
    exit: { at: SIGNALLED_AT + 18, code: null, signal: 'SIGTERM' },
    events: [LEFT],
    closedAt: false,
  })
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toBe(
    'cycle 1: SIGTERM ended the process that was started, and 1 process was left behind, 1 of them still serving',
  )
  expect(verdict.evidence).toMatchObject([
    { seen: { lifetime: 0, from: SIGNALLED_AT + 18 }, lines: ['43  node server.js  (port 8080)'] },
  ])
})

test('a process that serves nothing is left behind, too', () => {
  expect(judgeStop({ events: [{ ...LEFT, ports: [] }] }).outcome).toBe('FAIL')
})

test('a daemon fails: its root ends by itself and nobody can signal the service', () => {
  const verdict = judgeStop({ exit: { at: 300, code: 0 }, signal: false, closedAt: false, events: [LEFT] })
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('ended by itself 300 ms after its start while the service went on')
})

test('requests that are answered after the end show that something goes on', () => {
  const later = makeRequest({ id: 1, startedAt: EXITED_AT + 1, at: EXITED_AT + 60 })
  const verdict = judgeStop({ requests: [later], closedAt: false })
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('it answered 1 requests that were sent later')
  expect(judgeStop({ requests: [{ ...later, startedAt: EXITED_AT }] }).outcome).toBe('PASS')
})

test('a root that had to be killed shows nothing, unless something still serves', () => {
  const events = [{ kind: 'signal', signal: 'SIGKILL', why: 'cleanup', at: 32_000 } as const]
  const exit = { at: 32_005, code: null, signal: 'SIGKILL' } as const
  expect(judgeStop({ events, exit }).outcome).toBe('INCONCLUSIVE')
  expect(judgeStop({ events: [...events, { ...LEFT, at: 33_000 }], exit })).toMatchObject({ outcome: 'FAIL' })
  expect(judgeStop({ events: [...events, { ...LEFT, ports: [] }], exit }).outcome).toBe('INCONCLUSIVE')
})

test.each([
  ['nothing was watched', []],
  ['it was not signalled', [makeStop({ signal: false })]],
  ['its end was not seen', [makeStop({ exit: false })]],
])('when %s, nothing can be said', (_, lifetimes) => {
  expect(judge(trial, lifetimes).outcome).toBe('INCONCLUSIVE')
})

test('one stop that was seen is enough, and the other is told of', () => {
  const verdict = judge(trial, [makeStop(), makeStop({ label: 'cycle 2', exit: false })])
  expect(verdict).toMatchObject({ outcome: 'PASS', notes: ['Not judged: cycle 2: its end was not seen'] })
})
