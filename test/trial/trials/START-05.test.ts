import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import trial from '../../../src/trial/trials/START-05.ts'
import { judge, makeFacts, makeLifetime } from '../samples.ts'
import { makeLine, makeSpawned } from '../start-samples.ts'

function makeStart(events: readonly HistoryEvent[]): Lifetime {
  const settings = { variable: 'HTTP_PORT', value: 'abc', why: 'no number' }
  return makeLifetime([makeSpawned(0), ...events], { voyage: 'bad-values', settings })
}

const exits = (at: number, code: number | null, signal: NodeJS.Signals | null = null): HistoryEvent => ({
  kind: 'exited',
  at,
  code,
  signal,
})
const OPENED: HistoryEvent = {
  kind: 'listening',
  at: 100,
  what: 'opened',
  port: 3000,
  host: '::',
  pid: 42,
  resolutionMs: 5,
}

test.each(['HTTP_PORT is "abc"', 'http.port is not a number', 'invalid httpPort'])(
  'an error that names the variable passes: %s',
  (line) => {
    expect(judge(trial, [makeStart([makeLine(90, line), exits(100, 2)])])).toMatchObject({ outcome: 'PASS', notes: [] })
  },
)

test('an error that does not name the variable passes with a note', () => {
  expect(judge(trial, [makeStart([makeLine(90, 'TypeError: NaN'), exits(100, 1)])])).toMatchObject({
    outcome: 'PASS',
    notes: ['The service refused a bad HTTP_PORT with exit code 1, and its output does not name the variable'],
  })
})

test('a service that serves all the same fails, also when it ends afterwards', () => {
  expect(judge(trial, [makeStart([OPENED, makeLine(90, 'HTTP_PORT'), exits(200, 1)])])).toMatchObject({
    outcome: 'FAIL',
    says: 'The service started with a bad HTTP_PORT (no number) and listened on port 3000',
  })
})

test('one that falls back to a port that is in use fails, too', () => {
  const line = makeLine(90, 'Error: listen EADDRINUSE: address already in use :::3000')
  const verdict = judge(trial, [makeStart([line, exits(100, 1)])])
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('took the bad HTTP_PORT for another port than it said')
})

test('one that takes the value for the name of a socket, which is there already, fails as that', () => {
  const line = makeLine(90, 'Error: listen EADDRINUSE: address already in use abc')
  const verdict = judge(trial, [makeStart([line, exits(100, 1)])])
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('for the name of a file to listen on')
})

test('code 0 fails, and an end by a signal of its own does not', () => {
  expect(judge(trial, [makeStart([makeLine(90, 'HTTP_PORT'), exits(100, 0)])]).outcome).toBe('FAIL')
  expect(judge(trial, [makeStart([makeLine(90, 'HTTP_PORT'), exits(100, null, 'SIGABRT')])]).outcome).toBe('PASS')
})

test.each([
  { afterMs: 5000, normalMs: 100, outcome: 'PASS' },
  { afterMs: 5001, normalMs: 100, outcome: 'FAIL' },
  { afterMs: 8000, normalMs: 4000, outcome: 'PASS' },
  { afterMs: 8001, normalMs: 4000, outcome: 'FAIL' },
])('a refusal after $afterMs ms, with a normal start of $normalMs ms: $outcome', ({ afterMs, normalMs, outcome }) => {
  const facts = makeFacts({ normal: { listeningAfterMs: 1, readyAfterMs: normalMs } })
  expect(judge(trial, [makeStart([makeLine(90, 'HTTP_PORT'), exits(afterMs, 1)])], facts).outcome).toBe(outcome)
})

test('one that neither ends nor listens fails, unless it was ended too early to tell', () => {
  const ended = (at: number): Lifetime =>
    makeStart([{ kind: 'signal', at, signal: 'SIGKILL', why: 'trial' }, exits(at + 1, null, 'SIGKILL')])
  expect(judge(trial, [ended(5000)]).outcome).toBe('FAIL')
  expect(judge(trial, [ended(4999)]).outcome).toBe('INCONCLUSIVE')
})

test('nothing at all is inconclusive, and no variable is nothing to try', () => {
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [makeLifetime([], { voyage: 'bad-values', settings: { variable: 'X' } })]).outcome).toBe(
    'INCONCLUSIVE',
  )
  const { portVariable: _, ...facts } = makeFacts()
  expect(trial.skipBecause?.(facts)).toContain('--bad-value')
  expect(trial.skipBecause?.(makeFacts())).toBeUndefined()
})
