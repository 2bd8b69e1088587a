import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import type { Signal } from '../../../src/otlp/model.ts'
import { decodeRequest } from '../../../src/otlp/decode-request.ts'
import { OpenChunks } from '../../../src/telemetry/encode/open-chunks.ts'
import type { Chunk } from '../../../src/telemetry/pipeline/chunk.ts'
import { divideChunk } from '../../../src/telemetry/pipeline/divide-chunk.ts'
import type { ExportOutcome } from '../../../src/telemetry/pipeline/export-outcome.ts'
import { Outbox } from '../../../src/telemetry/pipeline/outbox.ts'
import { SignalLedger } from '../../../src/telemetry/pipeline/signal-ledger.ts'
import type { Transport } from '../../../src/telemetry/pipeline/transport.ts'
import { createDisk, type Disk, KeptSpool } from './kept-spool.ts'
import { LIMITS, totalOf } from './outbox-fixture.ts'

const BAD_REQUEST: ExportOutcome = { kind: 'refused', reason: 'HTTP 400', perhapsOnePart: true }

/** A chunk of real log records or spans, each with a name of its own as the first field. */
function chunkOf(signal: Signal, names: readonly string[], pointsTag = 42): Chunk {
  const sealed: Chunk[] = []
  const chunks = new OpenChunks({
    signal,
    resource: { attributes: { 'service.name': 'shop' } },
    clock: new ManualClock(),
    sink: { accept: (chunk) => void sealed.push(chunk) },
    ledger: new SignalLedger(),
  })
  const open = chunks.scope({ name: 'test', version: '1', schemaUrl: 'https://example.com/1' })
  for (const name of names) {
    const writer = open.begin()
    if (signal === 'metrics') {
      writer.text(10, name)
      // A metric of two points: a gauge, where nothing else is said.
      const gauge = writer.openWide(pointsTag)
      for (const _ of [1, 2]) writer.closeWide(writer.openWide(10))
      writer.closeWide(gauge)
      open.commit(2)
    } else {
      writer.text(signal === 'traces' ? 42 : 26, name)
      open.commit()
    }
  }
  chunks.sealAll()
  return sealed[0] as Chunk
}

function namesIn(signal: Signal, bytes: Uint8Array): readonly string[] {
  const groups = decodeRequest(signal, bytes)
  return groups.flatMap(({ scopes }) =>
    (scopes as readonly { readonly items: readonly unknown[] }[]).flatMap(({ items }) =>
      items.map((item) => {
        const { name, severityText } = item as { readonly name?: string; readonly severityText?: string }
        return name ?? severityText ?? ''
      }),
    ),
  )
}

/** A collector that refuses what holds a bad item, and keeps the names of the others. */
class Choosy implements Transport {
  readonly accepted: string[] = []
  requests = 0
  isBad: (name: string) => boolean = () => false
  refusal = BAD_REQUEST
  readonly #signal: Signal

  constructor(signal: Signal) {
    this.#signal = signal
  }

