import { type Meter, ValueType } from '@opentelemetry/api'
import {
  AggregationTemporality,
  AggregationType,
  createAllowListAttributesProcessor,
  createDenyListAttributesProcessor,
  DataPointType,
  InstrumentType,
  type MetricData as StockMetricData,
  MeterProvider as StockProvider,
  MetricReader,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics'
import fc from 'fast-check'
import assert from 'node:assert/strict'
import { test } from 'vitest'
import type { Metric } from '../../../src/otlp/model.ts'
import type { MetricView } from '../../../src/telemetry/metrics/metric-view.ts'
import { Metrics, reader } from './metrics-fixture.ts'

/*
 * The same programs through the stock SDK and through ours; what is collected must be the same. What is different on
 * purpose, and so not among these programs:
 *
 * | what | stock | ours, and why |
 * | --- | --- | --- |
 * | NaN and infinity in sums and histograms | recorded in sums: they stay NaN until the process ends | dropped, with a warning |
 * | a negative value of an observable counter | reported as 0 | dropped, with a warning |
 * | fractions of an INT gauge, NaN in an INT | cut off, dropped | the same |
 * | names that differ in case only | two instruments | one: the specification says that case does not count |
 * | two views of one name on one instrument | the aggregation of the second is ignored | two streams, with a warning |
 * | observable with cumulative temporality, not observed any more | reported for ever | gone |
 * | observations that a view joins | the last one wins | added up, as the specification asks |
 * | observations beyond the limit | the last one wins | added up |
 * | limit with cumulative temporality | of each interval, so that series grow without limit | of the whole life |
 * | value of an observable counter that is cumulative | put together from differences, rounded each time | as it was observed |
 * | order of floating-point additions across collections | by interval | one after the other: sums differ in their last place |
 * | scale of an exponential histogram over several collections | coarser than needed, after intervals of zeros | as fine as its size allows |
 * | subnormal numbers in exponential histograms | in the bucket of the smallest normal number | in their own |
 * | start with delta temporality | of a series that is new, its first measurement | the latest collection |
 * | start of an observed series | its first collection | the collection before it, so that it covers some time |
 * | a view without an aggregation, a reader that wants exponential histograms | explicit | exponential: the default is the reader's |
 */

class StockReader extends MetricReader {
  constructor(isDelta: boolean) {
    super({
      aggregationTemporalitySelector: (type) =>
        isDelta && type !== InstrumentType.UP_DOWN_COUNTER && type !== InstrumentType.OBSERVABLE_UP_DOWN_COUNTER
          ? AggregationTemporality.DELTA
          : AggregationTemporality.CUMULATIVE,
    })
  }
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

const SYNC = ['Counter', 'UpDownCounter', 'Histogram', 'Gauge'] as const
const ASYNC = ['ObservableCounter', 'ObservableUpDownCounter', 'ObservableGauge'] as const

const attributes = fc.oneof(
  fc.constant(undefined),
  fc.dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.oneof(fc.constantFrom('x', 'y', 1, 2, true), fc.constant(['x', 1])),
    {
      maxKeys: 3,
      noNullPrototype: true,
    },
  ),
)
/** Quarters add up exactly in any order, and so do small powers of two. */
const quarter = fc.integer({ min: -4000, max: 40_000 }).map((number) => number / 4)
const positive = fc.oneof(
  quarter.map(Math.abs),
  fc.integer({ min: -20, max: 20 }).map((exponent) => 2 ** exponent),
)

const instrument = fc.record({
  name: fc.constantFrom('one', 'two', 'three'),
  kind: fc.constantFrom(...SYNC, ...ASYNC),
  unit: fc.constantFrom('', 's'),
  isInteger: fc.boolean(),
  boundaries: fc.constantFrom(undefined, [], [0, 10, 100], [-5, 2.5, 1000]),
})
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('record' as const),
      at: fc.nat(5),
      value: fc.oneof(quarter, positive),
      attributes,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'collect' as const }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const VIEWS: readonly (readonly [MetricView, ViewOptions])[] = [
  [
    { instrumentName: 'one', name: 'renamed', description: 'other' },
    { instrumentName: 'one', name: 'renamed', description: 'other' },
  ],
  [
    { instrumentType: 'histogram', includeAttributes: ['a'] },
    { instrumentType: InstrumentType.HISTOGRAM, attributesProcessors: [createAllowListAttributesProcessor(['a'])] },
  ],
  [
    { instrumentType: 'counter', excludeAttributes: ['a', 'b'] },
    { instrumentType: InstrumentType.COUNTER, attributesProcessors: [createDenyListAttributesProcessor(['a', 'b'])] },
  ],
  [
    { instrumentName: 't*', aggregation: 'drop' },
    { instrumentName: 't*', aggregation: { type: AggregationType.DROP } },
  ],
  [
    { instrumentType: 'histogram', aggregation: { type: 'exponentialHistogram', maxSize: 8 } },
    {
      instrumentType: InstrumentType.HISTOGRAM,
      aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM, options: { maxSize: 8, recordMinMax: true } },
    },
  ],
  [
    { instrumentType: 'up_down_counter', aggregation: 'exponentialHistogram' },
    { instrumentType: InstrumentType.UP_DOWN_COUNTER, aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } },
  ],
  [
    {
      instrumentUnit: 's',
      instrumentType: 'histogram',
      aggregation: { type: 'explicitHistogram', boundaries: [1, 2], recordMinMax: false },
    },
    {
      instrumentUnit: 's',
      instrumentType: InstrumentType.HISTOGRAM,
      aggregation: {
        type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
        options: { boundaries: [1, 2], recordMinMax: false },
      },
    },
  ],
]

