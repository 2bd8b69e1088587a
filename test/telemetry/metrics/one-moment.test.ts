import assert from 'node:assert/strict'
import { expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import type { Metric } from '../../../src/otlp/model.ts'
import { decodeRequest } from '../../../src/otlp/decode-request.ts'
import { OpenChunks } from '../../../src/telemetry/encode/open-chunks.ts'
import { PushReader } from '../../../src/telemetry/metrics/push-reader.ts'
import { ValueBuffer } from '../../../src/telemetry/metrics/value-buffer.ts'
import type { Chunk } from '../../../src/telemetry/pipeline/chunk.ts'
import { SignalLedger } from '../../../src/telemetry/pipeline/signal-ledger.ts'
import { OPEN_METRICS, Pulled } from '../prometheus/page-fixture.ts'
import { Metrics, reader } from './metrics-fixture.ts'

const SERIES = 400
/** With measurements in between; one more follows them. */
const COLLECTIONS = 3

/** A clock on which every slice is over at once. */
function impatient(): typeof systemClock {
  let now = 0
  return { ...systemClock, now: () => (now += 10) }
}

/** Calls `work` in each turn of the loop until `until` is settled. @returns how many turns those were */
async function meanwhile(until: Promise<unknown>, work: () => void): Promise<number> {
  let turns = 0
  let isOver = false
  const turn = (): void => {
    if (isOver) return
    turns++
    work()
    setImmediate(turn)
  }
  setImmediate(turn)
  await until.finally(() => (isOver = true))
  return turns
}

test('a metric on a page is of one moment, whatever is recorded while the page is being written', async () => {
  const pulled = new Pulled({}, { clock: impatient() })
  const histogram = pulled.meter.createHistogram('h')
  const record = (): void => {
    for (let id = 0; id < SERIES; id++) histogram.record(1, { id })
  }
  record()
  const scraped = pulled.samples('h', OPEN_METRICS)
  expect(await meanwhile(scraped, record)).toBeGreaterThan(SERIES / 16)
  const counts = (await scraped).filter(({ name }) => name === 'h_count').map(({ value }) => value)
  expect(counts).toHaveLength(SERIES)
  expect(new Set(counts).size).toBe(1)
})

test.each([
  { kind: 'explicit_bucket_histogram', temporality: 'cumulative' },
  { kind: 'explicit_bucket_histogram', temporality: 'delta' },
  { kind: 'base2_exponential_bucket_histogram', temporality: 'cumulative' },
  { kind: 'base2_exponential_bucket_histogram', temporality: 'delta' },
] as const)('points of a $kind that are sent with $temporality temporality are of one moment', async (way) => {
  const clock = impatient()
  const metrics = new Metrics({ clock, readers: [reader({ histogram: way.kind, temporality: way.temporality })] })
  const chunks: Chunk[] = []
  const [collector] = metrics.provider.collectors
  assert(collector !== undefined)
  const pushed = new PushReader({
    collector,
    chunks: new OpenChunks({
      signal: 'metrics',
      resource: { attributes: {} },
      clock,
      sink: { accept: (chunk) => void chunks.push(chunk) },
      ledger: new SignalLedger(),
    }),
    clock,
    intervalMs: 60_000,
    timeoutMs: 30_000,
    onProblem: (error) => assert.fail(String(error)),
  })
  const histogram = metrics.meter.createHistogram('h')
  let rounds = 0
  const record = (): void => {
    rounds++
    // Far apart, so that exponential buckets have to be joined between one slice and the next.
    for (let id = 0; id < SERIES; id++) histogram.record(2 ** (rounds % 200), { id })
  }
  const take = (): readonly Metric[] =>
    decodeRequest('metrics', Buffer.concat(chunks.splice(0).map(({ bytes }) => bytes))).flatMap(({ scopes }) =>
      scopes.flatMap(({ items }) => items),
    )
  const collect = async (): Promise<{ readonly shapes: number; readonly count: number }> => {
    await meanwhile(pushed.collectNow(60_000), collections < COLLECTIONS ? record : () => {})
    const points = take().flatMap(({ data }) => ('points' in data ? (data.points as readonly object[]) : []))
    const shapes = new Set(points.map((point) => JSON.stringify({ ...point, attributes: 0 }, bigintsAsText)))
    return { shapes: shapes.size, count: (points as readonly { readonly count: number }[])[0]?.count ?? 0 }
  }
  record()
  const counts: number[] = []
  let collections = 0
  for (; collections <= COLLECTIONS; collections++) {
    const { shapes, count } = await collect()
    expect(shapes).toBe(1)
    counts.push(count)
  }
  // What came while one collection was written is in the next one: none of it is lost, none of it is there twice.
  const total = counts.reduce((sum, count) => sum + count, 0)
  expect(way.temporality === 'delta' ? total : counts.at(-1)).toBe(rounds)
  expect(rounds).toBeGreaterThan(COLLECTIONS * 5)
})

test('callbacks are called in slices of the event loop, and one that is removed in between is not called', async () => {
  const metrics = new Metrics({ clock: impatient() })
  const called: number[] = []
  const gauges = Array.from({ length: 20 }, (_, index) => metrics.meter.createObservableGauge(`g${index}`))
  const callbacks = gauges.map((gauge, index) => {
    const callback = (): void => void called.push(index)
    gauge.addCallback(callback)
    return callback
  })
  const last = callbacks.at(-1)
  assert(last !== undefined)
  const turns = await meanwhile(metrics.collect(), () => gauges.at(-1)?.removeCallback(last))
  expect(called).toEqual(Array.from({ length: 19 }, (_, index) => index))
  expect(turns).toBeGreaterThan(10)
})

test('a buffer of values grows to what is asked for, keeps what is in it, and does not stay large', () => {
  const buffer = new ValueBuffer()
  const usual = buffer.values.length
  const first = buffer.claim(3)
  buffer.values.set([1, 2, 3], first)
  const second = buffer.claim(100_000)
  expect(second).toBe(first + 3)
  expect(buffer.values.length).toBeGreaterThanOrEqual(100_003)
  expect(Array.from(buffer.values.subarray(first, first + 3))).toEqual([1, 2, 3])
  buffer.clear()
  expect(buffer.claim(1)).toBe(0)
  expect(buffer.values.length).toBe(usual)
})

test('each metric of a collection has the buffer for itself', async () => {
  const claims = vi.spyOn(ValueBuffer.prototype, 'claim')
  onTestFinished(() => claims.mockRestore())
  const metrics = new Metrics()
  for (const name of ['a', 'b', 'c']) metrics.meter.createCounter(name).add(1)
  await metrics.collect()
  expect(claims.mock.results.map(({ value }) => value as number)).toEqual([0, 0, 0])
})

function bigintsAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
