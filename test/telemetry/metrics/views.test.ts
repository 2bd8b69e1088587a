import { expect, test } from 'vitest'
import type { MetricView } from '../../../src/telemetry/metrics/metric-view.ts'
import { Metrics, reader } from './metrics-fixture.ts'

async function shapes(views: readonly MetricView[]): Promise<unknown> {
  const metrics = new Metrics({ views })
  metrics.meter.createHistogram('http.server.duration', { unit: 's' }).record(3, { route: '/', user: 'u' })
  metrics.meter.createCounter('jobs').add(1, { route: '/', user: 'u' })
  return (await metrics.collect()).map(({ name, data }) => [
    name,
    data.type,
    'points' in data ? data.points.map(({ attributes }) => Object.keys(attributes)) : [],
  ])
}

const BOTH = ['route', 'user']

test('without a view an instrument is what its type says', async () => {
  expect(await shapes([])).toEqual([
    ['http.server.duration', 'histogram', [BOTH]],
    ['jobs', 'sum', [BOTH]],
  ])
})

test.each<[string, MetricView, boolean]>([
  ['its name', { instrumentName: 'http.server.duration' }, true],
  ['its name in another case', { instrumentName: 'HTTP.server.duration' }, true],
  ['a part of its name', { instrumentName: 'http.server' }, false],
  ['a star', { instrumentName: '*' }, true],
  ['a star within', { instrumentName: 'http.*.duration' }, true],
  ['a question mark for one character', { instrumentName: 'http.server.duratio?' }, true],
  ['a question mark for no character', { instrumentName: 'http.server.duration?' }, false],
  ['a dot that is only a dot', { instrumentName: 'http?server.d.ration' }, false],
  ['its type', { instrumentType: 'histogram' }, true],
  ['another type', { instrumentType: 'gauge' }, false],
  ['its unit', { instrumentUnit: 's' }, true],
  ['another unit', { instrumentUnit: 'ms' }, false],
  ['its meter', { meterName: 'test' }, true],
  ['another meter', { meterName: 'tes' }, false],
  ['another version', { meterName: 'test', meterVersion: '2' }, false],
  ['another schema', { meterName: 'test', meterSchemaUrl: 'https://s' }, false],
])('an instrument is selected by %s', async (_, view, isSelected) => {
  const names = JSON.stringify(
    await shapes([{ ...view, instrumentType: view.instrumentType ?? 'histogram', aggregation: 'drop' }]),
  )
  expect(names.includes('http.server.duration')).toBe(!isSelected)
  expect(names).toContain('jobs')
})

test('a view renames, describes, and chooses attributes by lists with wildcards', async () => {
  const metrics = new Metrics({
    views: [
      {
        instrumentName: 'a',
        name: 'b',
        description: 'other',
        includeAttributes: ['http.*', 'user'],
        excludeAttributes: ['http.url'],
      },
    ],
  })
  const counter = metrics.meter.createCounter('a', { description: 'own' })
  counter.add(1, { 'http.route': '/', 'http.url': '/1', user: 'u', other: 1 })
  counter.add(2, { 'http.url': '/2', other: 2, user: 'u', 'http.route': '/' })
  expect(await metrics.collect()).toMatchObject([{ name: 'b', description: 'other' }])
  expect(await metrics.values('b')).toEqual({ '{"http.route":"/","user":"u"}': 3 })
})

test('two views that match make two streams, two that say the same only one', async () => {
  expect(
    await shapes([
      { instrumentName: 'jobs', name: 'jobs.all', includeAttributes: [] },
      { instrumentName: 'jobs', name: 'jobs.by.route', includeAttributes: ['route'] },
      { instrumentName: 'jobs', name: 'jobs.by.route', includeAttributes: ['route'] },
      { instrumentName: 'http*', aggregation: 'exponentialHistogram' },
      { instrumentName: 'http*', aggregation: { type: 'explicitHistogram', boundaries: [1] } },
    ]),
  ).toEqual([
    ['http.server.duration', 'exponentialHistogram', [BOTH]],
    ['http.server.duration', 'histogram', [BOTH]],
    ['jobs.all', 'sum', [[]]],
    ['jobs.by.route', 'sum', [['route']]],
  ])
})

test('what two views say alike is counted once', async () => {
  const view: MetricView = { instrumentName: 'c', includeAttributes: [] }
  const metrics = new Metrics({ views: [view, view, { ...view, instrumentType: 'counter' }] })
  metrics.meter.createCounter('c').add(1, { a: 1 })
  expect(await metrics.points('c')).toMatchObject([{ value: 1 }])
})

test.each(['sum', 'lastValue', 'explicitHistogram', 'exponentialHistogram'] as const)(
  'a histogram can be made a %s',
  async (aggregation) => {
    const metrics = new Metrics({ views: [{ instrumentName: 'h', aggregation }] })
    const histogram = metrics.meter.createHistogram('h')
    histogram.record(4)
    histogram.record(3)
    const expected = {
      sum: { value: 7 },
      lastValue: { value: 3 },
      explicitHistogram: { count: 2, sum: 7, min: 3, max: 4 },
      exponentialHistogram: { count: 2, sum: 7, min: 3, max: 4, scale: 8 },
    }
    expect(await metrics.points('h')).toMatchObject([expected[aggregation]])
  },
)

