// Vitest's equality takes a key named "constructor" for the class of an object.
import assert from 'node:assert/strict'
import { ROOT_CONTEXT, trace, TraceFlags, ValueType } from '@opentelemetry/api'
import fc from 'fast-check'
import { test } from 'vitest'
import { decodeRequest } from '../../../src/otlp/decode-request.ts'
import type { Metric } from '../../../src/otlp/model.ts'
import { OpenChunks } from '../../../src/telemetry/encode/open-chunks.ts'
import { PushReader } from '../../../src/telemetry/metrics/push-reader.ts'
import type { Chunk } from '../../../src/telemetry/pipeline/chunk.ts'
import { SignalLedger } from '../../../src/telemetry/pipeline/signal-ledger.ts'
import { oracleDecode } from '../../otlp/oracle.ts'
import { Metrics, reader } from './metrics-fixture.ts'

const key = fc.oneof(fc.string({ unit: 'binary', maxLength: 8 }), fc.constantFrom('a', 'constructor', 'ß', ''))
const plain = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.boolean(),
)
const value = fc.oneof(
  { weight: 5, arbitrary: plain },
  fc.constantFrom<unknown>(null, undefined, () => {}, Symbol('s')),
  fc.array(plain, { maxLength: 3 }),
  fc.uint8Array({ maxLength: 5 }),
  fc.dictionary(key, plain, { maxKeys: 3 }),
)
const measurement = fc.record({
  at: fc.nat(3),
  value: fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, Number.MIN_VALUE, Number.MAX_VALUE, 2 ** 53, 1e300)),
  attributes: fc.dictionary(key, value, { maxKeys: 4 }),
  span: fc.option(fc.integer({ min: 1, max: 2 ** 31 - 1 }), { nil: undefined }),
})

/** Metrics whose points came in several messages, put together again. */
function joined(metrics: readonly Metric[]): readonly Metric[] {
  const byName = new Map<string, Metric>()
  for (const metric of metrics) {
    const known = byName.get(metric.name)
    assert(metric.data.type !== 'none')
    const points = known === undefined || known.data.type === 'none' ? [] : known.data.points
    byName.set(metric.name, {
      ...metric,
      data: { ...metric.data, points: [...points, ...metric.data.points] },
    } as Metric)
  }
  return Array.from(byName.values())
}

test('whatever is measured, our decoder and an independent one read what was collected', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(measurement, { maxLength: 120 }), fc.boolean(), async (measurements, isExponential) => {
      const histogram = isExponential ? 'base2_exponential_bucket_histogram' : 'explicit_bucket_histogram'
      const profile = reader({ histogram, exemplars: 'latest' })
      const metrics = new Metrics({ readers: [profile, profile], exemplarFilter: 'always_on' })
      const { meter } = metrics
      const counter = meter.createUpDownCounter('counter', { valueType: ValueType.INT })
      const instruments = [meter.createHistogram('histogram'), meter.createGauge('gauge')]
      for (const { at, value, attributes, span } of measurements) {
        const hex = (span ?? 0).toString(16)
        const spanContext = {
          traceId: hex.padStart(32, '0'),
          spanId: hex.padStart(16, '0'),
          traceFlags: TraceFlags.SAMPLED,
        }
        const context = span === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContext)
        if (at === 0) counter.add(value % 1e9, attributes, context)
        else instruments[at % 2]?.record(value, attributes, context)
      }
      const chunks: Chunk[] = []
      const [collector] = metrics.provider.collectors
      assert(collector !== undefined)
      const push = new PushReader({
        collector,
        chunks: new OpenChunks({
          signal: 'metrics',
          resource: { attributes: {} },
          clock: metrics.clock,
          sink: { accept: (chunk) => chunks.push(chunk) },
          ledger: new SignalLedger(),
        }),
        clock: metrics.clock,
        intervalMs: 1000,
        timeoutMs: 1000,
        onProblem: (error) => metrics.problems.push(error),
      })
      await push.collectNow(1000)
      const collected = await metrics.collect(1)
      const body = Buffer.concat(chunks.map(({ bytes }) => bytes))
      const groups = decodeRequest('metrics', body)
      assert.deepEqual(metrics.problems, [])
      // An own decoder and an independent one agree, and both say what was collected, encoded by way of our model.
      assert.deepEqual(oracleDecode('metrics', body), groups)
      const read = joined(groups.flatMap(({ scopes }) => scopes.flatMap(({ items }) => items)))
      assert.deepEqual(describe(read), describe(collected))
    }),
    { numRuns: 150 },
  )
})

/** Everything but how a number is held: a whole double is a double on the wire, too, and -0 is 0 where it is an integer. */
function describe(metrics: readonly Metric[]): unknown {
  return metrics.map(({ name, data }) => [
    name,
    data.type,
    'points' in data &&
      data.points.map((point) => ({
        ...point,
        attributes: Object.entries(point.attributes),
        ...('exemplars' in point
          ? {
              exemplars: point.exemplars.map((exemplar) => ({
                ...exemplar,
                filteredAttributes: Object.entries(exemplar.filteredAttributes),
              })),
            }
          : {}),
      })),
  ])
}
