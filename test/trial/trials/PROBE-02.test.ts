import { expect, test } from 'vitest'
import type { HistoryEvent, ProbeEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import { BUSY_BEGAN, BUSY_ENDED, FROZEN, THAWED } from '../../../src/trial/history/marks/frozen.ts'
import trial from '../../../src/trial/trials/PROBE-02.ts'
import { judge, makeFacts, makeLifetime, makeRequest } from '../samples.ts'
import { makeProbe, makeSpawned } from '../start-samples.ts'

const mark = (name: string, at: number): HistoryEvent => ({ kind: 'mark', at, name, data: {} })

/** Liveness every 100 ms up to `until`. */
function probes(until: number, change: (probe: ProbeEvent) => ProbeEvent = (probe) => probe, from = 0): ProbeEvent[] {
  return Array.from({ length: (until - from) / 100 }, (_, index) =>
    change(makeProbe({ probe: 'live', path: '/livez', startedAt: from + index * 100 })),
  )
}

function silent(probe: ProbeEvent): ProbeEvent {
  const { status: _, ...rest } = probe
  return { ...rest, isSuccess: false, at: probe.startedAt + 1000 }
}

const no = (probe: ProbeEvent): ProbeEvent => ({ ...probe, status: 503, isSuccess: false })

/** Frozen from 1000 to 5000, answered again from `backAt` on. */
function makeFreeze(backAt = 5100, others: readonly HistoryEvent[] = [], until = 8000): Lifetime {
  const frozen = (probe: ProbeEvent): ProbeEvent =>
    probe.startedAt >= 1000 && probe.startedAt < backAt ? silent(probe) : probe
  const events = [makeSpawned(0), mark(FROZEN, 1000), mark(THAWED, 5000), ...probes(until, frozen), ...others]
  return makeLifetime(events, { voyage: 'frozen' })
}

test('a liveness that is silent while frozen and back soon after passes', () => {
  expect(judge(trial, [makeFreeze()])).toMatchObject({
    outcome: 'PASS',
    figures: [{ name: 'aliveAfterThawMs', value: 105 }],
  })
})

test.each([
  { backAt: 6900, outcome: 'PASS' },
  { backAt: 7000, outcome: 'FAIL' },
])('back $backAt ms, thawed at 5000 ms: $outcome', ({ backAt, outcome }) => {
  expect(judge(trial, [makeFreeze(backAt)]).outcome).toBe(outcome)
})

test('a process that does not live through the freeze fails', () => {
  const exited: HistoryEvent = { kind: 'exited', at: 5200, code: 1, signal: null }
  expect(judge(trial, [makeFreeze(99_000, [exited])])).toMatchObject({
    outcome: 'FAIL',
    says: 'Liveness never came back: the process ended with exit code 1 after it had been frozen for 4.0 s',
  })
})

test('a watch that ended too early, or a machine as slow as that, is inconclusive', () => {
  expect(judge(trial, [makeFreeze(99_000, [], 5500)]).outcome).toBe('INCONCLUSIVE')
  const noise: HistoryEvent = { kind: 'noise', at: 6000, startedAt: 5000, latenessMs: 2000, loopDelayMs: 0 }
  expect(judge(trial, [makeFreeze(7900, [noise])]).outcome).toBe('INCONCLUSIVE')
})

test('a freeze in which liveness is answered did not hold, and beyond ten seconds it is a lie', () => {
  const answered = makeLifetime([mark(FROZEN, 1000), mark(THAWED, 5000), ...probes(8000)], { voyage: 'frozen' })
  expect(judge(trial, [answered]).outcome).toBe('INCONCLUSIVE')
  const long = (thawedAt: number): Lifetime =>
    makeLifetime([mark(FROZEN, 1000), mark(THAWED, thawedAt), ...probes(14_000)], { voyage: 'frozen' })
  expect(judge(trial, [long(11_000)]).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [long(11_500)])).toMatchObject({ outcome: 'FAIL' })
})

/** A dependency away from 1000 to 15000. */
function makeOutage(change: (probe: ProbeEvent) => ProbeEvent, others: readonly HistoryEvent[] = []): Lifetime {
  const faults: HistoryEvent[] = [
    { kind: 'fault', at: 1000, target: 'db', fault: 'refuse' },
    { kind: 'fault', at: 15_000, target: 'db', fault: 'none' },
  ]
  return makeLifetime([...faults, ...probes(16_000, change), ...others], { voyage: 'outage', id: 1 })
}

test.each([
  { count: 2, outcome: 'PASS' },
  { count: 3, outcome: 'FAIL' },
])('$count times no in a row while a dependency is away: $outcome', ({ count, outcome }) => {
  const change = (probe: ProbeEvent): ProbeEvent =>
    probe.startedAt >= 3000 && probe.startedAt < 3000 + count * 100 ? no(probe) : probe
  expect(judge(trial, [makeFreeze(), makeOutage(change)]).outcome).toBe(outcome)
})

test('a service that listens only when its dependency is there has not been alive before', () => {
  const change = (probe: ProbeEvent): ProbeEvent => (probe.startedAt < 14_500 ? silent(probe) : probe)
  expect(judge(trial, [makeFreeze(), makeOutage(change)]).outcome).toBe('PASS')
})

test('silence of more than ten seconds while requests are answered fails, and less is a note', () => {
  const quietFor = (ms: number) => (probe: ProbeEvent) =>
    probe.startedAt >= 2000 && probe.startedAt < 2000 + ms ? silent(probe) : probe
  const request = makeRequest({ id: 1, at: 8000 })
  expect(judge(trial, [makeFreeze(), makeOutage(quietFor(9200), [request])])).toMatchObject({ outcome: 'FAIL' })
  expect(judge(trial, [makeFreeze(), makeOutage(quietFor(9100), [request])])).toMatchObject({
    outcome: 'PASS',
    notes: [expect.stringContaining('91 of 140 answers')],
  })
  expect(judge(trial, [makeFreeze(), makeOutage(quietFor(9200))]).outcome).toBe('PASS')
})

test('a busy service may be late, and may not say no', () => {
  const busy = (change: (probe: ProbeEvent) => ProbeEvent): Lifetime =>
    makeFreeze(5100, [mark(BUSY_BEGAN, 8000), mark(BUSY_ENDED, 11_000), ...probes(11_000, change, 8000)])
  const late = judge(trial, [busy((probe) => ({ ...probe, at: probe.startedAt + 1500 }))])
  expect(late).toMatchObject({ outcome: 'PASS', notes: [expect.stringContaining('30 of 30 answers')] })
  expect(judge(trial, [busy(no)]).says).toContain('while the service was busy')
})

test('with dependencies, it takes one that was away', () => {
  const facts = makeFacts({ dependencies: [{ name: 'db' }] as never })
  expect(judge(trial, [makeFreeze()], facts).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [makeFreeze(), makeOutage((probe) => probe)], facts).outcome).toBe('PASS')
})

test('nothing at all is inconclusive, and without the probe there is nothing to try', () => {
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [makeLifetime([mark(FROZEN, 1), mark(THAWED, 2)], { voyage: 'frozen' })]).outcome).toBe(
    'INCONCLUSIVE',
  )
  expect(trial.skipBecause?.(makeFacts({ probes: {} }))).toContain('--live')
})
