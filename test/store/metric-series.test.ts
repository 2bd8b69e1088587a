import { expect, test } from 'vitest'
import type { Metric } from '../../src/otlp/model.ts'
import type { MetricQuery } from '../../src/store/query/metric-query.ts'
import { TelemetryStore } from '../../src/store/telemetry-store.ts'
import { attributes, gauge, numberPoint, request, resource } from './samples.ts'

test('points of one metric with the same attributes are one series, in whatever order the attributes come', () => {
  const store = new TelemetryStore()
  const a = attributes({ x: 1, y: ['p', { q: 1 }] })
  const b = attributes({ y: ['p', { q: 1 }], x: 1 })
  store.add('metrics', request([gauge('g', numberPoint({ attributes: a, timeUnixNano: 1n, value: 10 }))]))
  store.add('metrics', request([gauge('g', numberPoint({ attributes: b, timeUnixNano: 2n, value: 20 }))]))

  const [series, ...others] = store.metrics()
  expect(others).toEqual([])
  expect(series).toMatchObject({ name: 'g', service: 'orders', unit: '1', type: 'gauge', latest: { value: 20 } })
  expect(series?.points.map((point) => point.timeUnixNano)).toEqual([1n, 2n])
})

test('the latest point is the one with the latest time, also when it arrives first; of equal times the last to arrive', () => {
  const store = new TelemetryStore()
  for (const [timeUnixNano, value] of [
    [5n, 1],
    [3n, 2],
    [5n, 3],
    [4n, 4],
  ] as const) {
    store.add('metrics', request([gauge('g', numberPoint({ timeUnixNano, value }))]))
  }
  expect(store.metrics()[0]?.latest).toMatchObject({ timeUnixNano: 5n, value: 3 })
})

test('series differ by instance, scope, type and the kind of an attribute’s value', () => {
  const store = new TelemetryStore()
  store.add('metrics', request([gauge('g', numberPoint())], resource('orders', { 'service.instance.id': '1' })))
  store.add('metrics', request([gauge('g', numberPoint())], resource('orders', { 'service.instance.id': '2' })))
  store.add(
    'metrics',
    request(
      [gauge('g', numberPoint({ attributes: attributes({ a: '1' }) }))],
      resource('orders', { 'service.instance.id': '2' }),
    ),
  )
  store.add(
    'metrics',
    request(
      [gauge('g', numberPoint({ attributes: attributes({ a: 1 }) }))],
      resource('orders', { 'service.instance.id': '2' }),
    ),
  )
  expect(store.metrics()).toHaveLength(4)
  expect(store.metrics({ attribute: { a: 1 } })).toHaveLength(1)
  expect(store.metrics({ resource: { 'service.instance.id': '1' } })).toHaveLength(1)
})

test('a series is gone when its last point has left', () => {
  const store = new TelemetryStore({ maxMetricPoints: 2 })
  store.add('metrics', request([gauge('rare', numberPoint())]))
  for (let n = 0; n < 2; n++) store.add('metrics', request([gauge('often', numberPoint({ value: n }))]))
  expect(store.metrics().map((series) => [series.name, series.points.length])).toEqual([['often', 2]])
})

const base = { description: '', unit: 's', metadata: {} }
const bare = { attributes: attributes(), startTimeUnixNano: 0n, timeUnixNano: 1n, flags: 0 }
const ALL_TYPES: readonly Metric[] = [
  { ...base, name: 'a', data: { type: 'gauge', points: [numberPoint({ value: 1 })] } },
  {
    ...base,
    name: 'b',
    data: { type: 'sum', points: [numberPoint({ value: 2 })], aggregationTemporality: 1, isMonotonic: true },
  },
  {
    ...base,
    name: 'c',
    data: {
      type: 'histogram',
      aggregationTemporality: 2,
      points: [{ ...bare, count: 3, sum: 4, min: 1, max: 2, bucketCounts: [3], explicitBounds: [], exemplars: [] }],
    },
  },
  {
    ...base,
    name: 'd',
    data: {
      type: 'exponentialHistogram',
      aggregationTemporality: 2,
      points: [
        {
          ...bare,
          count: 3,
          sum: 4,
          min: 1,
          max: 2,
          scale: 1,
          zeroCount: 0,
          zeroThreshold: 0,
          positive: { offset: 0, bucketCounts: [] },
          negative: { offset: 0, bucketCounts: [] },
          exemplars: [],
        },
      ],
    },
  },
  { ...base, name: 'e', data: { type: 'summary', points: [{ ...bare, count: 5, sum: 6, quantileValues: [] }] } },
]

test.each([
  ['gauge', { value: 1 }],
  ['sum', { value: 2, isMonotonic: true, aggregationTemporality: 1 }],
  ['histogram', { count: 3, bucketCounts: [3], aggregationTemporality: 2 }],
  ['exponentialHistogram', { count: 3, scale: 1, aggregationTemporality: 2 }],
  ['summary', { count: 5, sum: 6 }],
] as const)('a point of a %s keeps what its kind has', (type, point) => {
  const store = new TelemetryStore()
  store.add('metrics', request(ALL_TYPES))
  expect(store.metrics({ type }).map((series) => series.latest)).toMatchObject([
    { ...point, unit: 's', service: 'orders' },
  ])
})

test.each<[string, MetricQuery, number]>([
  ['name', { name: 'a' }, 1],
  ['a pattern of names', { name: /^[abc]$/ }, 3],
  ['service', { service: 'orders' }, 5],
  ['unit', { unit: 's' }, 5],
  ['scope', { scope: 'test-scope' }, 5],
  ['a function of the latest point', { where: (point) => point.type === 'sum' && point.value === 2 }, 1],
])('by %s', (_, query, count) => {
  const store = new TelemetryStore()
  store.add('metrics', request(ALL_TYPES))
  expect(store.metrics(query)).toHaveLength(count)
})

test('a condition that does not exist is refused', () => {
  expect(() => new TelemetryStore().metrics({ attributes: {} } as never)).toThrow('Did you mean "attribute"?')
})