/** Runs a program; observables observe what was recorded for them since, all of it each time for counters. */
async function run(
  meter: Meter,
  collect: () => Promise<unknown>,
  instruments: readonly Instrument[],
  steps: readonly Step[],
): Promise<readonly unknown[]> {
  const record: ((value: number, attributes: object | undefined) => void)[] = instruments.map(
    ({ name, kind, unit, isInteger, boundaries }) => {
      const options = {
        unit,
        valueType: isInteger ? ValueType.INT : ValueType.DOUBLE,
        ...(boundaries === undefined ? {} : { advice: { explicitBucketBoundaries: [...boundaries] } }),
      }
      const fullName = `${name}.${kind}`
      if (kind.startsWith('Observable')) {
        const observed = new Map<string, readonly [number, object | undefined]>()
        const observable = meter[`create${kind}` as 'createObservableGauge'](fullName, options)
        observable.addCallback((result) => {
          for (const [value, attributes] of observed.values()) result.observe(value, attributes as never)
        })
        const least = kind === 'ObservableCounter' ? 0 : -Infinity
        return (value, attributes) => {
          if (value < least) return
          observed.set(JSON.stringify(sortKeys(attributes ?? {})), [value, attributes])
        }
      }
      const sync = meter[`create${kind}` as 'createCounter'](fullName, options) as unknown as Record<
        string,
        (value: number, attributes: object | undefined) => void
      >
      const verb = kind.endsWith('Counter') ? 'add' : 'record'
      return (value, attributes) => sync[verb]?.(value, attributes)
    },
  )
  const collected: unknown[] = []
  for (const step of steps) {
    if (step.kind === 'collect') collected.push(await collect())
    else record[step.at % record.length]?.(step.value, step.attributes)
  }
  collected.push(await collect())
  return collected
}

interface Instrument {
  readonly name: string
  readonly kind: string
  readonly unit: string
  readonly isInteger: boolean
  readonly boundaries: readonly number[] | undefined
}

function byText<T>(list: readonly T[]): readonly T[] {
  return [...list].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

function sortKeys(attributes: object): unknown {
  return Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))
}

const buckets = ({
  offset,
  bucketCounts,
}: {
  readonly offset: number
  readonly bucketCounts: readonly number[]
}): unknown => (bucketCounts.every((count) => count === 0) ? [] : [offset, ...bucketCounts])

function fromStock({
  descriptor,
  dataPoints,
  aggregationTemporality,
  dataPointType,
  ...rest
}: StockMetricData): unknown {
  const isGauge = dataPointType === DataPointType.GAUGE
  return {
    name: descriptor.name,
    unit: descriptor.unit,
    description: descriptor.description,
    type: ['histogram', 'exponentialHistogram', 'gauge', 'sum'][dataPointType],
    temporality: isGauge ? undefined : aggregationTemporality === AggregationTemporality.DELTA ? 1 : 2,
    isMonotonic: 'isMonotonic' in rest ? rest.isMonotonic : undefined,
    points: byText(
      dataPoints.map(({ attributes, value }) => {
        const at = sortKeys(attributes)
        if (typeof value === 'number')
          return { at, value: value + 0, type: descriptor.valueType === ValueType.INT ? 'int' : 'double' }
        const { count, sum, min, max } = value
        const common = { at, count, sum: unsigned(sum), min: unsigned(min), max: unsigned(max) }
        if ('buckets' in value) return { ...common, counts: value.buckets.counts, bounds: value.buckets.boundaries }
        return {
          ...common,
          scale: value.scale,
          zero: value.zeroCount,
          positive: buckets(value.positive),
          negative: buckets(value.negative),
        }
      }),
    ),
  }
}

