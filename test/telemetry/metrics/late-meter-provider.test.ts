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
