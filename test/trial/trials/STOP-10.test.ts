import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import STOP_10 from '../../../src/trial/trials/STOP-10.ts'
import { judge, makeFacts, makeLifetime } from '../samples.ts'
import { makeProbe, makeSpawned } from '../start-samples.ts'

const FACTS = makeFacts({ graceMs: { value: 5000, origin: 'flag' } })
const SENT = { kind: 'signal', at: 500, signal: 'SIGTERM', why: 'trial' } as const
const KILLED: HistoryEvent = { kind: 'signal', at: 5750, signal: 'SIGKILL', why: 'trial' }
const exited = (at: number, code: number | null = 0, signal: NodeJS.Signals | null = null): HistoryEvent => ({
  kind: 'exited',
  at,
  code,
  signal,
})

/** A life that gets its signal in the middle of its start, and ends 20 ms later, killed by it. */
const phase = (events: readonly HistoryEvent[] = [SENT, exited(520, null, 'SIGTERM')], percent = 50): Lifetime =>
  makeLifetime([makeSpawned(0), ...events], {
    voyage: 'stop-while-starting',
    label: `SIGTERM at ${percent} % of a start`,
    settings: { phase: percent / 100, startMs: 1000 },
  })
const conflict = (events: readonly HistoryEvent[]): Lifetime =>
  makeLifetime([makeSpawned(0), ...events], {
    voyage: 'port-conflict',
    label: 'port taken',
    settings: { takenPort: 8080, takenOn: '127.0.0.1' },
  })
const FIVE = [10, 30, 50, 70, 90].map((percent) => phase(undefined, percent))
const say = (...lifetimes: Lifetime[]) => judge(STOP_10, lifetimes, FACTS)

test('an end in time passes, whatever its code is, and each is told of', () => {
  const verdict = say(
    ...FIVE.slice(0, 3),
    phase([SENT, exited(1800)], 70),
    phase([SENT, exited(900, 143)], 90),
    conflict([exited(300, 1)]),
  )
  expect(verdict).toMatchObject({
    outcome: 'PASS',
    says: 'It ended after each of 5 signals in the middle of its start, within 1300 ms, and nothing stayed',
  })
  expect(verdict.notes[0]).toContain('SIGTERM at 70 % of a start: exit code 0, 1300 ms later')
})

test.each<[string, readonly HistoryEvent[], string]>([
  ['that has to be killed', [SENT, KILLED, exited(5760, null, 'SIGKILL')], 'it had to be killed 5250 ms after SIGTERM'],
  ['after the deadline', [SENT, exited(5501)], 'it took 5001 ms to end, 5000 ms is all it has'],
  [
    'that leaves a process',
    [SENT, exited(520, null, 'SIGTERM'), { kind: 'left-behind', at: 1600, pid: 43, command: 'node x.js', ports: [] }],
    'the process that was started ended, and 1 of its processes stayed',
  ],
])('an end %s fails', (_, events, says) => {
  const verdict = say(...FIVE.slice(0, 4), phase(events, 90))
  expect(verdict).toMatchObject({ outcome: 'FAIL', says: `SIGTERM at 90 % of a start: ${says}` })
  expect(verdict.evidence[0]?.seen).toMatchObject({ from: 500 })
})

test('an end by itself with 0 before it is ready fails, and one with an error shows nothing', () => {
  expect(say(...FIVE.slice(0, 4), phase([exited(300)], 90))).toMatchObject({
    outcome: 'FAIL',
    says: 'SIGTERM at 90 % of a start: it ended by itself with exit code 0 before the signal',
  })
  expect(say(...FIVE.slice(0, 3), phase([exited(300, 1)], 90)).outcome).toBe('PASS')
  expect(say(...FIVE.slice(0, 2), phase([exited(300, 1)], 90)).outcome).toBe('INCONCLUSIVE')
})

test('a failed start that is ended with 0 after the signal fails', () => {
  const sent = { ...SENT, at: 10_500 }
  expect(say(...FIVE, conflict([sent, exited(10_600)]))).toMatchObject({
    outcome: 'FAIL',
    says: 'With port 8080 taken, it never listened, and it ended with code 0 after SIGTERM, as if its start had not failed',
  })
  expect(say(...FIVE, conflict([sent, exited(10_600, 1)])).outcome).toBe('PASS')
  const elsewhere = { kind: 'listening', what: 'opened', port: 8081, host: '::', pid: 42, resolutionMs: 5 } as const
  expect(say(...FIVE, conflict([{ ...elsewhere, at: 400 }, sent, exited(10_600)])).outcome).toBe('PASS')
  const killed = { ...KILLED, at: 15_750 } as HistoryEvent
  expect(say(...FIVE, conflict([sent, killed, exited(15_760, null, 'SIGKILL')])).outcome).toBe('FAIL')
})

test('signals that came when it was ready already show nothing, and hang all the same', () => {
  const ready = makeProbe({ startedAt: 400 })
  const late = phase([ready, SENT, exited(520)])
  expect(say(...FIVE.slice(0, 3), late, late).outcome).toBe('PASS')
  const verdict = say(...FIVE.slice(0, 2), late, late, late)
  expect(verdict).toMatchObject({
    outcome: 'INCONCLUSIVE',
    says: 'Only 2 signals came before it was ready, and it takes 3. A start takes 1000 ms.',
    figures: [{ name: 'duringStartCount', value: 2 }, { name: 'deadlineMs' }, { name: 'slowestExitMs' }],
  })
  const hung = say(...FIVE.slice(0, 2), phase([ready, SENT, KILLED, exited(5760, null, 'SIGKILL')]))
  expect(hung.outcome).toBe('FAIL')
  expect(hung.says).toContain('which was ready sooner this time: it had to be killed')
})

test('nobody can tell of what was given up, or never began', () => {
  expect(say().outcome).toBe('INCONCLUSIVE')
  const early = { ...KILLED, at: 700 } as HistoryEvent
  const givenUp = phase([SENT, early, exited(710, null, 'SIGKILL')])
  expect(say(givenUp, givenUp, givenUp).outcome).toBe('INCONCLUSIVE')
})
