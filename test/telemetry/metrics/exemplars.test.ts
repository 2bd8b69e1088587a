import { type Context, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ExemplarReservoir } from '../../../src/telemetry/metrics/exemplar-reservoir.ts'
import { Metrics, nano, type Point, reader } from './metrics-fixture.ts'

function inSpan(number: number, { sampled = true } = {}): Context {
  const hex = number.toString(16)
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: hex.padStart(32, '0'),
    spanId: hex.padStart(16, '0'),
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
  })
}

function spans(points: readonly Point[]): unknown {
  return points.map(({ exemplars }) => exemplars.map(({ spanId, value }) => [Number.parseInt(spanId, 16), value]))
}

test('by default a measurement within a sampled span is an exemplar, with its time, its value and its span', async () => {
  const metrics = new Metrics()
  const histogram = metrics.meter.createHistogram('h', { advice: { explicitBucketBoundaries: [10] } })
  histogram.record(1, { a: 1 }, inSpan(0xab))
  histogram.record(2, { a: 1 }, inSpan(2, { sampled: false }))
  histogram.record(20, { a: 1 }, ROOT_CONTEXT)
  metrics.at.ms = 5000
  histogram.bind({ a: 1 }).record(30, inSpan(0xcd))
  const [point] = await metrics.points('h')
  expect(point?.exemplars).toMatchObject([
    {
      value: 1,
      timeUnixNano: nano(1000),
      spanId: '00000000000000ab',
      traceId: `${'0'.repeat(30)}ab`,
      valueType: 'double',
    },
    { value: 30, timeUnixNano: nano(5000), spanId: '00000000000000cd' },
  ])
})

test('the active context counts where none is given', async () => {
  const metrics = new Metrics({ activeContext: () => inSpan(7) })
  metrics.meter.createCounter('c').add(3)
  metrics.meter.createCounter('d').bind().add(4)
  expect(spans([...(await metrics.points('c')), ...(await metrics.points('d'))])).toEqual([[[7, 3]], [[7, 4]]])
})

test('always_on takes measurements without a span, always_off none and asks for no context', async () => {
  const on = new Metrics({ exemplarFilter: 'always_on', activeContext: () => ROOT_CONTEXT })
  on.meter.createCounter('c').add(3)
  expect((await on.points('c'))[0]?.exemplars).toMatchObject([{ value: 3, spanId: '', traceId: '' }])
  const off = new Metrics({
    exemplarFilter: 'always_off',
    activeContext: () => {
      throw new Error('asked')
    },
  })
  off.meter.createCounter('c').add(3)
  off.meter.createCounter('c').add(3, {}, inSpan(1))
  expect(await off.points('c')).toMatchObject([{ value: 6, exemplars: [] }])
})

test('what a view or the overflow leaves out of a series is with its exemplars', async () => {
  const metrics = new Metrics({ views: [{ instrumentName: 'c', includeAttributes: ['kept'], cardinalityLimit: 2 }] })
  const counter = metrics.meter.createCounter('c')
  counter.add(1, { kept: 1, user: 'u' }, inSpan(1))
  counter.add(1, { kept: 2, user: 'v' }, inSpan(2))
  const filtered = (await metrics.points('c')).map(({ exemplars }) => ({ ...exemplars[0]?.filteredAttributes }))
  expect(filtered).toEqual([{ user: 'u' }, { kept: 2, user: 'v' }])
  const bound = new Metrics({ views: [{ instrumentName: 'c', excludeAttributes: ['user'] }] })
  const attributes = { kept: 1, user: 'u' }
  const counterOfOne = bound.meter.createCounter('c').bind(attributes)
  attributes.user = 'changed'
  counterOfOne.add(1, inSpan(1))
  expect((await bound.points('c'))[0]?.exemplars[0]?.filteredAttributes).toEqual({ user: 'u' })
})

