import { expect, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import type { Metric } from '../../../src/otlp/model.ts'
import type { CollectedMetric } from '../../../src/telemetry/metrics/collected-metric.ts'
import { TurnSlices } from '../../../src/telemetry/metrics/turn-slices.ts'
import { Naming } from '../../../src/telemetry/prometheus/naming.ts'
import { PageWriter } from '../../../src/telemetry/prometheus/page-writer.ts'

const METER = { name: 'm', version: '', schemaUrl: '' }

function gauge(name: string, attributes: object): CollectedMetric {
  const point = {
    attributes: attributes as {},
    startTimeUnixNano: 0n,
    timeUnixNano: 0n,
    flags: 0,
    value: 1,
    exemplars: [],
  }
  const metric: Metric = { name, description: '', unit: '', metadata: {}, data: { type: 'gauge', points: [point] } }
  return { head: metric, count: 1, slice: () => metric }
}

test('a metric that cannot be written costs nothing but itself', async () => {
  const format = { isOpenMetrics: false, keepsNames: false, contentType: '' }
  const writer = new PageWriter({ format, naming: new Naming(false), resource: {}, maxBytes: 1000 })
  const slices = new TurnSlices(systemClock)
  const broken = {
    get key(): never {
      throw new Error('broken')
    },
  }
  await writer.take(METER, gauge('one', { a: 'x' }), slices)
  await writer.take(METER, gauge('two', broken), slices)
  await writer.take(METER, gauge(undefined as never, {}), slices)
  await writer.take({ ...METER, name: Symbol('m') as never }, gauge('four', {}), slices)
  await writer.take(METER, gauge('three', {}), slices)
  const page = Buffer.concat(await writer.finish(slices)).toString()
  expect(page).toBe(
    '# TYPE one gauge\none{a="x",otel_scope_name="m"} 1\n# TYPE three gauge\nthree{otel_scope_name="m"} 1\n',
  )
})

test('a family that outgrows the page gives back all of its room, what another meter had in it included', async () => {
  const format = { isOpenMetrics: false, keepsNames: false, contentType: '' }
  const writer = new PageWriter({ format, naming: new Naming(false), resource: {}, maxBytes: 1000 })
  const slices = new TurnSlices(systemClock)
  await writer.take(METER, gauge('large', { a: 'x'.repeat(600) }), slices)
  await writer.take({ ...METER, name: 'n' }, gauge('large', { a: 'y'.repeat(600) }), slices)
  await writer.take(METER, gauge('other', { a: 'z'.repeat(700) }), slices)
  const page = Buffer.concat(await writer.finish(slices)).toString()
  expect(page).not.toContain('large')
  expect(page).toContain('zzz')
})
