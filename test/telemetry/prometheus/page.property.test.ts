import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MetricNames } from '../../../src/telemetry/env/prometheus-env.ts'
import { OPEN_METRICS, PROMETHEUS_3, Pulled } from './page-fixture.ts'

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string())
const key = fc.oneof(anyText, fc.constantFrom('le', 'a.b', 'a_b', '__name__', 'otel_scope_name', '9', '', 'toString'))
const value = fc.oneof(anyText, fc.double(), fc.boolean(), fc.bigInt(), fc.array(fc.string()), fc.uint8Array())
const attributes = fc.dictionary(key, value, { maxKeys: 5 })
const name = fc
  .tuple(fc.constantFrom('a', 'B', 'http.', 'x_'), fc.stringMatching(/^[\w.\-/]{0,12}$/))
  .map(([start, rest]) => start + rest)
const unit = fc.oneof(
  fc.constantFrom('', '1', 's', 'By', 'By/s', '{request}', '{request}/min', '%', 'Cel', 'ms'),
  fc.string({ unit: 'grapheme', maxLength: 10 }),
)
const kind = fc.constantFrom('counter', 'upDown', 'gauge', 'histogram', 'exponential' as const)
const amount = fc.oneof(fc.double({ noNaN: true, min: 0, max: 1e12 }), fc.nat())
const instrument = fc.record({
  name,
  unit,
  kind,
  description: anyText,
  points: fc.array(fc.tuple(attributes, amount), { maxLength: 4 }),
})

const READERS = [{ temporality: 'cumulative', histogram: 'explicit_bucket_histogram', exemplars: 'latest' }] as const
const VIEWS = [
  { meterName: 'exponential', instrumentName: '*', aggregation: { type: 'exponentialHistogram' } },
] as const

type Instrument = typeof instrument extends fc.Arbitrary<infer T> ? T : never

function pulledWith(instruments: readonly Instrument[], names: MetricNames): Pulled {
  const pulled = new Pulled({ names }, { readers: READERS, views: VIEWS, exemplarFilter: 'always_on' })
  for (const { name, unit, kind, description, points } of instruments) {
    const meter = pulled.provider.getMeter(kind, '', { schemaUrl: description })
    for (const [attributes, amount] of points) {
      const given = attributes as never
      switch (kind) {
        case 'counter':
          meter.createCounter(name, { unit, description }).add(amount, given)
          break
        case 'upDown':
          meter.createUpDownCounter(name, { unit, description }).add(-amount, given)
          break
        case 'gauge':
          meter.createGauge(name, { unit, description }).record(-amount, given)
          break
        default:
          meter.createHistogram(name, { unit, description }).record(amount, given)
      }
    }
  }
  return pulled
}

test('whatever the names, attributes and values: every page is one that the specifications allow', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(instrument, { maxLength: 6 }),
      fc.constantFrom('underscores', 'utf-8'),
      async (all, names) => {
        const pulled = pulledWith(all, names)
        const texts = await Promise.all([undefined, OPEN_METRICS, PROMETHEUS_3].map((accept) => pulled.scrape(accept)))
        // Reading is strict: it throws. And a page must not depend on the format.
        const [plain, open] = texts.map(({ families }) => families.flatMap(({ samples }) => samples).length)
        expect(plain).toBe(open)
        expect(pulled.problems).toEqual([])
      },
    ),
    { numRuns: 300 },
  )
})

test('label values and numbers come out as they went in', async () => {
  const labels = fc.dictionary(
    fc.stringMatching(/^[a-z]{2,8}$/).filter((text) => text !== 'le'),
    anyText.filter((text) => text !== ''),
    { maxKeys: 4 },
  )
  await fc.assert(
    fc.asyncProperty(labels, fc.double({ noNaN: true, noDefaultInfinity: true }), async (given, amount) => {
      const pulled = new Pulled()
      pulled.meter.createGauge('g').record(amount, given)
      const whole = Object.fromEntries(Object.entries(given).map(([name, text]) => [name, text.toWellFormed()]))
      for (const accept of [undefined, OPEN_METRICS]) {
        expect(await pulled.samples('g', accept)).toEqual([
          { name: 'g', labels: { ...whole, otel_scope_name: 'test' }, value: amount === 0 ? 0 : amount },
        ])
      }
    }),
    { numRuns: 200 },
  )
})

test('a histogram has as many values up to each boundary as were recorded, exponential or not', async () => {
  const values = fc.array(fc.oneof(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.constantFrom(0, 1, 2, 0.5)), {
    minLength: 1,
    maxLength: 40,
  })
  expect.hasAssertions()
  await fc.assert(
    fc.asyncProperty(values, fc.boolean(), async (recorded, isExponential) => {
      const pulled = new Pulled({}, { readers: READERS, views: VIEWS })
      const histogram = pulled.provider.getMeter(isExponential ? 'exponential' : 'explicit').createHistogram('h')
      for (const value of recorded) histogram.record(value)
      const samples = await pulled.samples('h')
      const buckets = samples.filter(({ name }) => name === 'h_bucket')
      const bounds = buckets.map(({ labels }) => Number(labels['le'] === '+Inf' ? Infinity : labels['le']))
      expect(buckets.map(({ value }) => value)).toEqual(
        bounds.map((bound) => recorded.filter((one) => one <= bound).length),
      )
      expect(samples.slice(buckets.length).map(({ name, value }) => [name, value])).toEqual([
        ['h_sum', recorded.reduce((sum, one) => sum + one, 0)],
        ['h_count', recorded.length],
      ])
    }),
    { numRuns: 300 },
  )
})
