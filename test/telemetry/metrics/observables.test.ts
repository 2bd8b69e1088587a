import type { ObservableResult } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { Metrics, nano, reader } from './metrics-fixture.ts'

test('what is observed is reported, what is not observed any more is gone', async () => {
  const metrics = new Metrics()
  let seen: Record<string, number> = { a: 1, b: 2 }
  metrics.meter.createObservableGauge('g').addCallback((result) => {
    for (const [id, value] of Object.entries(seen)) result.observe(value, { id })
  })
  expect(await metrics.values('g')).toEqual({ '{"id":"a"}': 1, '{"id":"b"}': 2 })
  seen = { b: 3 }
  expect(await metrics.values('g')).toEqual({ '{"id":"b"}': 3 })
})

test('with delta temporality the difference to the latest report is reported, over the time since then', async () => {
  const metrics = new Metrics({ readers: [reader({ temporality: 'delta' }), reader()] })
  let value: number | undefined = 10
  metrics.meter.createObservableCounter('c').addCallback((result) => {
    if (value !== undefined) result.observe(value)
  })
  const next = async (): Promise<unknown> => {
    metrics.at.ms += 1000
    const [point] = await metrics.points('c')
    return point === undefined ? undefined : [point.value, point.startTimeUnixNano, point.timeUnixNano]
  }
  expect(await next()).toEqual([10, nano(1000), nano(2000)])
  value = 14
  expect(await next()).toEqual([4, nano(2000), nano(3000)])
  // A callback that failed once: nothing is reported, and nothing is counted twice afterwards.
  value = undefined
  expect(await next()).toBeUndefined()
  value = 15
  expect(await next()).toEqual([1, nano(3000), nano(5000)])
  // A counter that began anew.
  value = 3
  expect(await next()).toEqual([3, nano(5000), nano(6000)])
  expect(await metrics.points('c', 1)).toMatchObject([{ value: 3, startTimeUnixNano: nano(1000) }])
})

test('a cumulative counter that comes back lower has begun anew', async () => {
  const metrics = new Metrics()
  let value = 10
  metrics.meter.createObservableCounter('c').addCallback((result) => result.observe(value))
  metrics.at.ms = 2000
  expect(await metrics.points('c')).toMatchObject([{ value: 10, startTimeUnixNano: nano(1000) }])
  value = 4
  metrics.at.ms = 3000
  expect(await metrics.points('c')).toMatchObject([{ value: 4, startTimeUnixNano: nano(2000) }])
})

test('a callback counts once however often it is added, and not at all after it is removed', async () => {
  const metrics = new Metrics()
  const gauge = metrics.meter.createObservableGauge('g')
  let calls = 0
  const callback = (result: ObservableResult): void => result.observe(++calls)
  gauge.addCallback(callback)
  gauge.addCallback(callback)
  await metrics.collect()
  expect(calls).toBe(1)
  gauge.removeCallback(callback)
  expect(await metrics.collect()).toEqual([])
  expect(calls).toBe(1)
})

test('a batch callback observes its own instruments only, of other meters as well', async () => {
  const metrics = new Metrics()
  const own = metrics.meter.createObservableGauge('own')
  const stranger = metrics.meter.createObservableGauge('stranger')
  const elsewhere = metrics.provider.getMeter('elsewhere').createObservableCounter('elsewhere')
  metrics.meter.addBatchObservableCallback(
    (result) => {
      result.observe(own, 1, { a: 1 })
      result.observe(stranger, 2)
      result.observe(elsewhere, 3)
    },
    [own, elsewhere],
  )
  expect(await metrics.values('own')).toEqual({ '{"a":1}': 1 })
  expect(await metrics.values('stranger')).toEqual({})
  expect(await metrics.values('elsewhere')).toEqual({ '{}': 3 })
})

