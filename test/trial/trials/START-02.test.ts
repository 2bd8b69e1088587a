import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import trial from '../../../src/trial/trials/START-02.ts'
import { judge, makeFacts, makeLifetime } from '../samples.ts'
import { makeLine, makeProbe, makeSpawned } from '../start-samples.ts'

function makeStart(readyAfterMs: number, label = 'start 1', settings = {}): Lifetime {
  const events = [makeSpawned(10), makeProbe({ startedAt: 10 + readyAfterMs - 5 })]
  return makeLifetime(events, { voyage: 'starts', label, settings })
}

const FACTS = makeFacts({ startupMs: { value: 1000, origin: 'flag' } })

test.each([
  { afterMs: 1000, outcome: 'PASS' },
  { afterMs: 1001, outcome: 'FAIL' },
])('a start of $afterMs ms with a budget of 1000 ms: $outcome', ({ afterMs, outcome }) => {
  expect(judge(trial, [makeStart(300), makeStart(afterMs, 'start 2')], FACTS)).toMatchObject({
    outcome,
    figures: [{ value: 2 }, { value: 1000 }, { name: 'coldReadyAfterMs', value: 300 }, { value: afterMs }],
  })
})

test('a start with a slow dependency is not counted', () => {
  const slow = makeStart(3000, 'slow dependency', { dependency: 'db' })
  expect(judge(trial, [makeStart(300), slow], FACTS).outcome).toBe('PASS')
})

test('a process that ends before it is ready fails, with its last lines', () => {
  const exited: HistoryEvent = { kind: 'exited', at: 100, code: 1, signal: null }
  const start = makeLifetime([makeSpawned(0), makeLine(90, 'no such table'), exited], { voyage: 'starts' })
  expect(judge(trial, [start], FACTS)).toMatchObject({
    outcome: 'FAIL',
    says: 'The process ended with exit code 1 before it was ready, in "first"',
    evidence: [{ lines: ['no such table'] }],
  })
})

test('one that is never ready fails when it was watched for the whole budget, and is inconclusive when it was not', () => {
  const watched = (until: number): Lifetime =>
    makeLifetime([makeSpawned(0), makeProbe({ startedAt: until - 5, status: 503 })], { voyage: 'starts' })
  expect(judge(trial, [watched(1001)], FACTS).outcome).toBe('FAIL')
  expect(judge(trial, [watched(1000)], FACTS).outcome).toBe('INCONCLUSIVE')
})

test.each([
  { initialDelayMs: 900, noteCount: 0 },
  { initialDelayMs: 901, noteCount: 1 },
])('a liveness probe that begins after $initialDelayMs ms, of a start of 300 ms: $noteCount notes', (each) => {
  const live = {
    path: '/livez',
    port: 8080,
    origin: 'manifest',
    periodMs: 1,
    timeoutMs: 1,
    failureThreshold: 1,
  } as const
  const facts = makeFacts({ probes: { ...FACTS.probes, live: { ...live, initialDelayMs: each.initialDelayMs } } })
  expect(judge(trial, [makeStart(300)], facts).notes).toHaveLength(each.noteCount)
})

test('nothing at all is inconclusive', () => {
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [makeLifetime([], { voyage: 'starts' })]).outcome).toBe('INCONCLUSIVE')
})
