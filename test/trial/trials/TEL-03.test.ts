import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import {
  FULL_RATE_BEGAN,
  FULL_RATE_ENDED,
  FULL_RATE_PART,
  HEALTHY,
  MEASURING_BEGAN,
  MEASURING_ENDED,
  PAIR_PART,
  SENDING_ENDED,
} from '../../../src/trial/history/marks/dead-collector.ts'
import { MEMORY_COLLECTED } from '../../../src/trial/history/marks/memory.ts'
import { eventsOf, type Lifetime } from '../../../src/trial/history/lifetime.ts'
import trial from '../../../src/trial/trials/TEL-03.ts'
import { judge, makeFacts, makeLifetime, makeRequest } from '../samples.ts'
import { counted, makeExport, makeMark, makeReading } from '../telemetry-samples.ts'

const FAULTS = ['refused', 'blackhole', 'reset'] as const
const COUNT = 100

interface Arm {
  readonly collector: string
  readonly pair: number
  readonly tookMs?: number
  readonly exports?: readonly HistoryEvent[]
  readonly more?: readonly HistoryEvent[]
}

let nextId = 0

/** A hundred requests in 1.5 s, then 400 ms in which they may still be answered. */
function live({ collector, pair, tookMs = 10, exports, more = [] }: Arm) {
  const events = [
    makeMark(500, MEASURING_BEGAN),
    makeMark(2000, SENDING_ENDED),
    makeMark(2400, MEASURING_ENDED),
    ...counted(COUNT, (id) => {
      const startedAt = 500 + id * 15
      return makeRequest({ id, startedAt, at: startedAt + tookMs + (id % 5) })
    }),
    ...(exports ?? (collector === HEALTHY ? [makeExport({ at: 1000 })] : [])),
    ...more,
  ]
  nextId += 1
  return makeLifetime(events, { voyage: 'dead-collector', id: nextId, settings: { part: PAIR_PART, pair, collector } })
}

/** One healthy process beside one for each fault. */
function firstPairs(changes: Partial<Arm> = {}) {
  return [live({ collector: HEALTHY, pair: 0 }), ...FAULTS.map((collector) => live({ collector, pair: 0, ...changes }))]
}

/** Five pairs with one fault, of which so many are slower. */
function fivePairs(slowerCount: number, { tookMs = 300 } = {}) {
  return [0, 1, 2, 3, 4].flatMap((pair) => [
    live({ collector: HEALTHY, pair }),
    live({ collector: 'refused', pair, ...(pair < slowerCount && { tookMs }) }),
  ])
}

function atFullRate({ bytesPerRequest = 0, requests = 20_000 } = {}) {
  const everyMs = 10_000 / requests
  return makeLifetime(
    [
      makeMark(0, FULL_RATE_BEGAN),
      makeMark(10_000, FULL_RATE_ENDED),
      ...counted(requests, (id) => makeRequest({ id, load: 'burn', at: id * everyMs })),
      ...counted(40, (index) => {
        const at = index * 250
        return makeReading(at, { rssBytes: 60e6 + (index % 3) * 1000 + bytesPerRequest * (at / everyMs) })
      }),
    ],
    { voyage: 'dead-collector', id: 99, settings: { part: FULL_RATE_PART, collector: 'blackhole' } },
  )
}

test('as fast with every dead collector, and steady memory, is a pass', () => {
  const verdict = judge(trial, [...firstPairs(), atFullRate()])
  expect(verdict).toMatchObject({ outcome: 'PASS', says: expect.stringContaining('refused, blackhole, reset') })
})

test('five of five pairs that are slower fail it, with the chance of that', () => {
  const verdict = judge(trial, fivePairs(5))
  expect(verdict).toMatchObject({ outcome: 'FAIL' })
  expect(verdict.evidence[0]?.says).toContain('in 5 of 5 pairs (by chance: 0.031)')
})

test('four of five tell nothing, and neither does one of one', () => {
  const others = FAULTS.slice(1).map((collector) => live({ collector, pair: 0 }))
  expect(judge(trial, [...fivePairs(4), ...others]).outcome).toBe('INCONCLUSIVE')
  const one = [live({ collector: HEALTHY, pair: 0 }), live({ collector: 'refused', pair: 0, tookMs: 300 }), ...others]
  expect(judge(trial, one)).toMatchObject({
    outcome: 'INCONCLUSIVE',
    says: expect.stringContaining('slower in 1 of 1 pairs'),
  })
})

test('a shift that nobody feels is none, in however many pairs', () => {
  const others = FAULTS.slice(1).map((collector) => live({ collector, pair: 0 }))
  expect(judge(trial, [...fivePairs(5, { tookMs: 13 }), ...others]).outcome).toBe('PASS')
})

