import { expect, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import trial from '../../../src/trial/trials/PROBE-03.ts'
import { judge, makeFacts, makeLifetime, makeRequest } from '../samples.ts'
import { makeProbe } from '../start-samples.ts'

interface Plan {
  readonly count: number
  /** Whether readiness says yes, and whether requests succeed, at the sample with this number. */
  readonly isReady?: (index: number) => boolean
  readonly succeeds?: (index: number) => boolean
  readonly others?: readonly HistoryEvent[]
}

/** A question and a request every 300 ms, so that each belongs to one. */
function makeVoyage({ count, isReady = () => true, succeeds = () => true, others = [] }: Plan): Lifetime {
  const events = Array.from({ length: count }, (_, index) => [
    makeProbe({ startedAt: index * 300, status: isReady(index) ? 200 : 503 }),
    makeRequest({ id: index, startedAt: index * 300 + 50, at: index * 300 + 60, status: succeeds(index) ? 200 : 500 }),
  ]).flat()
  return makeLifetime([...events, ...others], { voyage: 'underway' })
}

test.each([
  { count: 72, outcome: 'INCONCLUSIVE' },
  { count: 73, outcome: 'PASS' },
])('$count answers that all agree: $outcome', ({ count, outcome }) => {
  expect(judge(trial, [makeVoyage({ count })])).toMatchObject({
    outcome,
    figures: [{ value: count }, { value: 0 }, { value: 0 }, { value: 0 }, { value: 1 }, {}, { low: 0, high: 1 }],
  })
})

test('ready all the time while requests fail for long fails, with the requests', () => {
  const succeeds = (index: number): boolean => index < 300 || index >= 360
  const verdict = judge(trial, [makeVoyage({ count: 400, succeeds })])
  // The first 10 s after the change, 34 answers, may lag.
  expect(verdict).toMatchObject({ outcome: 'FAIL', says: 'Readiness said yes 26 times of 26 while requests failed' })
  expect(verdict.evidence[0]?.seen?.requests).toHaveLength(20)
})

test('a lie is not hidden by a long time in which all was well', () => {
  const succeeds = (index: number): boolean => index < 2900 || index >= 2965
  const verdict = judge(trial, [makeVoyage({ count: 3000, succeeds })])
  expect(verdict).toMatchObject({ outcome: 'FAIL', says: 'Readiness said yes 31 times of 31 while requests failed' })
  expect(verdict.figures.find(({ name }) => name === 'agreementRatio')?.low).toBeGreaterThan(0.95)
})

test('not ready while requests fail agrees, also when it follows 10 s later', () => {
  const succeeds = (index: number): boolean => index < 100 || index >= 160
  expect(judge(trial, [makeVoyage({ count: 300, succeeds, isReady: succeeds })]).outcome).toBe('PASS')
  const lags = (index: number): boolean => index < 133 || index >= 193
  expect(judge(trial, [makeVoyage({ count: 300, succeeds, isReady: lags })]).outcome).toBe('PASS')
  const lagsMore = (index: number): boolean => index < 160 || index >= 220
  expect(judge(trial, [makeVoyage({ count: 300, succeeds, isReady: lagsMore })]).outcome).toBe('FAIL')
})

test('another way of being away gives readiness no more time, and its return does', () => {
  const succeeds = (index: number): boolean => index < 100 || index >= 160
  const fault = (index: number, what: string): HistoryEvent => {
    return { kind: 'fault', at: index * 300, target: 'db', fault: what }
  }
  const away = [fault(100, 'refuse'), fault(115, 'reset'), fault(130, 'blackhole'), fault(160, 'none')]
  const lies = makeVoyage({ count: 300, succeeds, others: away })
  expect(judge(trial, [lies])).toMatchObject({
    outcome: 'FAIL',
    says: 'Readiness said yes 26 times of 26 while requests failed',
  })
  const isReady = (index: number): boolean => index < 105 || index >= 190
  expect(judge(trial, [makeVoyage({ count: 300, succeeds, isReady, others: away })]).outcome).toBe('PASS')
})

test('the manifest says how long it may lag', () => {
  const probe = { path: '/', port: 1, timeoutMs: 1, initialDelayMs: 0 } as const
  const factsOf = (periodMs: number): Facts =>
    makeFacts({ probes: { ready: { ...probe, origin: 'manifest', periodMs, failureThreshold: 2 } } })
  const succeeds = (index: number): boolean => index < 300 || index >= 340
  const voyage = makeVoyage({ count: 400, succeeds })
  expect(judge(trial, [voyage], factsOf(1000)).outcome).toBe('FAIL')
  expect(judge(trial, [voyage], factsOf(6000)).outcome).toBe('PASS')
})

test('not ready while requests succeed fails', () => {
  expect(judge(trial, [makeVoyage({ count: 400, isReady: (index) => index < 300 })])).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('Readiness said no'),
  })
})

test('before the first yes and after the stop nothing is held against it', () => {
  const signal: HistoryEvent = { kind: 'signal', at: 60_000, signal: 'SIGTERM', why: 'trial' }
  const isReady = (index: number): boolean => index > 50 && index < 200
  expect(judge(trial, [makeVoyage({ count: 300, isReady, others: [signal] })])).toMatchObject({
    outcome: 'PASS',
    figures: [{ value: 149 }, { value: 0 }, { value: 0 }, { value: 0 }, {}, {}, {}],
  })
})

test('answers without a request near them, and other loads, are not counted', () => {
  const { events } = makeVoyage({ count: 300 })
  const alone = events.filter(({ kind }) => kind === 'probe')
  expect(judge(trial, [makeLifetime(alone, { voyage: 'underway' })]).outcome).toBe('INCONCLUSIVE')
  const odd = events.map((event) => (event.kind === 'request' ? { ...event, load: 'odd-context' } : event))
  expect(judge(trial, [makeLifetime(odd, { voyage: 'underway' })]).outcome).toBe('INCONCLUSIVE')
})

test('nothing at all is inconclusive, and without the probe there is nothing to try', () => {
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [makeLifetime([], { voyage: 'outage' })]).outcome).toBe('INCONCLUSIVE')
  expect(trial.skipBecause?.(makeFacts({ probes: {} }))).toContain('--ready')
})
