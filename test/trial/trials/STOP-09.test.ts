import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import trial from '../../../src/trial/trials/STOP-09.ts'
import { judge } from '../samples.ts'
import { makeLost, makeStop, SIGNALLED_AT, type StopChanges } from '../stop-samples.ts'

const SECOND_AT = SIGNALLED_AT + 300

function makeTwice(
  changes: StopChanges = {},
  signal: NodeJS.Signals = 'SIGTERM',
  secondAt: number | false = SECOND_AT,
) {
  return makeStop({
    voyage: 'stop-second-signal',
    label: `${signal} twice`,
    inFlight: 0,
    idle: 0,
    fresh: 0,
    signal: { signal },
    ...changes,
    events: [
      ...(secondAt === false ? [] : [{ kind: 'signal', signal, why: 'trial', at: secondAt } as const]),
      ...(changes.events ?? []),
    ],
  })
}

const exitAfter = (ms: number, code: number | null = 143, signal: NodeJS.Signals | null = null): StopChanges => ({
  exit: { at: SECOND_AT + ms, code, signal },
})

test.each([
  ['128 plus its number', 143, null],
  ['1', 1, null],
  ['the signal itself', null, 'SIGTERM'],
] as const)('an end at once with %s passes', (_, code, signal) => {
  const verdict = judge(trial, [makeTwice(exitAfter(12, code, signal))])
  expect(verdict).toMatchObject({
    outcome: 'PASS',
    isCounted: true,
    figures: [{ name: 'exitAfterSecondMs', value: 12 }],
  })
})

test('a second is in time, and a millisecond more is not', () => {
  expect(judge(trial, [makeTwice(exitAfter(1000))]).outcome).toBe('PASS')
  const verdict = judge(trial, [makeTwice(exitAfter(1001))])
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('it went on after the second SIGTERM, and ended 1001 ms after it')
})

test('a service that has to be killed fails', () => {
  const killed = { kind: 'signal', signal: 'SIGKILL', why: 'cleanup', at: SECOND_AT + 1500 } as const
  const verdict = judge(trial, [makeTwice({ ...exitAfter(1505, null, 'SIGKILL'), events: [killed] })])
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('and had to be killed')
})

test('an end with 0 that cuts requests fails, and one that cuts none shows nothing', () => {
  const cut = makeLost('reset-fresh', { id: 5, startedAt: 1000, at: SECOND_AT + 30 })
  const verdict = judge(trial, [makeTwice({ ...exitAfter(12, 0), requests: [cut] })])
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('it cut 1 requests and ended with 0')
  expect(verdict.evidence[0]?.seen?.requests).toEqual([5])
  expect(judge(trial, [makeTwice(exitAfter(12, 0))]).outcome).toBe('INCONCLUSIVE')
})

test('a service that is gone before the second signal shows nothing', () => {
  const gone = makeTwice({ exit: { at: SIGNALLED_AT + 20, code: 0 } }, 'SIGTERM', false)
  expect(judge(trial, [gone])).toMatchObject({ outcome: 'INCONCLUSIVE' })
  expect(judge(trial, [gone]).says).toContain('had ended 20 ms after the first, before the second signal')
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [makeTwice({ signal: false, exit: false }, 'SIGTERM', false)]).outcome).toBe('INCONCLUSIVE')
})

test('SIGINT alone does not show what a platform does, and fails all the same', () => {
  const good = makeTwice(exitAfter(12), 'SIGINT')
  expect(judge(trial, [good]).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [makeTwice(exitAfter(12)), makeTwice(exitAfter(1001), 'SIGINT')]).outcome).toBe('FAIL')
})

test('a SIGINT that ends it at once is told of', () => {
  const atOnce = makeTwice({ exit: { at: SIGNALLED_AT + 20, code: null, signal: 'SIGINT' } }, 'SIGINT', false)
  const verdict = judge(trial, [makeTwice(exitAfter(12)), atOnce])
  expect(verdict.outcome).toBe('PASS')
  expect(verdict.notes[0]).toContain('SIGINT twice: it had ended 20 ms after the first')
})

test('who goes on for seconds fails whatever the noise, and who is a little late does not', () => {
  const killedAfter = (ms: number, ...events: HistoryEvent[]) => {
    const killed = { kind: 'signal', signal: 'SIGKILL', why: 'trial', at: SECOND_AT + ms } as const
    return judge(trial, [makeTwice({ ...exitAfter(ms + 5, null, 'SIGKILL'), events: [killed, ...events] })])
  }
  expect(killedAfter(3001)).toMatchObject({ outcome: 'FAIL', isCounted: true })
  expect(killedAfter(2999)).toMatchObject({ outcome: 'FAIL' })
  expect(killedAfter(2999)).not.toHaveProperty('isCounted')
  const late: HistoryEvent = { kind: 'noise', startedAt: 2000, at: 3000, latenessMs: 600, loopDelayMs: 0 }
  expect(killedAfter(3399, late)).not.toHaveProperty('isCounted')
  expect(killedAfter(3401, late)).toMatchObject({ isCounted: true })
  const both = judge(trial, [makeTwice(exitAfter(1001)), makeTwice(exitAfter(3001), 'SIGINT')])
  expect(both).toMatchObject({ isCounted: true, says: expect.stringContaining('ended 3001 ms after it') })
})
