import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { TelemetryStore } from '../../src/store/telemetry-store.ts'
import { collectGarbage } from './collect-garbage.ts'
import { gauge, logRecord, numberPoint, request, resource, span, spanId, traceId, traces } from './samples.ts'

test('a stored span has its resource, its scope, its service and the time of arrival', async () => {
  const clock = new ManualClock()
  await clock.advance(250)
  const store = new TelemetryStore({ clock })
  const from = resource('orders', { 'host.name': 'a' })

  store.add('traces', request([span({ name: 'GET /' })], from))

  expect(store.spans()).toEqual([
    {
      ...span({ name: 'GET /' }),
      resource: from,
      scope: expect.objectContaining({ name: 'test-scope' }),
      service: 'orders',
      arrivedAtMs: 250,
    },
  ])
})

test('a resource without a name is an unknown service', () => {
  const store = new TelemetryStore()
  store.add('traces', request([span()], resource()))
  store.add('logs', request([logRecord()], resource('')))
  expect(store.spans({ service: 'unknown_service' })).toHaveLength(1)
  expect(store.logs({ service: 'unknown_service' })).toHaveLength(1)
})

test('the oldest spans leave when there are too many, are counted, and are found by no query any more', () => {
  const store = new TelemetryStore({ maxSpans: 3 })
  for (let n = 1; n <= 5; n++) store.add('traces', traces({ traceId: traceId(n), name: `span ${n}` }))

  expect(store.spans().map((found) => found.name)).toEqual(['span 3', 'span 4', 'span 5'])
  expect(store.spans({ traceId: traceId(1) })).toEqual([])
  expect(store.trace(traceId(2))).toBeUndefined()
  expect(store.traceIds).toEqual([traceId(3), traceId(4), traceId(5)])
  expect(store.stats.traces).toEqual({ stored: 3, received: 5, evicted: 2, bytes: 0 })
})

test('each signal has bounds of its own', () => {
  const store = new TelemetryStore({ maxSpans: 1, maxLogRecords: 2, maxMetricPoints: 3 })
  const five = [1, 2, 3, 4, 5]
  store.add('traces', request(five.map((n) => span({ spanId: spanId(n) }))))
  store.add('logs', request(five.map((n) => logRecord({ traceId: traceId(n) }))))
  store.add('metrics', request(five.map((n) => gauge(`g${n}`, numberPoint()))))
  const { traces: ofTraces, logs, metrics } = store.stats
  expect([ofTraces.stored, logs.stored, metrics.stored]).toEqual([1, 2, 3])
  expect(store.logs({ traceId: traceId(3) })).toEqual([])
  expect(store.metrics().map((series) => series.name)).toEqual(['g3', 'g4', 'g5'])
})

test('bytes are bounded, too: a few large requests push many small ones out', () => {
  const store = new TelemetryStore({ maxBytesPerSignal: 1024 * 1024 })
  for (let n = 0; n < 100; n++) store.add('traces', traces({ name: `small ${n}` }), 1024)
  expect(store.stats.traces).toMatchObject({ stored: 100, bytes: 100 * 1024, evicted: 0 })

  store.add('traces', traces({ name: 'large 1' }), 600 * 1024)
  store.add('traces', traces({ name: 'large 2' }), 600 * 1024)

  expect(store.spans().map((found) => found.name)).toEqual(['large 2'])
  expect(store.stats.traces).toMatchObject({ stored: 1, bytes: 600 * 1024, evicted: 101 })
})

test('what was evicted is not kept in memory by any index', async () => {
  const store = new TelemetryStore({ maxSpans: 2, maxLogRecords: 2, maxMetricPoints: 2 })
  const refs = [0, 1, 2, 3].flatMap((n) => {
    store.add('traces', traces({ traceId: traceId(n + 1) }))
    store.add('logs', request([logRecord({ traceId: traceId(n + 1) })]))
    store.add('metrics', request([gauge('g', numberPoint({ value: n }))]))
    return [store.spans().at(-1), store.logs().at(-1), store.metrics()[0]?.latest].map(
      (item) => new WeakRef(item as object),
    )
  })
  await collectGarbage()
  expect(refs.map((ref) => ref.deref() !== undefined)).toEqual([
    ...Array.from({ length: 6 }, () => false),
    ...Array.from({ length: 6 }, () => true),
  ])
})

