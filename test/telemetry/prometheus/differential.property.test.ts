import type { Meter } from '@opentelemetry/api'
import { AggregationTemporality, MeterProvider as StockProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePage, type ParsedFamily } from './open-metrics-parser.ts'
import { Pulled } from './page-fixture.ts'
import { stockPage, toTextFormat } from './stock-serializer.ts'

/*
 * The same program, scraped from the stock exporter and from ours in the text format; what is scraped must be the same.
 * What is different on purpose, and so not among these programs or taken out of the comparison:
 *
 * | what | stock | ours, and why |
 * | --- | --- | --- |
 * | the unit | a comment, as OpenTelemetry writes it: `s` | a suffix of the name, in words: `_seconds`, as the specification and the Collector have it |
 * | no description | `description missing` | no line |
 * | OpenMetrics, exemplars, gzip | none | all of them |
 * | boundaries from a million up | `le="1000000"` | `le="1e+06"`, as every Prometheus library writes them: a label is a text |
 * | attributes that come to one label | the label twice, and Prometheus refuses the page | joined by `;` |
 * | series that come to the same labels | both, and Prometheus refuses the page or mixes them up | the first, with a warning |
 * | an attribute `le` of a histogram, `otel_scope_name` | the label twice | `exported_le` |
 * | a label that begins with a digit | as it is, and Prometheus refuses the page | `key_…`, as the Collector has it |
 * | an empty value | an empty label | no label: to Prometheus the same |
 * | a type conflict | both metrics go | the first stays |
 * | `x` a histogram and `x_count` a gauge | both: two types for one name | the first, with a warning |
 * | exponential histograms | an error, and nothing | powers of two as boundaries |
 * | schema of the scope in `otel_scope_schema_url`, version in `otel_scope_version` | the same | the same |
 */

class StockReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE })
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve()
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve()
  }
}

const key = fc.constantFrom('http.route', 'url.scheme', 'code', 'error-type', 'Ünïcode')
const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('"', '\\', '\n', 'a\\nb'))
const value = fc.oneof(
  text.filter((one) => one !== ''),
  fc.nat().map((n) => n + 0.5),
)
const attributes = fc.dictionary(key, value, { maxKeys: 3, noNullPrototype: true })
const instrument = fc.record({
  meter: fc.constantFrom('one', 'two'),
  kind: fc.constantFrom('counter', 'upDown', 'gauge', 'histogram'),
  name: fc.constantFrom('requests', 'http.server.requests', 'A-b/c.d_e', 'x.total', 'y_total'),
  points: fc.array(fc.tuple(attributes, fc.nat(1000)), { minLength: 1, maxLength: 4 }),
})

function run(
  getMeter: (name: string) => Meter,
  instruments: readonly (typeof instrument extends fc.Arbitrary<infer T> ? T : never)[],
): void {
  for (const { meter: meterName, kind, name, points } of instruments) {
    const meter = getMeter(meterName)
    // Of one kind each, so that no two types have one name.
    const whole = `${kind}.${name}`
    const options = { description: `What ${whole} says.` }
    const advice = { explicitBucketBoundaries: [0, 0.25, 10, 500] }
    for (const [given, amount] of points) {
      if (kind === 'counter') meter.createCounter(whole, options).add(amount, given)
      else if (kind === 'upDown') meter.createUpDownCounter(whole, options).add(-amount, given)
      else if (kind === 'gauge') meter.createGauge(whole, options).record(amount, given)
      else meter.createHistogram(whole, { ...options, advice }).record(amount, given)
    }
  }
}

function comparable(families: readonly ParsedFamily[]): unknown {
  return families
    .filter(({ name }) => name !== 'target_info')
    .map(({ name, type, help, samples }) => ({
      name,
      type,
      help,
      samples: Array.from(samples, (sample) => [
        sample.name,
        Object.entries(sample.labels).sort(byText),
        sample.value,
      ]).sort(byText),
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1
}

test('the same program is scraped as the same by the stock exporter', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(instrument, { maxLength: 6 }), async (instruments) => {
      const reader = new StockReader()
      const stock = new StockProvider({ readers: [reader] })
      run((name) => stock.getMeter(name, '1.0', { schemaUrl: 'https://example.com/s' }), instruments)
      const { resourceMetrics } = await reader.collect()
      const pulled = new Pulled()
      run((name) => pulled.provider.getMeter(name, '1.0', { schemaUrl: 'https://example.com/s' }), instruments)

      const theirs = parsePage(toTextFormat(stockPage(resourceMetrics)), { isOpenMetrics: false })
      expect(comparable((await pulled.scrape()).families)).toEqual(comparable(theirs))
    }),
    { numRuns: 200 },
  )
})