test('a callback that throws costs its own values only, and is named', async () => {
  const metrics = new Metrics()
  metrics.meter.createObservableGauge('broken').addCallback((result) => {
    result.observe(1)
    throw new Error('no')
  })
  metrics.meter.createObservableGauge('later').addCallback(() => Promise.reject(new Error('not now')))
  metrics.meter.createObservableGauge('fine').addCallback((result) => result.observe(2))
  expect((await metrics.collect()).map(({ name }) => name)).toEqual(['fine'])
  expect(metrics.problems).toMatchObject([
    { code: 'SEA_METRIC_CALLBACK_FAILED', message: expect.stringContaining('"broken"'), cause: { message: 'no' } },
    { code: 'SEA_METRIC_CALLBACK_FAILED', message: expect.stringContaining('"later"'), cause: { message: 'not now' } },
  ])
})

test('a callback that does not end in time is left behind, not called again before it ended, and too late then', async () => {
  const metrics = new Metrics()
  const calls: PromiseWithResolvers<void>[] = []
  metrics.meter.createObservableGauge('slow').addCallback(async (result) => {
    const call = Promise.withResolvers<void>()
    calls.push(call)
    await call.promise
    result.observe(calls.length)
  })
  metrics.meter.createObservableGauge('fine').addCallback(async (result) => result.observe(2))
  const names = async (): Promise<readonly string[]> => {
    const collected = metrics.collect()
    await metrics.clock.advance(1000)
    return (await collected).map(({ name }) => name)
  }
  expect(await names()).toEqual(['fine'])
  expect(metrics.problems).toMatchObject([{ message: expect.stringContaining('did not end within 1000 ms') }])
  expect(await names()).toEqual(['fine'])
  expect(metrics.problems).toHaveLength(2)
  expect(calls).toHaveLength(1)
  calls[0]?.resolve()
  await metrics.clock.advance(0)
  const collected = metrics.collect()
  await metrics.clock.advance(0)
  calls[1]?.resolve()
  await metrics.clock.advance(0)
  expect((await collected).map(({ name }) => name)).toEqual(['slow', 'fine'])
  expect(metrics.clock.pending).toBe(0)
})

test('the latest observation of the same attributes holds, and an object that is used again is read each time', async () => {
  const metrics = new Metrics()
  metrics.meter.createObservableGauge('g').addCallback((result) => {
    const attributes = { id: 0 }
    for (attributes.id = 0; attributes.id < 3; attributes.id++) result.observe(attributes.id, attributes)
    result.observe(7, { id: 0 })
  })
  expect(await metrics.values('g')).toEqual({ '{"id":0}': 7, '{"id":1}': 1, '{"id":2}': 2 })
})

test('observations that a view joins are added up, each set of attributes once', async () => {
  const views = [{ instrumentName: 'c', includeAttributes: ['kept'] }]
  const metrics = new Metrics({ views, readers: [reader(), reader({ temporality: 'delta' })] })
  let base = 0
  metrics.meter.createObservableCounter('c').addCallback((result) => {
    result.observe(100, { kept: 1, left: 1 })
    result.observe(base + 1, { kept: 1, left: 1 })
    result.observe(base + 2, { kept: 1, left: 2 })
    result.observe(base + 4, { kept: 2, left: 1 })
  })
  expect(await metrics.values('c')).toEqual({ '{"kept":1}': 3, '{"kept":2}': 4 })
  expect(await metrics.values('c', 1)).toEqual({ '{"kept":1}': 3, '{"kept":2}': 4 })
  base = 10
  expect(await metrics.values('c')).toEqual({ '{"kept":1}': 23, '{"kept":2}': 14 })
  expect(await metrics.values('c', 1)).toEqual({ '{"kept":1}': 20, '{"kept":2}': 10 })
})

test('observations beyond the limit are one series: their sum', async () => {
  const metrics = new Metrics({ cardinalityLimit: 3 })
  metrics.meter.createObservableUpDownCounter('u').addCallback((result) => {
    for (let id = 1; id < 6; id++) result.observe(id, { id })
  })
  const expected = { '{"id":1}': 1, '{"id":2}': 2, '{"otel.metric.overflow":true}': 12 }
  expect(await metrics.values('u')).toEqual(expected)
  expect(await metrics.values('u')).toEqual(expected)
})

