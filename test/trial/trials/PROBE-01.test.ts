import { expect, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import type { HistoryEvent, ProbeEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import { IDLE_BEGAN, LOAD_BEGAN, LOAD_ENDED } from '../../../src/trial/history/marks/underway.ts'
import trial from '../../../src/trial/trials/PROBE-01.ts'
import { judge, makeFacts, makeLifetime } from '../samples.ts'
import { makeProbe } from '../start-samples.ts'

const mark = (name: string, at: number): HistoryEvent => ({ kind: 'mark', at, name, data: {} })

/** Both probes every 50 ms: `count` times idle, `count` times under load. */
function makeVoyage(
  change: (probe: ProbeEvent) => ProbeEvent = (probe) => probe,
  { count = 50, others = [] }: { count?: number; others?: HistoryEvent[] } = {},
): Lifetime {
  const loadAt = count * 50
  const probes = Array.from({ length: 2 * count }, (_, index) =>
    (['ready', 'live'] as const).map((probe) => change(makeProbe({ probe, startedAt: index * 50 }))),
  ).flat()
  const marks = [mark(IDLE_BEGAN, 0), mark(LOAD_BEGAN, loadAt), mark(LOAD_ENDED, 2 * loadAt)]
  return makeLifetime([...marks, ...probes, ...others], { voyage: 'underway' })
}

test('both probes, quick in both situations, pass', () => {
  expect(judge(trial, [makeVoyage()])).toMatchObject({
    outcome: 'PASS',
    figures: [
      { name: 'readyIdleSamples', value: 50 },
      { name: 'readyIdleP99Ms', value: 5 },
      { name: 'readyUnderLoadSamples', value: 50 },
      { value: 5 },
      { value: 50 },
      { value: 5 },
      { value: 50 },
      { value: 5 },
    ],
  })
})

test('49 answers in one situation are too few', () => {
  expect(judge(trial, [makeVoyage(undefined, { count: 49 })])).toMatchObject({
    outcome: 'INCONCLUSIVE',
    says: 'Only 49 answers of readiness with nothing else going on; it takes 50',
  })
})

test.each([
  { what: 'none', probes: {}, says: 'No probe was found' },
  { what: 'no liveness', probes: { ready: makeFacts().probes.ready }, says: 'no liveness probe' },
  { what: 'no readiness', probes: { live: makeFacts().probes.live }, says: 'no readiness probe' },
  {
    what: 'one for both',
    probes: { ready: makeFacts().probes.live, live: makeFacts().probes.live },
    says: 'the same path /livez',
  },
])('probes: $what fails', ({ probes, says }) => {
  const verdict = judge(trial, [makeVoyage()], makeFacts({ probes: probes as Facts['probes'] }))
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain(says)
})

test('one path for both is right when the manifest says so', () => {
  const probe = {
    path: '/health',
    port: 1,
    origin: 'manifest',
    periodMs: 1,
    timeoutMs: 1,
    failureThreshold: 1,
    initialDelayMs: 0,
  } as const
  expect(judge(trial, [makeVoyage()], makeFacts({ probes: { ready: probe, live: probe } })).outcome).toBe('PASS')
})

test.each([
  { tookMs: 999, outcome: 'PASS' },
  { tookMs: 1000, outcome: 'FAIL' },
])('a slowest answer of 50 that takes $tookMs ms: $outcome', ({ tookMs, outcome }) => {
  const slow = (probe: ProbeEvent): ProbeEvent =>
    probe.startedAt === 3000 && probe.probe === 'live' ? { ...probe, at: 3000 + tookMs } : probe
  const verdict = judge(trial, [makeVoyage(slow)])
  const says = outcome === 'PASS' ? 'Liveness and readiness answered' : 'Liveness (/livez) took 1000 ms'
  expect(verdict).toMatchObject({ outcome, says: expect.stringContaining(says) })
})

test('one of 200 answers may take longer: it is not the 99th percentile', () => {
  const slow = (probe: ProbeEvent): ProbeEvent => (probe.startedAt === 3000 ? { ...probe, at: 5000 } : probe)
  expect(judge(trial, [makeVoyage(slow, { count: 200 })]).outcome).toBe('PASS')
})

test('no answer counts as the slowest', () => {
  const none = (probe: ProbeEvent): ProbeEvent => {
    const { status: _, ...rest } = probe
    return probe.startedAt === 3000 ? { ...rest, isSuccess: false, at: 4000 } : probe
  }
  expect(judge(trial, [makeVoyage(none)]).outcome).toBe('FAIL')
})

test('slow answers while we were a second late ourselves are inconclusive', () => {
  const noise: HistoryEvent = { kind: 'noise', at: 4000, startedAt: 2000, latenessMs: 1000, loopDelayMs: 0 }
  const slow = (probe: ProbeEvent): ProbeEvent => (probe.startedAt === 3000 ? { ...probe, at: 5000 } : probe)
  expect(judge(trial, [makeVoyage(slow, { others: [noise] })]).outcome).toBe('INCONCLUSIVE')
})

test('on a noisy machine a few slow answers are inconclusive, and many fail', () => {
  const noisy = (latenessMs: number): HistoryEvent[] =>
    [0, 1000, 2000, 3000, 4000].map((startedAt) => {
      return { kind: 'noise', startedAt, at: startedAt + 1000, latenessMs, loopDelayMs: 0 }
    })
  const few = (probe: ProbeEvent): ProbeEvent => (probe.startedAt === 3000 ? { ...probe, at: 5000 } : probe)
  const many = (probe: ProbeEvent): ProbeEvent =>
    probe.startedAt > 3000 ? { ...probe, at: probe.startedAt + 1500 } : probe
  const judgeAt = (change: typeof few, latenessMs: number) =>
    judge(trial, [makeVoyage(change, { others: noisy(latenessMs) })])
  expect(judgeAt(few, 50).outcome).toBe('FAIL')
  expect(judgeAt(few, 51)).toMatchObject({
    outcome: 'INCONCLUSIVE',
    says: expect.stringContaining('too noisy'),
    notes: [expect.stringContaining('without the noise it would be a FAIL: Readiness (/readyz) took 2000 ms')],
  })
  expect(judgeAt(many, 499).outcome).toBe('FAIL')
  expect(judgeAt(many, 500).outcome).toBe('INCONCLUSIVE')
  const refused = (probe: ProbeEvent): ProbeEvent => ({
    ...few(probe),
    ...(probe.startedAt === 3050 && { status: 503 }),
  })
  expect(judgeAt(refused, 400).outcome).toBe('FAIL')
})

test('an answer of 404 or 503 fails', () => {
  const refuse = (probe: ProbeEvent): ProbeEvent =>
    probe.startedAt === 3000 ? { ...probe, status: 503, isSuccess: false } : probe
  expect(judge(trial, [makeVoyage(refuse)]).says).toContain('1 of 50 times with 503')
})

test('what comes after the stop is not looked at', () => {
  const stop: HistoryEvent = { kind: 'signal', at: 2600, signal: 'SIGTERM', why: 'trial' }
  const refuse = (probe: ProbeEvent): ProbeEvent =>
    probe.startedAt > 2600 ? { ...probe, status: 503, isSuccess: false } : probe
  expect(judge(trial, [makeVoyage(refuse, { others: [stop] })]).outcome).toBe('INCONCLUSIVE')
})

test('nothing at all is inconclusive', () => {
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [makeLifetime([], { voyage: 'underway' })]).outcome).toBe('INCONCLUSIVE')
})

const HTTP2_ONLY = { http1: false, h2c: true, tls: false } as const

test('probes that were found over HTTP/2 only are none: a kubelet asks over HTTP/1.1', () => {
  const facts = makeFacts({ protocol: HTTP2_ONLY, probes: {}, probesOverHttp2: ['/readyz', '/livez'] })
  expect(judge(trial, [makeVoyage()], facts)).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringMatching(
      /^\/readyz and \/livez answered on a port which speaks HTTP\/2 without TLS only, and a kubelet/,
    ),
  })
})

test('a probe that was declared on a port of HTTP/2 only fails, and one on a port of its own does not', () => {
  const { ready, live } = makeFacts().probes
  if (ready === undefined || live === undefined) throw new Error('no probes')
  const on = (port: number) =>
    makeFacts({ protocol: HTTP2_ONLY, probes: { ready: { ...ready, port }, live: { ...live, port } } })
  expect(judge(trial, [makeVoyage()], on(makeFacts().port.value))).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('The probe /readyz is on port'),
  })
  expect(judge(trial, [makeVoyage()], on(9090)).outcome).toBe('PASS')
})
