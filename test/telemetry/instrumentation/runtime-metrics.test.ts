import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import type { Metric } from '../../../src/otlp/model.ts'
import { observeRuntime } from '../../../src/telemetry/instrumentation/runtime-metrics.ts'
import { Metrics, reader } from '../metrics/metrics-fixture.ts'

/** Name, kind, unit and attributes, as version 1.45 of the semantic conventions has them. */
const CONVENTIONS: Readonly<Record<string, readonly [string, string, readonly string[]]>> = {
  ...Object.fromEntries(
    ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map((statistic) => [
      `nodejs.eventloop.delay.${statistic}`,
      ['gauge', 's', []],
    ]),
  ),
  'nodejs.eventloop.utilization': ['gauge', '1', []],
  'nodejs.eventloop.time': ['counter', 's', ['nodejs.eventloop.state']],
  'v8js.gc.duration': ['histogram', 's', ['v8js.gc.type']],
  'v8js.memory.heap.used': ['up_down_counter', 'By', ['v8js.heap.space.name']],
  'v8js.memory.heap.space.size': ['up_down_counter', 'By', ['v8js.heap.space.name']],
  'v8js.memory.heap.space.available_size': ['up_down_counter', 'By', ['v8js.heap.space.name']],
  'v8js.memory.heap.space.physical_size': ['up_down_counter', 'By', ['v8js.heap.space.name']],
  'v8js.resource.active': ['gauge', '{resource}', ['v8js.resource.type']],
  'process.cpu.time': ['counter', 's', ['cpu.mode']],
  'process.cpu.utilization': ['gauge', '1', ['cpu.mode']],
  'process.memory.usage': ['up_down_counter', 'By', []],
  'process.memory.virtual': ['up_down_counter', 'By', []],
  'process.disk.io': ['counter', 'By', ['disk.io.direction']],
  'process.thread.count': ['up_down_counter', '{thread}', []],
  'process.unix.file_descriptor.count': ['up_down_counter', '{file_descriptor}', []],
  'process.context_switches': ['counter', '{context_switch}', ['process.context_switch.type']],
  'process.paging.faults': ['counter', '{fault}', ['system.paging.fault.type']],
  'process.uptime': ['gauge', 's', []],
}

function kindOf({ data }: Metric): string {
  if (data.type !== 'sum') return data.type
  return data.isMonotonic ? 'counter' : 'up_down_counter'
}

function describe(metric: Metric): readonly unknown[] {
  const points = metric.data.type === 'none' ? [] : metric.data.points
  return [kindOf(metric), metric.unit, [...new Set(points.flatMap(({ attributes }) => Object.keys(attributes)))]]
}

/** Collects garbage, and waits until Node has told. */
async function collectGarbage(): Promise<void> {
  const told = new Promise<void>((resolve) => {
    new PerformanceObserver((_, observer) => {
      observer.disconnect()
      resolve()
    }).observe({ entryTypes: ['gc'] })
  })
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  await told
}

test.runIf(process.platform === 'linux')(
  'every metric has the kind, the unit and the attributes of the conventions',
  async () => {
    const metrics = new Metrics({ clock: systemClock })
    const end = observeRuntime(metrics.meter)
    await collectGarbage()
    // The delay of the event loop is sampled, so the loop must have turned for a while.
    await new Promise((resolve) => setTimeout(resolve, 60))
    const collected = await metrics.collect()
    end()
    expect(Object.fromEntries(collected.map((metric) => [metric.name, describe(metric)]))).toEqual(CONVENTIONS)
    expect(collected.every(({ description }) => description.length > 10)).toBe(true)
    expect(metrics.problems).toEqual([])
    expect(await metrics.points('process.uptime')).toEqual([])
  },
)

test.runIf(process.platform === 'linux')(
  'values are plausible: counts go up with what is opened, shares are shares',
  async () => {
    const metrics = new Metrics({ clock: systemClock })
    const end = observeRuntime(metrics.meter)
    const sum = async (name: string, attributes = ''): Promise<number> => {
      const values = Object.entries(await metrics.values(name)).filter(([key]) => key.includes(attributes))
      return values.reduce((total, [, value]) => total + Number(value), 0)
    }
    const before = await sum('process.unix.file_descriptor.count')
    const servers = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const server = createServer().listen(0, '127.0.0.1')
        await once(server, 'listening')
        return server
      }),
    )
    expect(await sum('process.unix.file_descriptor.count')).toBeGreaterThanOrEqual(before + 5)
    expect(await sum('v8js.resource.active', 'TCPServerWrap')).toBeGreaterThanOrEqual(5)
    for (const server of servers) server.close()
    expect(await sum('process.thread.count')).toBeGreaterThan(4)
    expect(await sum('process.memory.virtual')).toBeGreaterThan(await sum('process.memory.usage'))
    expect(await sum('process.cpu.time')).toBeGreaterThan(0.01)
    expect(await sum('process.cpu.utilization')).toBeGreaterThanOrEqual(0)
    expect(await sum('process.paging.faults', 'minor')).toBeGreaterThan(100)
    end()
  },
)

/** Holds the event loop and the processor. */
function block(durationMs: number): void {
  const until = performance.now() + durationMs
  while (performance.now() < until);
}

const turnFor = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs))

test('what is measured since the last collection is that of the same reader: a scrape resets nothing of what is sent', async () => {
  const metrics = new Metrics({ clock: systemClock, readers: [reader(), reader({ exemplars: 'latest' })] })
  const end = observeRuntime(metrics.meter)
  const read = async (index: number): Promise<Readonly<Record<string, number>>> => {
    const collected = await metrics.collect(index)
    const find = (name: string): number => {
      const { data } = collected.find((metric) => metric.name === name) ?? { data: { type: 'none' as const } }
      const points = data.type === 'gauge' ? data.points : []
      return Math.max(...points.map(({ value }) => Number(value)))
    }
    return {
      delay: find('nodejs.eventloop.delay.max'),
      utilization: find('nodejs.eventloop.utilization'),
      cpu: find('process.cpu.utilization'),
    }
  }
  const from = performance.now()
  await read(0)
  await read(1)
  await turnFor(60)
  const cpuFrom = process.cpuUsage()
  block(400)
  const userMs = process.cpuUsage(cpuFrom).user / 1000
  await turnFor(60)
  const scraped = await read(1)
  await turnFor(300)
  const sent = await read(0)
  const tookMs = performance.now() - from
  end()
  // Whoever has collected meanwhile, the other one still sees the loop that stood still.
  expect(scraped['delay']).toBeGreaterThan(0.3)
  expect(sent['delay']).toBeGreaterThan(0.3)
  expect(sent['utilization']).toBeGreaterThan((0.9 * 400) / tookMs)
  expect(sent['cpu']).toBeGreaterThan((0.9 * userMs) / (tookMs * availableParallelism()))
})
