import { metrics } from '@opentelemetry/api'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { expect, onTestFinished, test } from 'vitest'
import { createReloader } from '../../../src/config/reload/reloader.ts'

class OwnReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}

  /** `name{result}` with its value. */
  async table(): Promise<Readonly<Record<string, unknown>>> {
    const { resourceMetrics } = await this.collect()
    const points = resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value }): [string, unknown] => [
          `${descriptor.name.replace('seaworthy.config.', '')}{${Object.values(attributes).join(' ')}}`,
          value,
        ]),
      ),
    )
    return Object.fromEntries(points)
  }
}

async function counted(meterProvider: MeterProvider | undefined) {
  let value: { a: number; b: number } | undefined = { a: 1, b: 1 }
  let isWell = true
  const reloader = await createReloader({
    load: () => {
      if (value === undefined) throw new Error('no')
      return { value }
    },
    watch: false,
    debounce: 10,
    restart: ['b'],
    postCheck: { checks: [{ name: 'x', check: () => isWell }], window: 10, interval: 10 },
    subscribers: [{ name: 'y', commit: () => void (isWell = value?.a !== 3) }],
    ...(meterProvider === undefined ? {} : { meterProvider }),
  })
  return {
    reload: (next: typeof value) => {
      value = next
      return reloader.reload('test')
    },
  }
}

test('reloads are counted by how they ended; the generation, and whether the last one was good, are shown', async () => {
  const reader = new OwnReader()
  const { reload } = await counted(new MeterProvider({ readers: [reader] }))
  expect(await reader.table()).toEqual({ 'generation{}': 1, 'last_reload_successful{}': 1 })
  await reload({ a: 1, b: 1 })
  await reload({ a: 2, b: 1 })
  await reload({ a: 2, b: 2 })
  await reload(undefined)
  expect(await reader.table()).toEqual({
    'reload{unchanged}': 1,
    'reload{applied}': 1,
    'reload{pending_restart}': 1,
    'reload{rejected}': 1,
    'generation{}': 2,
    'last_reload_successful{}': 0,
  })
  await reload({ a: 3, b: 1 })
  expect(await reader.table()).toMatchObject({
    'reload{rolled_back}': 1,
    'generation{}': 2,
    'last_reload_successful{}': 0,
  })
  await reload({ a: 2, b: 1 })
  expect(await reader.table()).toMatchObject({ 'last_reload_successful{}': 1 })
})

test('a provider that is registered later is found at the next reload', async () => {
  const { reload } = await counted(undefined)
  const reader = new OwnReader()
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
  onTestFinished(() => metrics.disable())
  await reload({ a: 2, b: 1 })
  expect(await reader.table()).toEqual({ 'reload{applied}': 1, 'generation{}': 2, 'last_reload_successful{}': 1 })
})
