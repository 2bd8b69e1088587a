import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import type { LifetimeSettings } from '../../../src/trial/history/lifetime.ts'
import START_07 from '../../../src/trial/trials/START-07.ts'
import { judge, makeFacts, makeLifetime } from '../samples.ts'
import { makeLine, makeSpawned } from '../start-samples.ts'

const SAID = makeLine(200, 'Error: listen EADDRINUSE: address already in use :::8080')
const TAKEN = { takenPort: 8080, takenOn: '127.0.0.1 ::1' }
const EXITED = { kind: 'exited', at: 300, code: 1, signal: null } as const
const STOPPED: HistoryEvent[] = [
  { kind: 'signal', at: 15_600, signal: 'SIGTERM', why: 'trial' },
  { kind: 'exited', at: 15_650, code: 0, signal: null },
]

const conflict = (events: readonly HistoryEvent[], settings: LifetimeSettings = TAKEN) =>
  makeLifetime([makeSpawned(0), ...events], { voyage: 'port-conflict', label: 'port taken', settings })
const say = (events: readonly HistoryEvent[], facts = makeFacts()) => judge(START_07, [conflict(events)], facts)
const opened = (port: number, host = '127.0.0.1'): HistoryEvent => ({
  kind: 'listening',
  at: 400,
  what: 'opened',
  port,
  host,
  pid: 42,
  resolutionMs: 5,
})

test('an error that says why passes, and one that does not is worth a note', () => {
  expect(say([SAID, EXITED])).toMatchObject({
    outcome: 'PASS',
    says: 'With port 8080 taken it ended with exit code 1 after 300 ms',
    notes: [],
  })
  expect(say([makeLine(200, 'cannot listen on 8080'), EXITED]).notes).toEqual([])
  expect(say([makeLine(200, 'bye'), EXITED])).toMatchObject({
    outcome: 'PASS',
    notes: ['Its output neither names the port nor says that it is in use'],
  })
  expect(say([SAID, { ...EXITED, code: null, signal: 'SIGABRT' }]).outcome).toBe('PASS')
})

test('fifteen seconds are allowed, and four normal starts where that is longer', () => {
  expect(say([SAID, { ...EXITED, at: 15_000 }]).outcome).toBe('PASS')
  expect(say([SAID, { ...EXITED, at: 15_001 }])).toMatchObject({
    outcome: 'FAIL',
    says: 'With port 8080 taken it took 15001 ms to end; 15000 ms are allowed',
  })
  const slow = makeFacts({ normal: { listeningAfterMs: 5800, readyAfterMs: 6000 } })
  expect(say([SAID, { ...EXITED, at: 24_000 }], slow).outcome).toBe('PASS')
})

test.each<[string, readonly HistoryEvent[], string]>([
  [
    'an end with 0',
    [SAID, { ...EXITED, code: 0 }],
    'With port 8080 taken it ended with code 0: nobody learns that it failed',
  ],
  ['no end', [SAID, ...STOPPED], 'With port 8080 taken it went on without a listener: it had not ended after 15600 ms'],
  [
    'another port',
    [SAID, opened(8081), ...STOPPED],
    'With port 8080 taken it went on and listened on port 8081: it had not ended after 15600 ms',
  ],
  [
    'a process that stays',
    [SAID, EXITED, { kind: 'left-behind', at: 1300, pid: 43, command: 'node worker.js', ports: [] }],
    'With port 8080 taken, the process that was started ended, and 1 of its processes stayed',
  ],
])('%s fails', (_, events, says) => {
  const verdict = say(events)
  expect(verdict).toMatchObject({ outcome: 'FAIL', says })
  expect(verdict.evidence[0]?.seen).toMatchObject({ lifetime: 0, from: 0 })
})

test('a second port that it opens before it ends is no matter', () => {
  expect(say([opened(9464), SAID, { ...EXITED, at: 500 }]).outcome).toBe('PASS')
})

test('nobody can tell when the port was not taken, or on another address, or was not watched for long', () => {
  expect(judge(START_07, []).outcome).toBe('INCONCLUSIVE')
  const nobody = judge(START_07, [conflict([EXITED], { takenPort: 8080, takenOn: '' })])
  expect(nobody.outcome).toBe('INCONCLUSIVE')
  expect(nobody.says).toContain('No start was watched in which the port was taken')
  const elsewhere = say([opened(8080, '192.0.2.7'), ...STOPPED])
  expect(elsewhere.outcome).toBe('INCONCLUSIVE')
  expect(elsewhere.says).toContain('on 192.0.2.7: another address than the one that was taken')
  const short = say([{ kind: 'signal', at: 900, signal: 'SIGTERM', why: 'cleanup' }])
  expect(short).toMatchObject({
    outcome: 'INCONCLUSIVE',
    says: 'It was watched for 900 ms only, and has 15000 ms to end',
  })
})
