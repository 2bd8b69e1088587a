import { expect, test } from 'vitest'
import type { HistoryEvent, ProbeEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import {
  PROBING_BEGAN,
  QUIET_BEGAN,
  SATURATION_BEGAN,
  SATURATION_ENDED,
  SINGLE_BEGAN,
} from '../../../src/trial/history/marks/saturated-probes.ts'
import PROBE_04 from '../../../src/trial/trials/PROBE-04.ts'
import { judge, makeFacts, makeLifetime, makeRequest, makeSpan, SENDER } from '../samples.ts'
import { makeProbe } from '../start-samples.ts'

const mark = (name: string, at: number): HistoryEvent => ({ kind: 'mark', at, name, data: {} })
const MARKS = [
  mark(QUIET_BEGAN, 0),
  mark(PROBING_BEGAN, 1000),
  mark(SINGLE_BEGAN, 3000),
  mark(SATURATION_BEGAN, 4000),
  mark(SATURATION_ENDED, 9000),
]

function every<T>(from: number, to: number, everyMs: number, make: (at: number, index: number) => T): T[] {
  return Array.from({ length: Math.ceil((to - from) / everyMs) }, (_, index) => make(from + index * everyMs, index))
}

const probes = (from: number, to: number, everyMs: number): ProbeEvent[] =>
  every(from, to, everyMs, (startedAt) =>
    (['ready', 'live'] as const).map((probe) => makeProbe({ probe, startedAt })),
  ).flat()

const requests = (from: number, to: number, load: string, tookMs: number): HistoryEvent[] =>
  every(from, to, 50, (startedAt, index) => makeRequest({ id: from + index, load, startedAt, at: startedAt + tookMs }))

const SINGLE = requests(3000, 4000, 'keep-alive', 4)
const MANY = requests(4000, 8900, 'burn', 40)
const ALONE = probes(1000, 3000, 40)
const BESIDE = probes(4000, 9000, 50)
const lines = (from: number, to: number, everyMs: number): HistoryEvent[] =>
  every(from, to, everyMs, (at) => ({ kind: 'output', at, stream: 'stdout', line: 'GET /readyz' }))
const spans = (from: number, to: number, everyMs: number): HistoryEvent[] =>
  every(from, to, everyMs, (at) => makeSpan({ traceId: 'a'.repeat(32), startedAt: at, endedAt: at + 1 }))

const lived = (...events: readonly HistoryEvent[]): Lifetime =>
  makeLifetime([...MARKS, ...events], { voyage: 'saturated-probes' })
const say = (...events: readonly HistoryEvent[]) => judge(PROBE_04, [lived(...SINGLE, ...MANY, ...events)])

const busily = (change: (probe: ProbeEvent, index: number) => ProbeEvent): ProbeEvent[] => BESIDE.map(change)
const ready = (late: (index: number) => boolean, tookMs: number): ProbeEvent[] =>
  busily((probe, index) =>
    probe.probe === 'ready' && late(index) ? { ...probe, at: probe.startedAt + tookMs } : probe,
  )

test('probes in time that leave nothing behind pass', () => {
  expect(say(...ALONE, ...BESIDE)).toMatchObject({
    outcome: 'PASS',
    says: 'Probes of the busy service answered within 5 ms in 99 of 100 cases, and each made 0 spans and 0 lines',
    notes: [],
    figures: expect.arrayContaining([
      { name: 'busyMs', value: 40 },
      { name: 'singleMs', value: 4 },
    ]),
  })
})

test('probes that are late while the service is busy fail', () => {
  expect(say(...ALONE, ...ready(() => true, 999)).outcome).toBe('PASS')
  expect(say(...ALONE, ...ready(() => true, 1000))).toMatchObject({
    outcome: 'FAIL',
    says: 'Readiness came later than 1000 ms, or not at all, 100 of 100 times while the service was busy.',
    evidence: [{ seen: { from: 4000, to: 9000 } }],
  })
  expect(say(...ALONE, ...ready((index) => index === 10, 3000)).outcome).toBe('PASS')
})

test('the manifest says how long a probe may take', () => {
  const { ready: own, live } = makeFacts().probes
  if (own === undefined || live === undefined) throw new Error('no probes')
  const facts = makeFacts({ probes: { ready: { ...own, timeoutMs: 5000 }, live } })
  const lifetime = lived(...SINGLE, ...MANY, ...ALONE, ...ready(() => true, 4999))
  expect(judge(PROBE_04, [lifetime], facts).outcome).toBe('PASS')
})

test('readiness may say no to a service that is busy, liveness may not', () => {
  const no = (probe: 'ready' | 'live'): ProbeEvent[] =>
    busily((each) => (each.probe === probe ? { ...each, status: 503, isSuccess: false } : each))
  expect(say(...ALONE, ...no('ready')).outcome).toBe('PASS')
  expect(say(...ALONE, ...no('live')).says).toBe(
    'Liveness answered 100 of 100 times with 503 or the like while the service was only busy.',
  )
})

test('one span and one line for each probe are worth a note, and more than ten fail', () => {
  expect(say(...ALONE, ...BESIDE, ...spans(1000, 3000, 20), ...lines(1000, 3000, 20))).toMatchObject({
    outcome: 'PASS',
    notes: ['Each probe makes 1 spans, which nobody looks at.', 'Each probe makes 1 lines, which nobody reads.'],
  })
  expect(say(...ALONE, ...BESIDE, ...lines(1000, 3000, 2)).outcome).toBe('PASS')
  expect(say(...ALONE, ...BESIDE, ...lines(1000, 3000, 1.9)).says).toBe('Each probe makes 10.5 lines.')
})

test('what comes of its own accord is not the cost of probes', () => {
  expect(say(...ALONE, ...BESIDE, ...lines(0, 3000, 1), ...spans(0, 3000, 5)).notes).toEqual([])
})

test('a line that is also a record is one line', () => {
  const records = every<HistoryEvent>(1000, 3000, 20, (madeAt) => ({
    kind: 'log',
    at: madeAt + 500,
    madeAt,
    sender: SENDER,
    body: 'probe',
    severityNumber: 9,
    traceId: '',
    spanId: '',
    attributes: {},
  }))
  expect(say(...ALONE, ...BESIDE, ...lines(1000, 3000, 20), ...records).notes).toEqual([
    'Each probe makes 1 lines, which nobody reads.',
  ])
})

test('when we were as late ourselves nobody can tell', () => {
  const noise: HistoryEvent = { kind: 'noise', at: 6000, startedAt: 5000, latenessMs: 0, loopDelayMs: 1000 }
  expect(say(...ALONE, ...ready(() => true, 4000), noise).outcome).toBe('INCONCLUSIVE')
})

test.each<[string, readonly HistoryEvent[], string]>([
  ['nothing that was answered', [...SINGLE, ...ALONE, ...BESIDE], 'No request was answered'],
  [
    'a service that is not busy',
    [...SINGLE, ...requests(4000, 8900, 'burn', 7), ...ALONE, ...BESIDE],
    'One hundred requests at a time were answered as fast as one',
  ],
  [
    '49 questions',
    [...SINGLE, ...MANY, ...ALONE, ...probes(4000, 8900, 100)],
    'Readiness was asked fewer than 50 times',
  ],
  ['no probes alone', [...SINGLE, ...MANY, ...BESIDE], 'Fewer than 50 probes'],
])('%s is inconclusive', (_, events, says) => {
  const verdict = judge(PROBE_04, [lived(...events)])
  expect([verdict.outcome, verdict.says]).toEqual(['INCONCLUSIVE', expect.stringContaining(says)])
})

test('a processor that is full is busy, too', () => {
  const reading = (at: number, cpuMs: number): HistoryEvent => ({
    kind: 'reading',
    at,
    rssBytes: 1,
    cpuMs,
    openFileCount: 1,
    threadCount: 1,
    processCount: 1,
  })
  const quick = requests(4000, 8900, 'burn', 7)
  const filled = [reading(4000, 0), reading(9000, 4000)]
  expect(judge(PROBE_04, [lived(...SINGLE, ...quick, ...ALONE, ...BESIDE, ...filled)]).outcome).toBe('PASS')
})

test('nothing at all is inconclusive, and there may be nothing to try', () => {
  expect(judge(PROBE_04, []).outcome).toBe('INCONCLUSIVE')
  expect(PROBE_04.skipBecause?.(makeFacts({ probes: {} }))).toContain('no probes')
})
