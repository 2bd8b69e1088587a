import { describe, expect, test } from 'vitest'
import { Numbered } from '../../bench/soak/numbered.ts'
import { type StoredSoak, toPage } from '../../bench/soak/page.ts'
import { risePerMinute, secondHalf } from '../../bench/soak/slope.ts'
import type { Sample, SoakResult } from '../../bench/soak/soak.ts'
import { judge } from '../../bench/soak/verdict.ts'
import type { SignalAccount } from '../../src/telemetry/pipeline/signal-account.ts'

const MIB = 1024 * 1024
const ALL: SignalAccount = { created: 10, delivered: 10, rejected: 0, spooled: 0, dropped: {}, pending: 0 }

function sampleAt(atMs: number, heapMib: number): Sample {
  return {
    atMs,
    rss: 100 * MIB,
    heapUsed: heapMib * MIB,
    external: 0,
    arrayBuffers: 0,
    descriptors: 20,
    sockets: 3,
    timers: 1,
    orders: 10,
    accounts: { traces: ALL, metrics: ALL, logs: ALL },
    spoolBytes: 2 * MIB,
  }
}

function resultWith(more: Partial<SoakResult>): SoakResult {
  return {
    seconds: 60,
    requests: 10,
    failedRequests: 0,
    outages: 1,
    samples: [0, 15_000, 30_000, 45_000, 60_000].map((atMs) => sampleAt(atMs, 20)),
    orders: { created: 10, spans: 10, logs: 10, twice: 0 },
    accounts: { traces: ALL, metrics: ALL, logs: ALL },
    stopMs: 5,
    ...more,
  }
}

test('the rise is that of the line that fits best, in a minute', () => {
  expect(risePerMinute([])).toBe(0)
  expect(risePerMinute([{ atMs: 5, value: 7 }])).toBe(0)
  const steady = [0, 10_000, 20_000].map((atMs) => ({ atMs, value: 3 + atMs / 1000 }))
  expect(risePerMinute(steady)).toBeCloseTo(60)
  expect(secondHalf(steady).map(({ atMs }) => atMs)).toEqual([10_000, 20_000])
})

test('numbers are told apart however many there are, and what comes again is counted', () => {
  const seen = new Numbered()
  for (const number of [0, 7, 8, 30_000_000, 7]) seen.add(number)
  expect([seen.count, seen.repeated]).toEqual([4, 1])
})

describe('the verdict', () => {
  test('on a service that lost nothing and stayed flat has no faults', () => {
    expect(judge(resultWith({}))).toMatchObject({ faults: [], growth: [], largestSpoolMib: 2 })
  })

  test('on a heap that rises by two MiB a minute is that it grew, which is no fault of the telemetry', () => {
    const samples = [0, 15_000, 30_000, 45_000, 60_000].map((atMs) => sampleAt(atMs, 20 + atMs / 30_000))
    const verdict = judge(resultWith({ samples, seconds: 600 }))
    expect(verdict).toMatchObject({
      faults: [],
      growth: ['heapUsed rose by 2.00 MiB a minute in the second half'],
    })
    expect(verdict.rise.heapUsed).toBeCloseTo(2)
    const few = judge(resultWith({ samples: samples.slice(0, 3) }))
    expect(few.growth).toEqual(['too short to tell whether anything grew'])
    // As much in a short run is what wavers.
    expect(judge(resultWith({ samples, seconds: 60 })).growth).toEqual([])
  })

  test.each(['descriptors', 'sockets', 'timers'] as const)(
    'on %s of which six more are there each minute names them',
    (what) => {
      const samples = [0, 15_000, 30_000, 45_000, 60_000].map((atMs) => ({
        ...sampleAt(atMs, 20),
        [what]: atMs / 10_000,
      }))
      expect(judge(resultWith({ samples, seconds: 600 })).growth).toEqual([
        `${what} rose by 6.00 a minute in the second half`,
      ])
    },
  )

  test.each([
    [{ orders: { created: 10, spans: 9, logs: 10, twice: 0 } }, '1 spans never arrived'],
    [{ orders: { created: 10, spans: 10, logs: 8, twice: 0 } }, '2 log records never arrived'],
    [{ samples: [] }, 'nothing was measured'],
    [{ orders: { created: 0, spans: 0, logs: 0, twice: 0 } }, 'nothing was measured'],
    [{ failedRequests: 3 }, '3 requests were not answered'],
    [
      { accounts: { traces: ALL, metrics: ALL, logs: { ...ALL, delivered: 9 } } },
      'the account of logs does not balance',
    ],
    [
      { accounts: { traces: { ...ALL, delivered: 8, dropped: { spool_full: 2 } }, metrics: ALL, logs: ALL } },
      '2 of traces were lost: {"spool_full":2}',
    ],
    [
      { accounts: { traces: { ...ALL, delivered: 8, spooled: 2 }, metrics: ALL, logs: ALL } },
      '2 of traces were not delivered',
    ],
    [
      {
        samples: [{ ...sampleAt(9000, 20), accounts: { traces: ALL, metrics: { ...ALL, created: 11 }, logs: ALL } }],
      },
      'after 9 s the account of metrics does not balance',
    ],
  ] as const)('names what must not be: %j', (more, fault) => {
    expect(judge(resultWith(more)).faults).toEqual([fault])
  })
})

test('the page says what was found, and in bold what must not be', () => {
  const page = (result: SoakResult): string => {
    const machine = { date: '2026-11-22', commit: 'abc', isDirty: false, node: 'v24', machine: '2 cores' }
    const stored: StoredSoak = { ...machine, ...result, verdict: judge(result) }
    return toPage(stored)
  }
  expect(page(resultWith({}))).toContain('Nothing was lost, and every account balanced')
  expect(page(resultWith({}))).toContain('| heap | 0.00 | 1 |')
  expect(page(resultWith({}))).toContain('| traces | 10 | 10 | 0 | 0 | 0 | 0 | yes |')
  expect(page(resultWith({ failedRequests: 3 }))).toContain('**3 requests were not answered.**')
})
