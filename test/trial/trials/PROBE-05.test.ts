import { expect, test } from 'vitest'
import type { HistoryEvent, ProbeEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import trial from '../../../src/trial/trials/PROBE-05.ts'
import { judge, makeFacts, makeLifetime } from '../samples.ts'
import { makeProbe } from '../start-samples.ts'

const FAULTS: readonly HistoryEvent[] = [
  { kind: 'fault', at: 1000, target: 'db', fault: 'blackhole' },
  { kind: 'fault', at: 5000, target: 'db', fault: 'none' },
]
const USED: HistoryEvent = { kind: 'dependency', at: 100, dependency: 'db', connection: 0, what: 'connected' }

function makeOutage(
  change: (probe: ProbeEvent) => ProbeEvent = (probe) => probe,
  { count = 40, others = [USED, ...FAULTS] }: { count?: number; others?: readonly HistoryEvent[] } = {},
): Lifetime {
  const probes = Array.from({ length: count }, (_, index) =>
    (['ready', 'live'] as const).map((probe) => change(makeProbe({ probe, startedAt: 1000 + index * 100 }))),
  ).flat()
  return makeLifetime([...others, ...probes], { voyage: 'outage' })
}

const slow =
  (count: number, tookMs: number) =>
  (probe: ProbeEvent): ProbeEvent =>
    probe.probe === 'ready' && probe.startedAt < 1000 + count * 100 ? { ...probe, at: probe.startedAt + tookMs } : probe

test('answers in time pass, whatever they say', () => {
  expect(judge(trial, [makeOutage((probe) => ({ ...probe, status: 503, isSuccess: false }))])).toMatchObject({
    outcome: 'PASS',
    figures: [{ name: 'readySamples', value: 40 }, { value: 5 }, { name: 'liveSamples', value: 40 }, { value: 5 }],
  })
})

test.each([
  { count: 40, tookMs: 999, outcome: 'PASS' },
  { count: 40, tookMs: 1000, outcome: 'FAIL' },
  { count: 2, tookMs: 4000, outcome: 'PASS' },
  { count: 3, tookMs: 4000, outcome: 'FAIL' },
])('$count of 40 answers after $tookMs ms: $outcome', ({ count, tookMs, outcome }) => {
  const verdict = judge(trial, [makeOutage(slow(count, tookMs))])
  const late = `Readiness came later than 1000 ms, or not at all, ${count} of 40 times while "db" hung`
  const says = outcome === 'FAIL' ? late : 'Probes answered in time while a dependency hung'
  expect(verdict).toMatchObject({ outcome, says: expect.stringContaining(says) })
})

test('no answer is late', () => {
  const none = (probe: ProbeEvent): ProbeEvent => {
    const { status: _, ...rest } = probe
    return { ...rest, isSuccess: false, at: probe.startedAt + 1000 }
  }
  expect(judge(trial, [makeOutage(none)]).outcome).toBe('FAIL')
})

test('the manifest says how long a probe may take', () => {
  const { ready, live } = makeFacts().probes
  if (ready === undefined || live === undefined) throw new Error('no probes')
  const facts = makeFacts({ probes: { ready: { ...ready, timeoutMs: 5000 }, live } })
  expect(judge(trial, [makeOutage(slow(40, 4999))], facts).outcome).toBe('PASS')
})

test('when we were as late ourselves nobody can tell', () => {
  const noise: HistoryEvent = { kind: 'noise', at: 3000, startedAt: 2000, latenessMs: 0, loopDelayMs: 1000 }
  expect(judge(trial, [makeOutage(slow(40, 4000), { others: [USED, ...FAULTS, noise] })]).outcome).toBe('INCONCLUSIVE')
})

test.each([
  { what: 'no outage', plan: { others: [USED] }, says: 'No dependency was seen to hang' },
  {
    what: 'an outage of another kind',
    plan: { others: [USED, { ...FAULTS[0], fault: 'refuse' } as HistoryEvent] },
    says: 'No dependency was seen to hang',
  },
  { what: 'a dependency that nobody uses', plan: { others: FAULTS }, says: 'nothing to do with "db"' },
  { what: '19 questions', plan: { count: 19 }, says: 'Only 19 questions' },
])('$what is inconclusive', ({ plan, says }) => {
  const verdict = judge(trial, [makeOutage(undefined, plan)])
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(verdict.says).toContain(says)
})

test('20 questions are enough, nothing at all is inconclusive, and there may be nothing to try', () => {
  expect(judge(trial, [makeOutage(undefined, { count: 20 })]).outcome).toBe('PASS')
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
  expect(trial.skipBecause?.(makeFacts())).toContain('--dep')
  expect(trial.skipBecause?.(makeFacts({ probes: {} }))).toContain('no probes')
})
