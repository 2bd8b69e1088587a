import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import trial from '../../../src/trial/trials/START-03.ts'
import { judge, makeFacts, makeLifetime } from '../samples.ts'
import { makeProbe, makeSpawned } from '../start-samples.ts'

const REFUSED: HistoryEvent = { kind: 'fault', at: 0, target: 'collector', fault: 'refuse' }

/** Asked every 100 ms for ten seconds, ready at `readyAt`. */
function makeStart(readyAt: number, others: readonly HistoryEvent[] = [REFUSED], watchedForMs = 10_000): Lifetime {
  const probes = Array.from({ length: watchedForMs / 100 }, (_, index) =>
    makeProbe({ startedAt: index * 100, at: index * 100, status: index * 100 >= readyAt ? 200 : 503 }),
  )
  return makeLifetime([...others, makeSpawned(0), ...probes], {
    voyage: 'no-collector-start',
    label: 'collector refused',
  })
}

const FACTS = makeFacts({ normal: { listeningAfterMs: 100, readyAfterMs: 500 } })

test.each([
  { readyAt: 2500, normalMs: 500, outcome: 'PASS' },
  { readyAt: 2600, normalMs: 500, outcome: 'FAIL' },
  { readyAt: 6000, normalMs: 3000, outcome: 'PASS' },
  { readyAt: 6100, normalMs: 3000, outcome: 'FAIL' },
  { readyAt: 20_000, normalMs: 500, outcome: 'FAIL' },
])('normal after $normalMs ms, without a collector after $readyAt ms: $outcome', ({ readyAt, normalMs, outcome }) => {
  const facts = makeFacts({ normal: { listeningAfterMs: 100, readyAfterMs: normalMs } })
  expect(judge(trial, [makeStart(readyAt)], facts).outcome).toBe(outcome)
})

test('the slowest start with everything healthy is what is normal', () => {
  const healthy = { ...makeStart(2000, []), voyage: 'starts' }
  expect(judge(trial, [healthy, makeStart(3900)], FACTS)).toMatchObject({
    outcome: 'PASS',
    figures: [{ value: 2000 }, { value: 4000 }, { name: 'refuseReadyAfterMs', value: 3900 }],
  })
})

test('where no healthy start was ready either, nobody knows what is normal', () => {
  const healthy = { ...makeStart(20_000, [], 2000), voyage: 'starts' }
  expect(judge(trial, [healthy, healthy, makeStart(4200)], FACTS)).toMatchObject({
    outcome: 'INCONCLUSIVE',
    says: expect.stringContaining('No start was ready with everything healthy either'),
  })
  expect(judge(trial, [healthy, { ...makeStart(500, []), voyage: 'starts' }, makeStart(4200)], FACTS).outcome).toBe(
    'FAIL',
  )
})

test('a process that ends because there is no collector fails', () => {
  const exited: HistoryEvent = { kind: 'exited', at: 900, code: 1, signal: null }
  expect(judge(trial, [makeStart(20_000, [REFUSED, exited])], FACTS)).toMatchObject({
    outcome: 'FAIL',
    says: 'The process ended with exit code 1 in "collector refused"',
  })
})

test('a start that was not watched for as long as it may take is inconclusive', () => {
  expect(judge(trial, [makeStart(20_000, [REFUSED], 2000)], FACTS).outcome).toBe('INCONCLUSIVE')
})

test('when we were a second late ourselves, a late start is inconclusive', () => {
  const noise: HistoryEvent = { kind: 'noise', at: 1000, startedAt: 0, latenessMs: 1001, loopDelayMs: 5 }
  expect(judge(trial, [makeStart(20_000, [REFUSED, noise])], FACTS).outcome).toBe('INCONCLUSIVE')
})

test('a service that was never seen to send anything is inconclusive, unless it tried the dead collector', () => {
  const facts = makeFacts({ ...FACTS, telemetry: { traces: false, metrics: false, logs: false } })
  expect(judge(trial, [makeStart(500)], facts).outcome).toBe('INCONCLUSIVE')
  const tried: HistoryEvent = {
    kind: 'export',
    at: 900,
    signal: 'traces',
    protocol: 'grpc',
    startedAt: 800,
    itemCount: 0,
    byteCount: 0,
    fault: 'blackhole',
  }
  expect(judge(trial, [makeStart(500, [REFUSED, tried])], facts).outcome).toBe('PASS')
})

test('a fault that came after the start, or none, is no start without a collector', () => {
  expect(judge(trial, [makeStart(500, [{ ...REFUSED, at: 50 }])], FACTS).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [makeStart(500, [])], FACTS).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [], FACTS).outcome).toBe('INCONCLUSIVE')
})

test('of a service without telemetry there is nothing to try', () => {
  expect(trial.skipBecause?.(makeFacts({ telemetry: { traces: false, metrics: false, logs: false } }))).toContain(
    'TEL-01',
  )
  expect(trial.skipBecause?.(FACTS)).toBeUndefined()
})
