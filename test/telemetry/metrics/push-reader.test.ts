import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import type { Clock } from '../../../src/core/clock.ts'
import { decodeRequest } from '../../../src/otlp/decode-request.ts'
import type { Metric } from '../../../src/otlp/model.ts'
import { OpenChunks } from '../../../src/telemetry/encode/open-chunks.ts'
import { PushReader } from '../../../src/telemetry/metrics/push-reader.ts'
import type { Chunk } from '../../../src/telemetry/pipeline/chunk.ts'
import { SignalLedger } from '../../../src/telemetry/pipeline/signal-ledger.ts'
import { oracleDecode } from '../../otlp/oracle.ts'
import { Metrics, reader } from './metrics-fixture.ts'

const INTERVAL_MS = 60_000

class Pushed {
  readonly chunks: Chunk[] = []
  readonly ledger = new SignalLedger()
  readonly metrics: Metrics
  readonly reader: PushReader

  constructor(options: ConstructorParameters<typeof Metrics>[0] = {}, clock?: Clock) {
    this.metrics = new Metrics(clock === undefined ? options : { ...options, clock })
    const chunks = new OpenChunks({
      signal: 'metrics',
      resource: { attributes: { 'service.name': 'test' } },
      clock: clock ?? this.metrics.clock,
      sink: { accept: (chunk) => this.chunks.push(chunk) },
      ledger: this.ledger,
    })
    const [collector] = this.metrics.provider.collectors
    assert(collector !== undefined)
    const onProblem = (error: unknown): number => this.metrics.problems.push(error)
    const settings = { intervalMs: INTERVAL_MS, timeoutMs: 30_000 }
    this.reader = new PushReader({ collector, chunks, clock: clock ?? this.metrics.clock, ...settings, onProblem })
  }

  /** What was handed on since the last call, as our decoder and an independent one read it. */
  take(): readonly Metric[] {
    const body = Buffer.concat(this.chunks.splice(0).map(({ bytes }) => bytes))
    const groups = decodeRequest('metrics', body)
    assert.deepEqual(oracleDecode('metrics', body), groups)
    return groups.flatMap(({ scopes }) => scopes.flatMap(({ items }) => items))
  }

  values(): readonly unknown[] {
    return this.take().flatMap(({ data }) =>
      'points' in data ? data.points.map((point) => ('value' in point ? point.value : 0)) : [],
    )
  }
}

const DELTA = { readers: [reader({ temporality: 'delta' })] }

test('it collects at each interval, and what it found is in the books and in the sink at once', async () => {
  const pushed = new Pushed()
  const counter = pushed.metrics.meter.createCounter('c')
  counter.add(1, { a: 1 })
  counter.add(2, { a: 2 })
  pushed.reader.start()
  await pushed.metrics.clock.advance(INTERVAL_MS - 1)
  expect(pushed.chunks).toEqual([])
  await pushed.metrics.clock.advance(1)
  expect(pushed.ledger.account).toMatchObject({ created: 2, pending: 2 })
  expect(pushed.values()).toEqual([1, 2])
  counter.add(5, { a: 1 })
  await pushed.metrics.clock.advance(INTERVAL_MS)
  expect(pushed.values()).toEqual([6, 2])
})

test('nothing is handed on while nothing was recorded', async () => {
  const pushed = new Pushed(DELTA)
  pushed.metrics.meter.createCounter('c').add(1)
  pushed.reader.start()
  await pushed.metrics.clock.advance(INTERVAL_MS * 3)
  expect(pushed.values()).toEqual([1])
})

test('collections never overlap: a callback that takes long delays the next one', async () => {
  const pushed = new Pushed()
  let running = 0
  let most = 0
  let calls = 0
  pushed.metrics.meter.createObservableGauge('g').addCallback(async (result) => {
    most = Math.max(most, ++running)
    calls++
    await new Promise<void>((resolve) => void pushed.metrics.clock.schedule(29_000, resolve))
    result.observe(calls)
    running--
  })
  pushed.reader.start()
  await pushed.metrics.clock.advance(INTERVAL_MS)
  const now = pushed.reader.collectNow(120_000)
  await pushed.metrics.clock.advance(INTERVAL_MS)
  await now
  expect(most).toBe(1)
  expect(calls).toBeGreaterThanOrEqual(2)
})

test('a final collection takes what came since the last one, and nothing is collected after it', async () => {
  const pushed = new Pushed(DELTA)
  const counter = pushed.metrics.meter.createCounter('c')
  pushed.reader.start()
  counter.add(1)
  await pushed.reader.close(1000)
  expect(pushed.values()).toEqual([1])
  counter.add(1)
  await pushed.metrics.clock.advance(INTERVAL_MS * 2)
  pushed.reader.collectSync()
  expect(pushed.chunks).toEqual([])
  expect(pushed.metrics.clock.pending).toBe(0)
})