test.each(['cumulative', 'delta'] as const)(
  'a reader gets each exemplar once, with %s temporality',
  async (temporality) => {
    const metrics = new Metrics({ readers: [reader({ temporality }), reader({ exemplars: 'latest' }), reader()] })
    const counter = metrics.meter.createCounter('c')
    counter.add(1, {}, inSpan(1))
    metrics.at.ms = 2000
    expect(spans(await metrics.points('c', 0))).toEqual([[[1, 1]]])
    counter.add(1, {})
    expect(spans(await metrics.points('c', 0))).toEqual([[]])
    // Who pulls may be one of two: it gets the latest as often as it asks.
    expect(spans(await metrics.points('c', 1))).toEqual([[[1, 1]]])
    expect(spans(await metrics.points('c', 1))).toEqual([[[1, 1]]])
    expect(spans(await metrics.points('c', 2))).toEqual([[[1, 1]]])
    metrics.at.ms = 3000
    counter.add(5, {}, inSpan(2))
    expect(spans(await metrics.points('c', 0))).toEqual([[[2, 5]]])
    expect(spans(await metrics.points('c', 1))).toEqual([[[2, 5]]])
  },
)

test('with delta temporality an exemplar goes with its own collection, even where the next is in the same millisecond', async () => {
  const metrics = new Metrics({ readers: [reader({ temporality: 'delta' })] })
  const counter = metrics.meter.createCounter('c')
  counter.add(1, {}, inSpan(1))
  expect(spans(await metrics.points('c'))).toEqual([[[1, 1]]])
  counter.add(1, {})
  expect(spans(await metrics.points('c'))).toEqual([[]])
})

test('a histogram with fixed boundaries keeps one for each bucket, an exponential one 20, a sum one', async () => {
  const metrics = new Metrics({
    views: [{ instrumentName: 'e', aggregation: 'exponentialHistogram' }],
  })
  const explicit = metrics.meter.createHistogram('h', { advice: { explicitBucketBoundaries: [10, 20, 30] } })
  const exponential = metrics.meter.createHistogram('e')
  const counter = metrics.meter.createCounter('c')
  for (let value = 0; value < 100; value++) {
    for (const instrument of [explicit, exponential]) instrument.record(value, {}, inSpan(value + 1))
    counter.add(value, {}, inSpan(value + 1))
  }
  const counts = [...(await metrics.points('h')), ...(await metrics.points('e')), ...(await metrics.points('c'))]
  expect(counts.map(({ exemplars }) => exemplars.length)).toEqual([4, 20, 1])
  expect((await metrics.points('h'))[0]).toBeDefined()
})

test('every measurement has the same chance to be kept', () => {
  const rounds = 4000
  const offers = 10
  for (const isAligned of [true, false]) {
    const kept = Array.from({ length: offers }, () => 0)
    for (let round = 0; round < rounds; round++) {
      const reservoir = new ExemplarReservoir(2, { isAligned })
      for (let offer = 0; offer < offers; offer++) {
        const place = reservoir.place(0, Math.random)
        const measurement = { value: offer, unixMs: 1, traceId: '', spanId: '', filteredAttributes: {} }
        if (place !== -1) reservoir.keep(place, measurement)
      }
      for (const { value } of reservoir.keptSince(0)) kept[value] = (kept[value] ?? 0) + 1
    }
    const expected = (rounds * (isAligned ? 1 : 2)) / offers
    // Seven standard deviations: one run in billions is beyond.
    for (const count of kept) expect(Math.abs(count - expected)).toBeLessThan(7 * Math.sqrt(expected))
  }
})

test('a reservoir never holds more than its size, whatever comes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.boolean(), fc.array(fc.nat(4)), (size, isAligned, buckets) => {
      const reservoir = new ExemplarReservoir(size, { isAligned })
      for (const bucket of buckets) {
        const place = reservoir.place(Math.min(bucket, size - 1), Math.random)
        expect(place).toBeLessThan(size)
        expect(place).toBeGreaterThanOrEqual(-1)
      }
    }),
  )
})
