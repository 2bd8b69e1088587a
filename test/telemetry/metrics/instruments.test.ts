import { type Context, diag, DiagLogLevel, ValueType } from '@opentelemetry/api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Metrics, nano, reader } from './metrics-fixture.ts'

const warnings: string[] = []
beforeEach(() => {
  warnings.length = 0
  const note = (message: string): void => void warnings.push(message)
  diag.setLogger(
    { error: note, warn: note, info() {}, debug() {}, verbose() {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
})
afterEach(() => diag.disable())

test('counters add up per set of attributes, whatever the order of the keys', async () => {
  const metrics = new Metrics()
  const counter = metrics.meter.createCounter('c')
  counter.add(1, { a: 1, b: 'x' })
  counter.add(2, { b: 'x', a: 1 })
  counter.add(4, { a: '1', b: 'x' })
  counter.add(8)
  counter.add(16, {})
  expect(await metrics.values('c')).toEqual({ '{"a":1,"b":"x"}': 3, '{"a":"1","b":"x"}': 4, '{}': 24 })
})

test('each type of instrument becomes the kind of metric that the specification says', async () => {
  const metrics = new Metrics()
  const { meter } = metrics
  meter.createCounter('counter').add(1)
  meter.createUpDownCounter('up').add(-1)
  meter.createHistogram('histogram').record(1)
  meter.createGauge('gauge').record(-2)
  meter.createObservableCounter('o.counter').addCallback((result) => result.observe(1))
  meter.createObservableUpDownCounter('o.up').addCallback((result) => result.observe(-1))
  meter.createObservableGauge('o.gauge').addCallback((result) => result.observe(-2))
  const kinds = (await metrics.collect()).map(({ name, data }) => [
    name,
    data.type,
    'isMonotonic' in data && data.isMonotonic,
  ])
  expect(kinds).toEqual([
    ['counter', 'sum', true],
    ['up', 'sum', false],
    ['histogram', 'histogram', false],
    ['gauge', 'gauge', false],
    ['o.counter', 'sum', true],
    ['o.up', 'sum', false],
    ['o.gauge', 'gauge', false],
  ])
})

test('a value that would spoil a sum is dropped, and a warning says so once', async () => {
  const metrics = new Metrics()
  const counter = metrics.meter.createCounter('c')
  const histogram = metrics.meter.createHistogram('h')
  for (const value of [Number.NaN, Infinity, -1, '5' as unknown as number, undefined as unknown as number]) {
    counter.add(value)
    counter.bind().add(value)
    histogram.record(value)
  }
  counter.add(3)
  histogram.record(3)
  expect(await metrics.values('c')).toEqual({ '{}': 3 })
  expect(await metrics.points('h')).toMatchObject([{ count: 1, sum: 3, min: 3, max: 3 }])
  expect(warnings).toEqual([
    'The counter "c" gets no finite number: dropped. Said once.',
    'The histogram "h" gets no finite number: dropped. Said once.',
  ])
})

test('a gauge takes any number, an instrument of integers cuts fractions off', async () => {
  const metrics = new Metrics()
  metrics.meter.createGauge('g').record(Number.NaN)
  metrics.meter.createUpDownCounter('i', { valueType: ValueType.INT }).add(-2.7)
  expect(await metrics.points('g')).toMatchObject([{ value: Number.NaN, valueType: 'double' }])
  expect(await metrics.points('i')).toMatchObject([{ value: -2, valueType: 'int' }])
})

test('the same instrument is given twice, whatever the case of its name; the longer description stays', async () => {
  const metrics = new Metrics()
  const one = metrics.meter.createCounter('my.counter', { description: 'short' })
  const other = metrics.meter.createCounter('My.Counter', { description: 'much longer' })
  expect(other).toBe(one)
  one.add(1)
  expect(await metrics.collect()).toMatchObject([{ name: 'my.counter', description: 'much longer' }])
  expect(warnings).toEqual([
    '"My.Counter" and "my.counter" are one instrument: names differ in more than case.',
    'The instrument "my.counter" has two descriptions; the longer one is kept.',
  ])
})

test('an instrument of the same name and another unit or type is another metric, with a warning', async () => {
  const metrics = new Metrics()
  metrics.meter.createCounter('c', { unit: 's' }).add(1)
  metrics.meter.createCounter('c', { unit: 'ms' }).add(2)
  metrics.meter.createHistogram('c', { unit: 's' }).record(3)
  expect((await metrics.collect()).map(({ name, unit, data }) => [name, unit, data.type])).toEqual([
    ['c', 's', 'sum'],
    ['c', 'ms', 'sum'],
    ['c', 's', 'histogram'],
  ])
  expect(warnings).toHaveLength(2)
  expect(warnings[0]).toContain('has a metric "c" already')
})

test('a meter is the same for the same name, version and schema only', () => {
  const { provider } = new Metrics()
  const meter = provider.getMeter('m', '1', { schemaUrl: 'https://s' })
  expect(provider.getMeter('m', '1', { schemaUrl: 'https://s' })).toBe(meter)
  expect(provider.getMeter('m', '2', { schemaUrl: 'https://s' })).not.toBe(meter)
  expect(provider.getMeter('m', '1')).not.toBe(meter)
})

test('beyond the limit everything is one series, which says so', async () => {
  const metrics = new Metrics({ cardinalityLimit: 4 })
  const counter = metrics.meter.createCounter('c')
  for (let id = 0; id < 10; id++) counter.add(1, { id })
  counter.add(1, { id: 0 })
  expect(await metrics.values('c')).toEqual({
    '{"id":0}': 2,
    '{"id":1}': 1,
    '{"id":2}': 1,
    '{"otel.metric.overflow":true}': 7,
  })
})

test('with delta temporality each collection has room anew, and begins where the one before ended', async () => {
  const metrics = new Metrics({ cardinalityLimit: 3, readers: [reader({ temporality: 'delta' })] })
  const counter = metrics.meter.createCounter('c')
  counter.add(1, { id: 1 })
  counter.add(1, { id: 2 })
  counter.add(1, { id: 3 })
  metrics.at.ms = 2000
  const first = await metrics.points('c')
  expect(first.map(({ attributes, value }) => [{ ...attributes }, value])).toEqual([
    [{ id: 1 }, 1],
    [{ id: 2 }, 1],
    [{ 'otel.metric.overflow': true }, 1],
  ])
  expect(first.every((point) => point.startTimeUnixNano === nano(1000) && point.timeUnixNano === nano(2000))).toBe(true)
  counter.add(5, { id: 3 })
  counter.add(6, { id: 1 })
  metrics.at.ms = 3000
  const second = await metrics.points('c')
  expect(
    second.map(({ attributes, value, startTimeUnixNano }) => [{ ...attributes }, value, startTimeUnixNano]),
  ).toEqual([
    [{ id: 1 }, 6, nano(2000)],
    [{ id: 3 }, 5, nano(2000)],
  ])
  expect(await metrics.points('c')).toEqual([])
  expect(await metrics.points('c')).toEqual([])
  counter.add(7, { id: 2 })
  expect(await metrics.values('c')).toEqual({ '{"id":2}': 7 })
})

test('a series without attributes that was gone for some collections begins anew', async () => {
  const metrics = new Metrics({ readers: [reader({ temporality: 'delta' })] })
  const counter = metrics.meter.createCounter('c')
  for (const value of [1, 2, 3]) {
    counter.add(value)
    expect(await metrics.values('c')).toEqual({ '{}': value })
    for (let missed = 0; missed < 2; missed++) expect(await metrics.points('c')).toEqual([])
  }
})

test('the start of a cumulative series is when it began, in every collection', async () => {
  const metrics = new Metrics()
  const counter = metrics.meter.createCounter('c')
  metrics.at.ms = 2000
  counter.add(1, { a: 1 })
  metrics.at.ms = 3000
  counter.add(1, { a: 2 })
  await metrics.collect()
  counter.add(1, { a: 1 })
  metrics.at.ms = 4000
  expect((await metrics.points('c')).map((point) => point.startTimeUnixNano)).toEqual([nano(2000), nano(3000)])
})

test('a bound instrument records in the series of its attributes, and keeps it through collections', async () => {
  const metrics = new Metrics({ cardinalityLimit: 3, readers: [reader({ temporality: 'delta' }), reader()] })
  const counter = metrics.meter.createCounter('c')
  const attributes: Record<string, number> = { a: 1 }
  const bound = counter.bind(attributes)
  attributes['a'] = 2
  for (const round of [1, 2, 3]) {
    expect(await metrics.points('c')).toEqual([])
    for (let id = 0; id < 5; id++) counter.add(1, { id })
    bound.add(round)
    counter.add(10, { a: 1 })
    expect(await metrics.values('c')).toMatchObject({ '{"a":1}': round + 10 })
  }
  expect(await metrics.values('c', 1)).toMatchObject({ '{"a":1}': 36 })
})

test('what is bound beyond the limit is recorded in the overflow', async () => {
  const metrics = new Metrics({ cardinalityLimit: 2 })
  const histogram = metrics.meter.createHistogram('h')
  histogram.bind({ id: 1 }).record(1)
  histogram.bind({ id: 2 }).record(1)
  histogram.bind({ id: 2 }).record(1)
  expect(await metrics.values('h')).toEqual({ '{"id":1}': 1, '{"otel.metric.overflow":true}': 2 })
})

test('a collection of one reader takes nothing away from another', async () => {
  const metrics = new Metrics({
    readers: [reader({ temporality: 'delta' }), reader(), reader({ temporality: 'delta' })],
  })
  const counter = metrics.meter.createCounter('c')
  counter.add(1)
  expect(await metrics.values('c', 0)).toEqual({ '{}': 1 })
  expect(await metrics.values('c', 1)).toEqual({ '{}': 1 })
  counter.add(2)
  expect(await metrics.values('c', 0)).toEqual({ '{}': 2 })
  expect(await metrics.values('c', 1)).toEqual({ '{}': 3 })
  expect(await metrics.values('c', 2)).toEqual({ '{}': 3 })
})

test('lowmemory means delta for what is counted here, cumulative for what is observed', async () => {
  const metrics = new Metrics({ readers: [reader({ temporality: 'lowmemory' })] })
  metrics.meter.createCounter('c').add(1)
  metrics.meter.createUpDownCounter('u').add(1)
  metrics.meter.createObservableCounter('o').addCallback((result) => result.observe(1))
  const data = (await metrics.collect()).map(({ name, data }) => [
    name,
    'aggregationTemporality' in data && data.aggregationTemporality,
  ])
  expect(data).toEqual([
    ['c', 1],
    ['u', 2],
    ['o', 2],
  ])
})

test('without readers, instruments record nothing and ask for no context', () => {
  const metrics = new Metrics({
    readers: [],
    activeContext: (): Context => {
      throw new Error('asked')
    },
  })
  metrics.meter.createHistogram('h').record(1, { a: 1 })
  metrics.meter.createCounter('c').bind({ a: 1 }).add(1)
  expect(metrics.provider.collectors).toEqual([])
})

test('meters and instruments beyond their number record nothing, which is said once', async () => {
  const metrics = new Metrics()
  for (let index = 0; index < 2005; index++) metrics.meter.createCounter(`c${index}`).add(1)
  expect(await metrics.collect()).toHaveLength(2000)
  for (let index = 0; index < 1005; index++) metrics.provider.getMeter(`m${index}`).createCounter('c').add(1)
  expect(metrics.provider.meters()).toHaveLength(1000)
  expect(warnings).toHaveLength(2)
})

test('a clock that is set back makes no point that ends before it began', async () => {
  const metrics = new Metrics({ readers: [reader(), reader({ temporality: 'delta' })] })
  metrics.at.ms = 5000
  metrics.meter.createCounter('c').add(1)
  metrics.meter.createObservableCounter('o').addCallback((result) => result.observe(1))
  metrics.at.ms = 500
  for (const index of [0, 1]) {
    for (const name of ['c', 'o']) {
      expect(await metrics.points(name, index)).toMatchObject([
        { startTimeUnixNano: nano(500), timeUnixNano: nano(500) },
      ])
      metrics.meter.createCounter('c').add(1)
    }
  }
})

test('attributes that throw when they are read cost no measurement and never throw into the service', async () => {
  const metrics = new Metrics({ views: [{ instrumentName: 'o.histogram', aggregation: 'explicitHistogram' }] })
  const broken = {
    a: 1,
    get b(): string {
      throw new Error('not today')
    },
  }
  metrics.meter.createCounter('c').add(1, broken)
  metrics.meter.createCounter('c').bind(broken).add(1)
  metrics.meter.createObservableGauge('o').addCallback((result) => result.observe(2, broken))
  metrics.meter.createObservableGauge('o.histogram').addCallback((result) => result.observe(2, broken))
  expect(await metrics.values('c')).toEqual({ '{"a":1}': 2 })
  expect(await metrics.values('o')).toEqual({ '{"a":1}': 2 })
  // Observed once in each of three collections.
  expect(await metrics.values('o.histogram')).toEqual({ '{"a":1}': 3 })
  expect(metrics.problems).toEqual([])
})

test('no call throws, whatever is given instead of a text', async () => {
  const metrics = new Metrics({ readers: [reader(), reader({ temporality: 'delta' })] })
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  const odd = [5, 5n, Symbol('x'), circular, null, () => {}, Object.create(null), { toString: () => circular }]
  for (const [index, given] of odd.entries()) {
    const any = given as never
    const meter = metrics.provider.getMeter(`m${index}`, any, { schemaUrl: any })
    expect(metrics.provider.getMeter(`m${index}`, any, any)).toBe(meter)
    meter.createCounter('same', { unit: any, description: any, valueType: any, advice: any }).add(1)
    meter.createCounter(any, any).add(1)
    meter.createHistogram(any, { advice: { explicitBucketBoundaries: any } }).record(1)
    meter.createObservableGauge('o', any).addCallback(any)
    meter.addBatchObservableCallback(any, any)
    meter.removeBatchObservableCallback(any, any)
    metrics.provider.getMeter(any).createGauge('g').record(1, any, any)
  }
  for (const index of [0, 1]) {
    const same = (await metrics.collect(index)).filter(({ name }) => name === 'same')
    expect(same).toHaveLength(odd.length)
    expect(new Set(same.map(({ unit, description }) => `${unit}/${description}`))).toEqual(new Set(['/']))
  }
  expect(metrics.problems).toEqual([])
})