test('boundaries come from the view, else from the instrument, else from the specification, and each bound is inclusive', async () => {
  const metrics = new Metrics({
    views: [
      {
        instrumentName: 'viewed',
        aggregation: { type: 'explicitHistogram', boundaries: [5, 1, 5], recordMinMax: false },
      },
    ],
  })
  const advice = { explicitBucketBoundaries: [10, 20] }
  for (const name of ['viewed', 'advised']) {
    const histogram = metrics.meter.createHistogram(name, { advice })
    for (const value of [0, 1, 1.5, 5, 10, 11, 21]) histogram.record(value)
  }
  metrics.meter.createHistogram('plain').record(0)
  expect(await metrics.points('viewed')).toMatchObject([
    { explicitBounds: [1, 5], bucketCounts: [2, 2, 3], min: undefined, max: undefined },
  ])
  expect(await metrics.points('advised')).toMatchObject([
    { explicitBounds: [10, 20], bucketCounts: [5, 1, 1], min: 0, max: 21 },
  ])
  expect((await metrics.points('plain'))[0]?.['explicitBounds']).toHaveLength(15)
})

test('an exponential histogram keeps to its size and its scale', async () => {
  const metrics = new Metrics({
    views: [{ instrumentName: 'h', aggregation: { type: 'exponentialHistogram', maxSize: 4, maxScale: 3 } }],
  })
  const histogram = metrics.meter.createHistogram('h')
  histogram.record(1)
  expect(await metrics.points('h')).toMatchObject([{ scale: 3 }])
  for (const value of [0, 2, 4, 8, 16]) histogram.record(value)
  const [point] = await metrics.points('h')
  expect(point).toMatchObject({ scale: -1, zeroCount: 1, count: 6, positive: { offset: -1, bucketCounts: [1, 2, 2] } })
})

test('with delta temporality an exponential histogram begins each time at its finest scale', async () => {
  const metrics = new Metrics({
    readers: [reader({ temporality: 'delta' })],
    views: [{ instrumentName: 'h', aggregation: { type: 'exponentialHistogram', maxSize: 4, maxScale: 3 } }],
  })
  const histogram = metrics.meter.createHistogram('h')
  for (const value of [1, 2, 4, 8, 16]) histogram.record(value)
  expect(await metrics.points('h')).toMatchObject([{ scale: -1 }])
  histogram.record(2)
  expect(await metrics.points('h')).toMatchObject([{ scale: 3, positive: { offset: 7, bucketCounts: [1] } }])
})

test('the reader chooses the histograms that no view chooses', async () => {
  const histogram = 'base2_exponential_bucket_histogram'
  const metrics = new Metrics({
    readers: [reader({ histogram }), reader()],
    views: [{ instrumentName: 'viewed', aggregation: 'explicitHistogram' }],
  })
  for (const name of ['viewed', 'other']) metrics.meter.createHistogram(name).record(1)
  const types = async (index: number): Promise<unknown> => (await metrics.collect(index)).map(({ data }) => data.type)
  expect(await types(0)).toEqual(['histogram', 'exponentialHistogram'])
  expect(await types(1)).toEqual(['histogram', 'histogram'])
})

test('attributes that an instrument proposes hold unless a view says otherwise', async () => {
  const advice = { attributes: ['route'] } as object
  const metrics = new Metrics({ views: [{ instrumentName: 'viewed', includeAttributes: ['user'] }] })
  for (const name of ['viewed', 'other'])
    metrics.meter.createCounter(name, { advice }).add(1, { route: '/', user: 'u' })
  expect(await metrics.values('viewed')).toEqual({ '{"user":"u"}': 1 })
  expect(await metrics.values('other')).toEqual({ '{"route":"/"}': 1 })
})

test('a view limits the series of its stream', async () => {
  const metrics = new Metrics({ views: [{ instrumentName: 'c', cardinalityLimit: 2 }] })
  const counter = metrics.meter.createCounter('c')
  for (let id = 0; id < 5; id++) counter.add(1, { id })
  expect(await metrics.values('c')).toEqual({ '{"id":0}': 1, '{"otel.metric.overflow":true}': 4 })
})

test.each<[string, unknown, string]>([
  ['no condition', { name: 'x' }, 'a view needs one of'],
  ['a name for several', { instrumentName: 'a*', name: 'x' }, '"name" is "x", which needs an "instrumentName" without'],
  ['an unknown type', { instrumentType: 'timer' }, '"instrumentType" is "timer", expected one of'],
  ['an unknown option', { instrumentName: 'a', agregation: 'drop' }, '"agregation" is not an option'],
  ['an unknown aggregation', { instrumentName: 'a', aggregation: 'mean' }, '"aggregation" is "mean", expected one of'],
  [
    'boundaries of text',
    { instrumentName: 'a', aggregation: { type: 'explicitHistogram', boundaries: ['1'] } },
    '"boundaries"',
  ],
  [
    'an option of another aggregation',
    { instrumentName: 'a', aggregation: { type: 'sum', maxSize: 3 } },
    '"maxSize" is not an option',
  ],
  [
    'a scale out of range',
    { instrumentName: 'a', aggregation: { type: 'exponentialHistogram', maxScale: 21 } },
    'is 21, expected -10 to 20',
  ],
  ['a limit without room', { instrumentName: 'a', cardinalityLimit: 1 }, '"cardinalityLimit" is 1, expected 2 to'],
  ['no object', 'x', 'expected an object of options'],
])('a view with %s is refused, with what is wrong', (_, view, message) => {
  expect(() => new Metrics({ views: [view as MetricView] })).toThrow(
    expect.objectContaining({ code: 'SEA_OPTIONS_INVALID', message: expect.stringContaining(message) }),
  )
})
