import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import trial from '../../../src/trial/trials/STOP-15.ts'
import { judge, makeFacts, makeRequest } from '../samples.ts'
import { makeLost, makeStop, SIGNALLED_AT, type StopChanges } from '../stop-samples.ts'

/** A life that this signal ends in order, unless it says otherwise. */
function stopBy(signal: NodeJS.Signals, changes: StopChanges = {}): Lifetime {
  return makeStop({ voyage: 'other-signals', label: signal, signal: { signal }, settings: { signal }, ...changes })
}

const cut = makeLost('reset-fresh', { id: 5, load: 'slow', startedAt: SIGNALLED_AT - 100, at: SIGNALLED_AT + 30 })
const answersUntil = (until: number): HistoryEvent[] =>
  Array.from({ length: 10 }, (_, index) => makeRequest({ id: 500 + index, at: until - 10 * (index + 1) }))
const NEXT_AT = SIGNALLED_AT + 2500

/** A life that goes on after SIGHUP, and is ended by us. */
function goesOn(changes: StopChanges = {}, nextAt = NEXT_AT): Lifetime {
  return stopBy('SIGHUP', {
    closedAt: nextAt + 1000,
    exit: { at: nextAt + 1200 },
    ...changes,
    events: [
      ...answersUntil(nextAt),
      { kind: 'signal', at: nextAt, signal: 'SIGTERM', why: 'trial' },
      ...(changes.events ?? []),
    ],
  })
}

const GOOD = [stopBy('SIGTERM'), stopBy('SIGINT'), goesOn()] as const

test('a service that stops in the same way at both, and goes on after SIGHUP, passes', () => {
  expect(judge(trial, GOOD)).toMatchObject({
    outcome: 'PASS',
    says: 'It goes on after SIGHUP, with 25 answers, and SIGINT ends it as SIGTERM does',
    notes: [],
  })
})

test.each([
  [
    'kills it',
    { exit: { at: SIGNALLED_AT + 20, code: null, signal: 'SIGINT' as const } },
    /SIGINT killed it after 20 ms/,
  ],
  ['ends it with another code', { exit: { code: 130 } }, /it exited with code 130 after 1500 ms/],
  ['cuts what is in flight', { requests: [cut] }, /exited with code 0 after 1500 ms, and cut 1 request in flight/],
])('a SIGINT that %s where SIGTERM ends it in order fails', (_, changes, says) => {
  const verdict = judge(trial, [stopBy('SIGTERM'), stopBy('SIGINT', changes), goesOn()])
  expect(verdict).toMatchObject({ outcome: 'FAIL' })
  expect(verdict.says).toMatch(says)
  expect(verdict.says).toMatch(/^After SIGINT, .*; after SIGTERM, it exited with code 0 after 1500 ms$/)
  expect(verdict.evidence[0]?.seen).toMatchObject({ from: SIGNALLED_AT })
})

test('a SIGTERM that kills a service which SIGINT ends in order fails', () => {
  const killed = stopBy('SIGTERM', { exit: { at: SIGNALLED_AT + 20, code: null, signal: 'SIGTERM' } })
  const verdict = judge(trial, [killed, stopBy('SIGINT'), goesOn()])
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toMatch(/^After SIGTERM, SIGTERM killed it.*; after SIGINT, it exited with code 0/)
})

test('where neither ends it as it should, nobody can say that they are alike', () => {
  const killedBy = (signal: NodeJS.Signals) => stopBy(signal, { exit: { at: SIGNALLED_AT + 20, code: null, signal } })
  const verdict = judge(trial, [killedBy('SIGTERM'), killedBy('SIGINT'), goesOn()])
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(verdict.says).toContain('SIGTERM does not end it as it should either')
})

test('that SIGINT is in more of a hurry with those who come later is worth a note', () => {
  const late = stopBy('SIGINT', { requests: [makeLost('refused', { id: 6 })] })
  const verdict = judge(trial, [stopBy('SIGTERM'), late, goesOn()])
  expect(verdict.outcome).toBe('PASS')
  expect(verdict.notes).toEqual(['1 request sent after SIGINT failed, and none after SIGTERM: it leaves sooner there'])
})