test('a request of no items, of no scopes, and of a metric without data is taken in', () => {
  const store = new TelemetryStore()
  const empty = { name: 'none', description: '', unit: '', metadata: {}, data: { type: 'none' } as const }
  expect(store.add('traces', [], 100)).toBe(0)
  expect(store.add('logs', [{ resource: resource(), schemaUrl: '', scopes: [] }], 100)).toBe(0)
  expect(store.add('metrics', request([empty, gauge('no points')]), 100)).toBe(0)
  expect(Object.values(store.stats).map((stats) => [stats.stored, stats.bytes])).toEqual([
    [0, 0],
    [0, 0],
    [0, 0],
  ])
})

test('a metric with more points than a call may have arguments is taken in', () => {
  const store = new TelemetryStore()
  const points = Array.from({ length: 200_000 }, (_, n) => numberPoint({ value: n }))
  expect(
    store.add(
      'metrics',
      request([gauge('many', ...points.slice(0, 0)), { ...gauge('many'), data: { type: 'gauge', points } }]),
    ),
  ).toBe(200_000)
  expect(store.stats.metrics).toMatchObject({ stored: 100_000, evicted: 100_000 })
})

test('listeners are told of every item, after all of its request is stored, until they leave', () => {
  const store = new TelemetryStore()
  const seen: string[] = []
  const leave = store.on('span', (found) => seen.push(`${found.name} of ${store.spans().length}`))
  store.on('log', (record) => seen.push(`log ${record.severityText}`))
  store.on('metric', (point) => seen.push(`metric ${point.name}`))

  store.add('traces', traces({ name: 'a' }, { name: 'b' }))
  store.add('logs', request([logRecord({ severityText: 'c' })]))
  store.add('metrics', request([gauge('d', numberPoint(), numberPoint())]))
  leave()
  leave()
  store.add('traces', traces({ name: 'unseen' }))

  expect(seen).toEqual(['a of 2', 'b of 2', 'log c', 'metric d', 'metric d'])
})

test('one function added twice is two listeners, and each leaves alone', () => {
  const store = new TelemetryStore()
  let calls = 0
  const count = (): void => void calls++
  const leave = store.on('span', count)
  store.on('span', count)
  store.add('traces', traces({}))
  leave()
  store.add('traces', traces({}))
  expect(calls).toBe(3)
})

test('a listener may leave while it is told', () => {
  const store = new TelemetryStore()
  const seen: string[] = []
  const leave = store.on('span', (found) => {
    seen.push(found.name)
    leave()
  })
  store.add('traces', traces({ name: 'a' }, { name: 'b' }))
  expect(seen).toEqual(['a'])
})

test('clearing forgets the items and keeps listeners and figures', () => {
  const store = new TelemetryStore()
  let heard = 0
  store.on('span', () => void heard++)
  store.add('traces', traces({}), 10)
  store.add('logs', request([logRecord({ traceId: traceId(1) })]))
  store.add('metrics', request([gauge('g', numberPoint())]))
  store.clear()
  expect([store.spans(), store.logs(), store.metrics(), store.traceIds, store.services]).toEqual([[], [], [], [], []])
  expect([store.spans({ traceId: traceId(1) }), store.logs({ traceId: traceId(1) })]).toEqual([[], []])
  expect(store.stats.traces).toEqual({ stored: 0, received: 1, evicted: 0, bytes: 0 })
  store.add('traces', traces({}))
  expect(heard).toBe(2)
})

test('services are those of all signals', () => {
  const store = new TelemetryStore()
  store.add('traces', request([span()], resource('b')))
  store.add('logs', request([logRecord()], resource('c')))
  store.add('metrics', request([gauge('g', numberPoint())], resource('a')))
  expect(store.services).toEqual(['a', 'b', 'c'])
})

test('limits out of range are refused, all at once', () => {
  expect(() => new TelemetryStore({ maxSpans: 0, maxLogRecords: 1.5, maxBytes: 1 } as never)).toThrow(
    expect.objectContaining({
      code: 'SEA_OPTIONS_INVALID',
      message: expect.stringMatching(/maxSpans.*maxLogRecords.*"maxBytes" is not an option/s),
    }),
  )
})
