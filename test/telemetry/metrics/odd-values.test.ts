import { expect, test } from 'vitest'
import { ODD } from '../odd-values.ts'
import { Metrics } from './metrics-fixture.ts'

type Call = (meter: Metrics['meter'], odd: never) => unknown

const SYNC = ['createCounter', 'createUpDownCounter', 'createHistogram', 'createGauge'] as const
const OBSERVABLE = ['createObservableCounter', 'createObservableUpDownCounter', 'createObservableGauge'] as const

const CALLS: Readonly<Record<string, Call>> = {
  ...Object.fromEntries(
    [...SYNC, ...OBSERVABLE].flatMap((create): [string, Call][] => [
      [`${create}: name`, (meter, odd) => meter[create](odd)],
      [`${create}: options`, (meter, odd) => meter[create](create, odd)],
      [`${create}: unit`, (meter, odd) => meter[create](create, { unit: odd, description: odd })],
      [`${create}: advice`, (meter, odd) => meter[create](create, { advice: odd })],
    ]),
  ),
  'add: value': (meter, odd) => meter.createCounter('c').add(odd),
  'add: attributes': (meter, odd) => meter.createCounter('c').add(1, odd),
  'add: attribute': (meter, odd) => meter.createCounter('c').add(1, { odd }),
  'add: context': (meter, odd) => meter.createCounter('c').add(1, {}, odd),
  'record: attributes': (meter, odd) => meter.createHistogram('h').record(1, odd),
  'record: context': (meter, odd) => meter.createHistogram('h').record(1, {}, odd),
  'bind: attributes': (meter, odd) => meter.createCounter('c').bind(odd).add(1),
  addCallback: (meter, odd) => meter.createObservableGauge('o').addCallback(odd),
  removeCallback: (meter, odd) => meter.createObservableGauge('o').removeCallback(odd),
  'addBatchObservableCallback: callback': (meter, odd) =>
    meter.addBatchObservableCallback(odd, [meter.createObservableGauge('o')]),
  'addBatchObservableCallback: instruments': (meter, odd) => meter.addBatchObservableCallback(() => {}, odd),
  'removeBatchObservableCallback: instruments': (meter, odd) => meter.removeBatchObservableCallback(() => {}, odd),
  observe: (meter, odd) => meter.createObservableGauge('o').addCallback((result) => result.observe(odd, odd)),
}

test.for(Object.entries(CALLS))(
  '%s: whatever it is given, it does not throw, and the others are collected',
  async ([, call]) => {
    const metrics = new Metrics()
    for (const odd of ODD) call(metrics.meter, odd as never)
    metrics.meter.createCounter('after').add(1)
    expect(await metrics.values('after')).toEqual({ '{}': 1 })
  },
)