  async send(body: readonly Uint8Array[]): Promise<ExportOutcome> {
    this.requests++
    const names = namesIn(this.#signal, Buffer.concat(body))
    if (names.some(this.isBad)) return this.refusal
    this.accepted.push(...names)
    return { kind: 'delivered' }
  }

  close(): void {}
}

function setUp(signal: Signal, disk?: Disk) {
  const clock = new ManualClock()
  const transport = new Choosy(signal)
  const outbox = new Outbox({
    clock,
    random: () => 1,
    signals: { [signal]: { transport, limits: LIMITS, timeoutMs: 10_000 } },
    ...(disk === undefined ? {} : { openSpool: (listener) => new KeptSpool(clock, disk, listener) }),
  })
  const add = (names: readonly string[]): void => {
    const chunk = chunkOf(signal, names)
    outbox.ledger(signal).create(chunk.items)
    outbox.accept({ ...chunk, since: clock.now() })
  }
  return { clock, transport, outbox, add }
}

const upTo = (count: number, prefix = 'item'): string[] => Array.from({ length: count }, (_, n) => `${prefix} ${n}`)

test.each(['traces', 'logs', 'metrics'] as const)(
  'a chunk of %s is divided into two that are chunks themselves, down to one item',
  (signal) => {
    const names = upTo(5)
    const { bytes, items } = chunkOf(signal, names)
    const divide = (part: { readonly bytes: Uint8Array; readonly items: number }): readonly string[] => {
      const parts = divideChunk(signal, part.bytes, part.items)
      if (parts === undefined) return namesIn(signal, part.bytes)
      expect(parts).toHaveLength(2)
      expect(parts.reduce((total, each) => total + each.items, 0)).toBe(part.items)
      const [group] = decodeRequest(signal, parts[0]?.bytes ?? new Uint8Array())
      const [before] = decodeRequest(signal, bytes)
      expect(group?.resource).toEqual(before?.resource)
      return parts.flatMap(divide)
    }
    expect(divide({ bytes, items })).toEqual(names)
  },
)

test.each([
  ['gauges', 42],
  ['sums', 58],
  ['histograms', 74],
  ['exponential histograms', 82],
  ['summaries', 90],
])('points of %s are counted when a chunk is divided', (_kind, pointsTag) => {
  const { bytes, items } = chunkOf('metrics', upTo(3), pointsTag)
  expect(divideChunk('metrics', bytes, items)?.map((part) => part.items)).toEqual([4, 2])
})

test('what is not framed as a chunk, or counts otherwise, is not divided', () => {
  const { bytes, items } = chunkOf('traces', upTo(4))
  expect(divideChunk('traces', bytes, items + 1)).toBeUndefined()
  for (let end = 0; end < bytes.byteLength; end++) {
    expect(divideChunk('traces', bytes.subarray(0, end), items)).toBeUndefined()
  }
  for (const count of [items, 2 * items]) {
    expect(divideChunk('traces', Buffer.concat([bytes, bytes]), count)).toBeUndefined()
  }
  // Gauges of one point each. A schema that stands behind them only one of the parts would get.
  const gauges = Array.from({ length: 2 }, () => [18, 4, 42, 2, 10, 0]).flat()
  const group = (fields: readonly number[]): Uint8Array =>
    Uint8Array.of(10, fields.length + 2, 18, fields.length, ...fields)
  expect(divideChunk('metrics', group(gauges), 2)).toHaveLength(2)
  expect(divideChunk('metrics', group([...gauges, 26, 0]), 2)).toBeUndefined()
})

test.each([false, true])('one bad span of 1000 costs itself (spool: %s)', async (hasSpool) => {
  const disk = createDisk()
  const { clock, transport, outbox, add } = setUp('traces', hasSpool ? disk : undefined)
  transport.isBad = (name) => name === 'c3 77'
  for (let chunk = 0; chunk < 10; chunk++) add(upTo(100, `c${chunk}`))
  await clock.advance(5000)
  expect(outbox.account('traces')).toMatchObject({ delivered: 999, dropped: { refused: 1 }, pending: 0, spooled: 0 })
  expect(new Set(transport.accepted).size).toBe(999)
  // A body, and two for each halving: of ten chunks, and of a hundred spans.
  expect(transport.requests).toBeLessThanOrEqual(1 + 2 * (4 + 7))
  await clock.advance(10)
  expect(disk.chunks.size).toBe(0)
  expect(outbox.memoryBytes).toBe(0)
})

test('parts of a chunk that are not answered yet are on disk, each once, when the process ends', async () => {
  const disk = createDisk()
  const { clock, transport, outbox, add } = setUp('traces', disk)
  transport.isBad = () => true
  add(upTo(8))
  const send = transport.send.bind(transport)
  transport.send = async (body) => (transport.requests < 2 ? send(body) : { kind: 'retry', reason: 'busy' })
  await clock.advance(6000)
  outbox.releaseNow()
  const left = [...disk.chunks.values()].flatMap((bytes) => namesIn('traces', bytes))
  expect(left.toSorted()).toEqual(upTo(8))
  expect(outbox.account('traces')).toMatchObject({ spooled: 8, dropped: expect.toBeOneOf([{}]), pending: 0 })
})

test('whenever the process is killed while a chunk is divided, every item of it is on disk', async () => {
  const disk = createDisk()
  const { clock, transport, add } = setUp('traces', disk)
  transport.isBad = (name) => name === 'item 5'
  add(upTo(8))
  const send = transport.send.bind(transport)
  const missing: string[] = []
  let isRefused = false
  transport.send = async (body) => {
    const onDisk = [...disk.chunks.values()].flatMap((bytes) => namesIn('traces', bytes))
    const found = new Set([...onDisk, ...transport.accepted])
    const left = upTo(8).filter((name) => !found.has(name))
    missing.push(...left.filter((name) => !isRefused || name !== 'item 5'))
    const outcome = await send(body)
    if (outcome.kind === 'refused' && namesIn('traces', Buffer.concat(body)).length === 1) isRefused = true
    return outcome
  }
  await clock.advance(6000)
  expect(transport.accepted).toHaveLength(7)
  expect(isRefused).toBe(true)
  expect(missing).toEqual([])
  expect(disk.chunks.size).toBe(0)
})

test('where every chunk has bad items, the number of requests has a bound, and everything is counted', async () => {
  const { clock, transport, outbox, add } = setUp('traces')
  transport.isBad = (name) => name.endsWith('7')
  for (let chunk = 0; chunk < 40; chunk++) {
    add(upTo(100, `c${chunk}`))
    await clock.advance(5000)
  }
  // Each of 64 divisions is two requests; and each chunk is one.
  expect(transport.requests).toBeLessThanOrEqual(40 + 2 * 64)
  const account = outbox.account('traces')
  expect(totalOf(account)).toBe(4000)
  expect(account.delivered).toBe(transport.accepted.length)
  expect(account.delivered).toBeGreaterThan(0)

  // What is delivered as it was gives the divisions back, four each.
  transport.isBad = (name) => name === 'bad 3'
  for (let request = 0; request < 4; request++) {
    add(['fine'])
    await clock.advance(5000)
  }
  add(upTo(8, 'bad'))
  await clock.advance(5000)
  expect(outbox.account('traces').dropped['refused']).toBe((account.dropped['refused'] ?? 0) + 1)
})

test('an item that is too large alone costs itself, and those beside it are delivered', async () => {
  const { clock, transport, outbox, add } = setUp('logs')
  transport.refusal = { kind: 'refused', reason: 'HTTP 413', perhapsTooLarge: true }
  transport.isBad = (name) => name === 'item 5'
  add(upTo(16))
  await clock.advance(5000)
  expect(outbox.account('logs')).toMatchObject({ delivered: 15, dropped: { too_large: 1 }, pending: 0 })
})

test('a chunk that an earlier process left is divided as well', async () => {
  const disk = createDisk()
  const first = setUp('logs', disk)
  first.transport.send = async () => ({ kind: 'retry', reason: 'busy' })
  first.add(upTo(20))
  await first.clock.advance(10)
  first.outbox.releaseNow()

  const { clock, transport, outbox } = setUp('logs', disk)
  transport.isBad = (name) => name === 'item 11'
  await clock.advance(5000)
  expect(transport.accepted.toSorted()).toEqual(
    upTo(20)
      .filter((name) => name !== 'item 11')
      .toSorted(),
  )
  expect(outbox.account('logs')).toEqual({
    created: 20,
    adopted: 20,
    delivered: 19,
    rejected: 0,
    spooled: 0,
    dropped: { refused: 1 },
    pending: 0,
  })
  expect(disk.chunks.size).toBe(0)
  expect(outbox.memoryBytes).toBe(0)
})