test('a few requests that hang in each of five pairs fail it, though the median does not move', () => {
  const hung = counted(3, (index) =>
    makeRequest({ id: 900 + index, load: 'new', startedAt: 600, at: 3000, outcome: 'unsettled' }),
  )
  const lifetimes = fivePairs(0).map((lifetime) =>
    lifetime.settings['collector'] === HEALTHY ? lifetime : { ...lifetime, events: [...lifetime.events, ...hung] },
  )
  const verdict = judge(trial, lifetimes)
  expect(verdict).toMatchObject({ outcome: 'FAIL', evidence: [{ seen: { requests: [900, 901, 902] } }] })
  expect(verdict.says).toContain('Requests hang when the collector is refused, and only then')
})

test('a request that fails beside a dead collector only, fails it', () => {
  const failed = makeRequest({ id: 77, at: 1000, outcome: 'reset-reused' })
  const verdict = judge(trial, firstPairs({ more: [failed] }))
  expect(verdict).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('1 requests failed with the collector refused'),
  })
  const beside = [
    live({ collector: HEALTHY, pair: 0, more: [failed] }),
    ...FAULTS.map((collector) => live({ collector, pair: 0, more: [failed] })),
  ]
  expect(judge(trial, beside).outcome).toBe('PASS')
})

test('what was cut off by our own kill is no failure', () => {
  const cut = makeRequest({ id: 78, startedAt: 2300, at: 2500, outcome: 'reset-reused' })
  expect(judge(trial, firstPairs({ more: [cut] })).outcome).toBe('PASS')
})

test('a service that sends nothing, healthy or dead, was not tried', () => {
  const lifetimes = [
    live({ collector: HEALTHY, pair: 0, exports: [] }),
    ...FAULTS.map((collector) => live({ collector, pair: 0 })),
  ]
  expect(judge(trial, lifetimes)).toMatchObject({
    outcome: 'INCONCLUSIVE',
    says: expect.stringContaining('sent nothing'),
  })
  const seen = firstPairs({ exports: [makeExport({ at: 1000, fault: 'status' })] }).slice(1)
  const healthy = live({ collector: HEALTHY, pair: 0, exports: [] })
  expect(judge(trial, [healthy, ...seen]).outcome).toBe('PASS')
})

test('memory that grows with every span fails it, and less than a span is no growth', () => {
  const facts = makeFacts({ command: ['./service'] })
  expect(judge(trial, [...firstPairs(), atFullRate({ bytesPerRequest: 3000 })], facts)).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('Memory grows by'),
    evidence: [{ seen: { lifetime: 99, from: 0, to: 10_000 } }],
  })
  expect(judge(trial, [...firstPairs(), atFullRate({ bytesPerRequest: 500 })], facts).outcome).toBe('PASS')
})

test('resident memory of a heap that lies uncollected tells no growth, and what is in use tells it', () => {
  const facts = makeFacts({ command: ['node', 'service.js'] })
  const resident = atFullRate({ bytesPerRequest: 3000 })
  expect(judge(trial, [...firstPairs(), resident], facts)).toMatchObject({
    outcome: 'INCONCLUSIVE',
    says: expect.stringContaining('could not be made to collect'),
  })
  expect(judge(trial, [...firstPairs(), collected(resident, 100)], facts).outcome).toBe('PASS')
  expect(judge(trial, [...firstPairs(), collected(resident, 1200)], facts)).toMatchObject({
    outcome: 'FAIL',
    isCounted: true,
    says: expect.stringContaining('Memory in use after collections grows by'),
  })
})

/** The same life with a collection at each reading, which leaves so much more for each request. */
function collected(lifetime: Lifetime, bytesPerRequest: number): Lifetime {
  const answered = eventsOf(lifetime, 'request')
  const marks = eventsOf(lifetime, 'reading').map(({ at }) => {
    const count = answered.filter((request) => request.at <= at).length
    const data = { liveBytes: 30e6 + count * bytesPerRequest, outsideBytes: 0 }
    return { kind: 'mark', at, name: MEMORY_COLLECTED, data } as const
  })
  return { ...lifetime, events: [...lifetime.events, ...marks].toSorted((one, other) => one.at - other.at) }
}

test('growth that slows down, as that of a heap that gets warm, is none that goes on', () => {
  const memory = atFullRate()
  const events = memory.events.map((event) =>
    event.kind === 'reading' ? { ...event, rssBytes: 60e6 + 40e6 * (1 - Math.exp(-event.at / 2000)) } : event,
  )
  expect(judge(trial, [...firstPairs(), { ...memory, events }]).outcome).not.toBe('FAIL')
})

test('too few requests after the queue was full tell nothing of memory', () => {
  const facts = makeFacts({ command: ['./service'] })
  const memory = atFullRate({ requests: 12_000, bytesPerRequest: 3000 })
  expect(judge(trial, [...firstPairs(), memory], facts)).toMatchObject({
    outcome: 'INCONCLUSIVE',
    says: expect.stringMatching(/can't be told from 7\d00 requests/),
  })
})

test('two ways of being dead are too few, and nothing tells nothing', () => {
  expect(judge(trial, firstPairs().slice(0, 3)).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
  expect(
    judge(trial, [
      makeLifetime([], { voyage: 'dead-collector', settings: { part: PAIR_PART, pair: 0, collector: 'refused' } }),
    ]).outcome,
  ).toBe('INCONCLUSIVE')
})
