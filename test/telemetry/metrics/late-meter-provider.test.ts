import { createNoopMeter, type Meter, type Observable } from '@opentelemetry/api'
import { afterEach, expect, test } from 'vitest'
import { beginLateMeters, lateMeterProvider } from '../../../src/telemetry/metrics/late-meter-provider.ts'
import { Metrics } from './metrics-fixture.ts'

const undo: (() => void)[] = []
afterEach(() => {
  for (const each of undo.splice(0)) each()
})

function begin(metrics: Metrics): void {
  undo.push(beginLateMeters(metrics.provider))
}

test('instruments that were asked for early measure from the start on, by every kind of them', async () => {
  const meter = lateMeterProvider().getMeter('early', '1.0')
  const counter = meter.createCounter('c')
  const upDown = meter.createUpDownCounter('u')
  const histogram = meter.createHistogram('h')
  const gauge = meter.createGauge('g')
  counter.add(100)
  gauge.record(100)

  const metrics = new Metrics()
  begin(metrics)
  counter.add(1, { a: 1 })
  upDown.add(-2)
  histogram.record(3)
  gauge.record(4)

  expect(await metrics.values('c')).toEqual({ '{"a":1}': 1 })
  expect(await metrics.values('u')).toEqual({ '{}': -2 })
  expect(await metrics.values('g')).toEqual({ '{}': 4 })
  expect((await metrics.collect()).map(({ name }) => name)).toContain('h')
})

test('callbacks that were added early, alone and for several instruments, are called; removed ones are not', async () => {
  const meter = lateMeterProvider().getMeter('callbacks')
  const alone = meter.createObservableGauge('alone')
  const one = meter.createObservableCounter('one')
  const two = meter.createObservableUpDownCounter('two')
  const gone = meter.createObservableGauge('gone')
  const never = (): never => {
    throw new Error('was removed')
  }
  alone.addCallback((result) => result.observe(1))
  gone.addCallback(never)
  gone.removeCallback(never)
  meter.addBatchObservableCallback(
    (result) => {
      result.observe(one, 2)
      result.observe(two, 3, { a: 1 })
    },
    [one, two],
  )
  meter.addBatchObservableCallback(never, [one])
  meter.removeBatchObservableCallback(never, [one])

  const metrics = new Metrics()
  begin(metrics)
  expect(await metrics.values('alone')).toEqual({ '{}': 1 })
  expect(await metrics.values('one')).toEqual({ '{}': 2 })
  expect(await metrics.values('two')).toEqual({ '{"a":1}': 3 })
  const late = meter.createObservableGauge('late')
  meter.addBatchObservableCallback((result) => result.observe(late, 5), [late])
  expect(await metrics.values('late')).toEqual({ '{}': 5 })
})

test('what was given back measures nothing, and measures again where telemetry begins once more', async () => {
  const counter = lateMeterProvider().getMeter('again').createCounter('c')
  const [first, second] = [new Metrics(), new Metrics()]
  const end = beginLateMeters(first.provider)
  counter.add(1)
  end()
  counter.add(10)
  begin(second)
  counter.add(100)
  expect(await first.values('c')).toEqual({ '{}': 1 })
  expect(await second.values('c')).toEqual({ '{}': 100 })
})

test('asked again for the same, it is the same; after the start it is the real one', () => {
  const provider = lateMeterProvider()
  const meter = provider.getMeter('same')
  expect(provider.getMeter('same')).toBe(meter)
  expect(meter.createCounter('c', { unit: 's' })).toBe(meter.createCounter('c', { unit: 's' }))
  const metrics = new Metrics()
  begin(metrics)
  expect(provider.getMeter('same')).toBe(metrics.provider.getMeter('same'))
})

test('a callback that is removed after the start is not called, in this life of telemetry or in the next', async () => {
  const meter = lateMeterProvider().getMeter('removed')
  const [one, two] = [meter.createObservableGauge('one'), meter.createObservableGauge('two')]
  const called: string[] = []
  const alone = (): void => void called.push('alone')
  const both = (): void => void called.push('both')
  const other = (): void => void called.push('other')
  one.addCallback(alone)
  meter.addBatchObservableCallback(both, [one, two])
  // Twice the same is the same.
  meter.addBatchObservableCallback(both, [two, one])
  meter.addBatchObservableCallback(other, [one])
  const first = new Metrics()
  const end = beginLateMeters(first.provider)
  await first.collect()
  expect(called.toSorted()).toEqual(['alone', 'both', 'other'])

  one.removeCallback(alone)
  meter.removeBatchObservableCallback(both, [one, two])
  // That one is for another instrument.
  meter.removeBatchObservableCallback(other, [two])
  called.length = 0
  await first.collect()
  end()
  const second = new Metrics()
  begin(second)
  await second.collect()
  expect(called).toEqual(['other', 'other'])
})

test('what code without types gives throws neither when it is given nor at the start', async () => {
  const meter = lateMeterProvider().getMeter(1n as never, 2n as never, null as never)
  const gauge = meter.createObservableGauge(3n as never, { unit: 4n } as never)
  meter.createCounter(Symbol('c') as never, null as never).add('x' as never)
  gauge.addCallback('no function' as never)
  meter.addBatchObservableCallback(() => {}, undefined as never)
  meter.addBatchObservableCallback(undefined as never, [gauge])
  meter.addBatchObservableCallback(() => {}, [null, 5] as never)
  meter.removeBatchObservableCallback(() => {}, undefined as never)
  const metrics = new Metrics()
  begin(metrics)
  await metrics.collect()
  expect(metrics.problems).toEqual([])
})

test('of meters, instruments and callbacks so many wait at most; what is beyond measures nothing', async () => {
  // Those of the other tests wait as well.
  const meters = Array.from({ length: 1001 }, (_, id) => lateMeterProvider().getMeter(`meter ${id}`))
  const meter = meters[0] as Meter
  const counters = Array.from({ length: 1001 }, (_, id) => meter.createCounter(`counter ${id}`))
  const [gauge, crowd] = [lateMeterProvider().getMeter('meter 1'), lateMeterProvider().getMeter('meter 2')].map(
    (each) => each.createObservableGauge('g'),
  ) as [Observable, Observable]
  let [alone, together] = [0, 0]
  for (let id = 0; id < 1001; id++) {
    gauge.addCallback(() => void alone++)
    meters[2]?.addBatchObservableCallback(() => void together++, [crowd])
  }
  const metrics = new Metrics()
  begin(metrics)
  for (const counter of counters) counter.add(1)
  const names = (await metrics.collect()).map(({ name }) => name)
  expect(names.filter((name) => name.startsWith('counter '))).toHaveLength(1000)
  expect([alone, together]).toEqual([1000, 1000])

  const asked = new Set<string>()
  undo.push(beginLateMeters({ getMeter: (name) => (asked.add(name), createNoopMeter()) }))
  expect(asked.has('meter 0')).toBe(true)
  expect(asked.size).toBeLessThanOrEqual(1000)
})