function fromOurs({ name, unit, description, data }: Metric): unknown {
  assert(data.type !== 'none')
  return {
    name,
    unit,
    description,
    type: data.type,
    temporality: 'aggregationTemporality' in data ? data.aggregationTemporality : undefined,
    isMonotonic: data.type === 'sum' ? data.isMonotonic : undefined,
    points: byText(
      data.points.map((point) => {
        const at = sortKeys(point.attributes)
        if ('value' in point) return { at, value: Number(point.value) + 0, type: point.valueType }
        const { count, sum } = point
        const common = { at, count, sum, ...('min' in point ? { min: point.min, max: point.max } : {}) }
        if ('explicitBounds' in point) return { ...common, counts: point.bucketCounts, bounds: point.explicitBounds }
        assert('scale' in point)
        return {
          ...common,
          scale: point.scale,
          zero: point.zeroCount,
          positive: buckets(point.positive),
          negative: buckets(point.negative),
        }
      }),
    ),
  }
}

test.each(['cumulative', 'delta'] as const)(
  'the same program, collected with %s temporality, is the same through the stock SDK and through ours',
  async (temporality) => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(instrument, { minLength: 1, maxLength: 5, selector: ({ name, kind }) => `${name}.${kind}` }),
        fc.array(step, { maxLength: 60 }),
        // Two views with a description, or of one name on one instrument, are among the differences above.
        fc.option(fc.nat(VIEWS.length - 1), { nil: undefined }),
        async (instruments, steps, viewAt) => {
          const view = viewAt === undefined ? undefined : VIEWS[viewAt]
          const ours = new Metrics({
            readers: [reader({ temporality })],
            views: view === undefined ? [] : [{ ...view[0], ...nameOf(view[0]) }],
          })
          const stockReader = new StockReader(temporality === 'delta')
          const stock = new StockProvider({
            readers: [stockReader],
            views: view === undefined ? [] : [{ ...view[1], ...nameOf(view[0]) }],
          })
          const actual = await run(
            ours.meter,
            async () => byText((await ours.collect()).map(fromOurs)),
            instruments,
            steps,
          )
          const expected = await run(
            stock.getMeter('test'),
            async () => {
              const { resourceMetrics } = await stockReader.collect()
              return byText(resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics).map(fromStock))
            },
            instruments,
            steps,
          )
          assert.deepEqual(coarsen(actual, expected), expected)
        },
      ),
      { numRuns: 400 },
    )
  },
)

/** The SDK truncates -0.25 to a zero with a sign, which no wire format and no backend tells from another. */
function unsigned(value: number | undefined): number | undefined {
  return value === undefined ? undefined : value + 0
}

type Tree = { readonly [key: string]: Tree } | readonly Tree[] | string | number | undefined

/** `actual` with the exponential histograms at the scale of `expected`, wherever that one is coarser. */
function coarsen(actual: unknown, expected: unknown): unknown {
  const [one, other] = [actual as Tree, expected as Tree]
  if (typeof one !== 'object' || typeof other !== 'object') return actual
  if (Array.isArray(one)) return one.map((element, index) => coarsen(element, (other as readonly Tree[])[index]))
  const object = one as Readonly<Record<string, unknown>>
  const by = Number(object['scale']) - Number((other as Readonly<Record<string, unknown>>)['scale'])
  if (by > 0) {
    const join = (list: unknown): unknown => joinBuckets(list as readonly number[], by)
    const scale = Number(object['scale']) - by
    return { ...object, scale, positive: join(object['positive']), negative: join(object['negative']) }
  }
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key,
      coarsen(value, (other as Readonly<Record<string, unknown>>)[key]),
    ]),
  )
}

function joinBuckets([offset, ...counts]: readonly number[], by: number): readonly number[] {
  if (offset === undefined) return []
  const first = offset >> by
  const joined: number[] = [first]
  for (const [index, count] of counts.entries()) {
    const at = ((offset + index) >> by) - first + 1
    joined[at] = (joined[at] ?? 0) + count
  }
  return joined
}

/** Names of instruments carry their kind, so that a name is one instrument. */
function nameOf({ instrumentName }: MetricView): { readonly instrumentName?: string } {
  return instrumentName === 'one' ? { instrumentName: 'one.Counter' } : {}
}