test('series that come and go do not fill the limit for ever', async () => {
  const metrics = new Metrics({ cardinalityLimit: 10 })
  let first = 0
  metrics.meter.createObservableGauge('g').addCallback((result) => {
    for (let id = first; id < first + 4; id++) result.observe(id, { id })
  })
  for (first = 0; first < 400; first += 4) {
    const count = Object.keys(await metrics.values('g')).length
    expect(count).toBe(4)
  }
  expect(Object.keys(await metrics.values('g'))).not.toContain('{"otel.metric.overflow":true}')
})

test('a collection that many series miss is no reset for them: what they report next is what was added', async () => {
  const metrics = new Metrics({ cardinalityLimit: 10, readers: [reader({ temporality: 'delta' })] })
  let total = 100
  let isComplete = true
  metrics.meter.createObservableCounter('c').addCallback((result) => {
    for (let id = 0; id < 9; id++) if (isComplete || id === 0) result.observe(total, { id })
  })
  await metrics.collect()
  isComplete = false
  for (total = 101; total < 104; total++) expect(await metrics.values('c')).toEqual({ '{"id":0}': 1 })
  isComplete = true
  total = 110
  const others = Array.from({ length: 8 }, (_, index) => [`{"id":${index + 1}}`, 10])
  expect(await metrics.values('c')).toEqual({ '{"id":0}': 7, ...Object.fromEntries(others) })
})

test('where there is no room, a new series takes the place of the one that was not observed for the longest time', async () => {
  const metrics = new Metrics({ cardinalityLimit: 4, readers: [reader({ temporality: 'delta' })] })
  let ids: readonly number[] = []
  metrics.meter.createObservableCounter('c').addCallback((result) => {
    for (const id of ids) result.observe(100 + id, { id })
  })
  const values = async (...observed: readonly number[]): Promise<Readonly<Record<string, unknown>>> => {
    ids = observed
    return metrics.values('c')
  }
  expect(await values(1, 2, 3)).toEqual({ '{"id":1}': 101, '{"id":2}': 102, '{"id":3}': 103 })
  // Those of the latest collection stay.
  expect(await values(4)).toEqual({ '{"otel.metric.overflow":true}': 104 })
  expect(await values(2)).toEqual({ '{"id":2}': 0 })
  expect(await values(5, 3)).toEqual({ '{"id":5}': 105, '{"id":3}': 0 })
  // One that is observed by the callback that brings the new one keeps its place, wherever it comes.
  expect(await values(5)).toEqual({ '{"id":5}': 0 })
  expect(await values(3, 6)).toEqual({ '{"id":3}': 0, '{"id":6}': 106 })
  expect(await values(2)).toEqual({ '{"id":2}': 102 })
})

test('at the end of the process, what is observed without waiting is collected at once', () => {
  const metrics = new Metrics()
  metrics.meter.createObservableGauge('now').addCallback((result) => result.observe(1))
  metrics.meter.createObservableGauge('soon').addCallback(async (result) => {
    result.observe(1)
    await Promise.resolve()
    result.observe(2)
  })
  const seen: unknown[] = []
  metrics.provider.collectors[0]?.visitNow((_, { head, count }) => seen.push([head.name, count]))
  expect(seen).toEqual([
    ['now', 1],
    ['soon', 1],
  ])
})

test('two readers that collect at the same time do so one after the other', async () => {
  const metrics = new Metrics({ readers: [reader({ temporality: 'delta' }), reader()] })
  let running = 0
  let most = 0
  metrics.meter.createObservableCounter('c').addCallback(async (result) => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    result.observe(5)
    running--
  })
  expect(await Promise.all([metrics.values('c', 0), metrics.values('c', 1), metrics.values('c', 0)])).toEqual([
    { '{}': 5 },
    { '{}': 5 },
    { '{}': 0 },
  ])
  expect(most).toBe(1)
})