test('a SIGHUP that kills it fails', () => {
  const killed = stopBy('SIGHUP', {
    exit: { at: SIGNALLED_AT + 20, code: null, signal: 'SIGHUP' },
    requests: [cut],
  })
  expect(judge(trial, [...GOOD.slice(0, 2), killed])).toMatchObject({
    outcome: 'FAIL',
    says: 'After SIGHUP, SIGHUP killed it after 20 ms, and cut 1 request in flight',
  })
})

test('a SIGHUP after which it answers no more fails', () => {
  const lost = makeLost('timeout', { id: 7, startedAt: SIGNALLED_AT + 100, at: SIGNALLED_AT + 900 })
  const verdict = judge(trial, [...GOOD.slice(0, 2), goesOn({ requests: [lost] })])
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('The process went on after SIGHUP, and 1 request failed; the first was timeout 900 ms')
  expect(verdict.evidence[0]?.seen?.requests).toEqual([7])
})

test('an end in order at SIGHUP passes with a note, and one that cuts requests fails', () => {
  const verdict = judge(trial, [...GOOD.slice(0, 2), stopBy('SIGHUP')])
  expect(verdict.outcome).toBe('PASS')
  expect(verdict.notes[0]).toContain('SIGHUP ends it with code 0 after 1500 ms, in order')
  expect(judge(trial, [...GOOD.slice(0, 2), stopBy('SIGHUP', { requests: [cut] })]).outcome).toBe('FAIL')
})

test.each([
  ['one signal was not sent', [GOOD[0], GOOD[2]], 'not both signals were sent'],
  ['SIGHUP was not sent', GOOD.slice(0, 2), 'SIGHUP was not sent'],
  [
    'nothing was in flight at SIGINT',
    [GOOD[0], stopBy('SIGINT', { inFlight: 1 }), GOOD[2]],
    'only 1 request was in flight at SIGINT',
  ],
  [
    'nothing was in flight at SIGHUP',
    [GOOD[0], GOOD[1], goesOn({ inFlight: 0 })],
    'only 0 requests were in flight at SIGHUP',
  ],
  ['it was not watched for long', [GOOD[0], GOOD[1], goesOn({}, SIGNALLED_AT + 900)], 'in the 900 ms after SIGHUP'],
  [
    'it had ended before',
    [GOOD[0], stopBy('SIGINT', { exit: { at: 500 } }), GOOD[2]],
    'SIGINT: it had ended before the signal',
  ],
  [
    'requests failed before',
    [GOOD[0], GOOD[1], goesOn({ requests: [makeLost('timeout', { startedAt: 500, at: 900 })] })],
    'requests failed before SIGHUP already',
  ],
])('nobody can tell when %s', (_, lifetimes, says) => {
  const verdict = judge(trial, lifetimes)
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(verdict.says).toContain(says)
})

test('few answers after SIGHUP do not show that it goes on', () => {
  const silent = goesOn({ fresh: 0, idle: 0 })
  const events = silent.events.filter((event) => event.kind !== 'request' || event.at < SIGNALLED_AT + 1000)
  const verdict = judge(trial, [GOOD[0], GOOD[1], { ...silent, events }])
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(verdict.says).toContain('only 0 answers came in the 2500 ms after SIGHUP')
})

test('nothing was watched: nobody can tell', () => {
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
})

test('with another stop signal only SIGHUP is tried, and not where it is the one that stops', () => {
  const facts = makeFacts({ stopSignal: 'SIGQUIT' })
  const verdict = judge(trial, [stopBy('SIGQUIT'), goesOn()], facts)
  expect(verdict.outcome).toBe('PASS')
  expect(verdict.notes[0]).toContain('the stop signal is SIGQUIT, not SIGTERM')
  expect(trial.skipBecause?.(makeFacts({ stopSignal: 'SIGHUP' }))).toContain('SIGHUP is the signal')
})