test('a callback that hangs costs the final collection its own values only, within the limit', async () => {
  const pushed = new Pushed(DELTA)
  pushed.metrics.meter.createObservableGauge('g').addCallback(() => new Promise(() => {}))
  pushed.metrics.meter.createCounter('c').add(3)
  const closed = pushed.reader.close(1000)
  await pushed.metrics.clock.advance(1000)
  await closed
  expect(pushed.values()).toEqual([3])
  expect(pushed.metrics.problems).toHaveLength(1)
})

test('a final collection does not wait for another reader that hangs: it takes everything at once', async () => {
  const pushed = new Pushed({ readers: [reader({ temporality: 'delta' }), reader()] })
  pushed.metrics.meter.createObservableGauge('g').addCallback(() => new Promise(() => {}))
  pushed.metrics.meter.createCounter('c').add(3)
  const pulled = pushed.metrics.provider.collectors[1]?.collect(1e9)
  const closed = pushed.reader.close(1000)
  await pushed.metrics.clock.advance(1000)
  await closed
  expect(pushed.values()).toEqual([3])
  // Its turn comes too late.
  pushed.metrics.meter.createCounter('c').add(4)
  await pushed.metrics.clock.advance(1e9)
  await pulled
  expect(pushed.ledger.account.created).toBe(1)
  expect(pushed.values()).toEqual([])
})

test('a collection that is cut short by the end of the process loses nothing that it took', async () => {
  const pushed = new Pushed(DELTA, { ...systemClock, now: impatient() })
  const counter = pushed.metrics.meter.createCounter('c')
  const other = pushed.metrics.meter.createCounter('d')
  for (let id = 0; id < 500; id++) counter.add(1, { id })
  other.add(1)
  const running = pushed.reader.collectNow(60_000)
  // A few slices in, and in the middle of the first metric.
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  pushed.reader.collectSync()
  expect(pushed.values()).toHaveLength(501)
  await running
  expect(pushed.chunks).toEqual([])
  expect(pushed.ledger.account).toMatchObject({ created: 501 })
})

/** A clock on which every slice is over at once. */
function impatient(): () => number {
  let now = 0
  return () => (now += 10)
}

test('a collection of many series lets the event loop turn in between', async () => {
  const pushed = new Pushed(DELTA, { ...systemClock, now: impatient() })
  for (let metric = 0; metric < 5; metric++) {
    const counter = pushed.metrics.meter.createCounter(`c${metric}`)
    for (let id = 0; id < 1000; id++) counter.add(1, { id })
  }
  let turns = 0
  let isDone = false
  const count = (): void => {
    turns++
    if (!isDone) setImmediate(count)
  }
  setImmediate(count)
  await pushed.reader.collectNow(60_000)
  isDone = true
  expect(pushed.values()).toHaveLength(5000)
  expect(turns).toBeGreaterThan(100)
})

test('a point that OTLP cannot hold is dropped and counted, the others of its metric are sent', async () => {
  const pushed = new Pushed({ unixNow: () => 1000 })
  // Beyond 64 bits: a sum of integers can get there, one measurement at a time.
  const counter = pushed.metrics.meter.createCounter('c', { valueType: 0 })
  counter.add(1, { a: 1 })
  counter.add(2 ** 64, { a: 2 })
  counter.add(3, { a: 3 })
  await pushed.reader.collectNow(1000)
  expect(pushed.values()).toEqual([1, 3])
  expect(pushed.ledger.account).toMatchObject({ created: 3, dropped: { encode_failed: 1 }, pending: 2 })
  expect(pushed.metrics.problems).toHaveLength(1)
})

test('what is collected is grouped by meter', async () => {
  const metrics = new Metrics()
  metrics.meter.createGauge('g').record(1)
  metrics.provider.getMeter('other', '1', { schemaUrl: 'https://s' }).createCounter('c').add(1)
  const [collector] = metrics.provider.collectors
  assert(collector !== undefined)
  expect(await collector.collect(1000)).toMatchObject([
    { scope: { name: 'test', version: '' }, schemaUrl: '', items: [{ name: 'g' }] },
    { scope: { name: 'other', version: '1' }, schemaUrl: 'https://s', items: [{ name: 'c' }] },
  ])
})

test('the real time is where every series begins and ends by default', async () => {
  const before = performance.timeOrigin + performance.now() - 1000
  const pushed = new Pushed({ unixNow: undefined })
  pushed.metrics.meter.createCounter('c').add(1)
  await pushed.reader.collectNow(1000)
  const [metric] = pushed.take()
  const [point] = metric?.data.type === 'sum' ? metric.data.points : []
  assert(point !== undefined)
  expect(Number(point.startTimeUnixNano) / 1e6).toBeGreaterThan(before)
  expect(point.timeUnixNano >= point.startTimeUnixNano).toBe(true)
})
