import { AsyncLocalStorage } from 'node:async_hooks'
import { Buffer } from 'node:buffer'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { decodeRequest } from '../../../src/otlp/decode-request.ts'
import { OpenChunks, type OpenChunksOptions } from '../../../src/telemetry/encode/open-chunks.ts'
import type { OpenChunk } from '../../../src/telemetry/encode/open-chunk.ts'
import type { Chunk } from '../../../src/telemetry/pipeline/chunk.ts'
import { SignalLedger } from '../../../src/telemetry/pipeline/signal-ledger.ts'

interface Setup {
  readonly clock: ManualClock
  readonly chunks: OpenChunks
  readonly sealed: Chunk[]
  readonly ledger: SignalLedger
}

function setUp(options: Partial<OpenChunksOptions> = {}): Setup {
  const clock = new ManualClock()
  const sealed: Chunk[] = []
  const ledger = new SignalLedger()
  const resource = { attributes: { 'service.name': 'shop' }, schemaUrl: 'https://example.com/schema' }
  const sink = { accept: (chunk: Chunk): void => void sealed.push(chunk) }
  return {
    clock,
    sealed,
    ledger,
    chunks: new OpenChunks({ signal: 'traces', resource, clock, sink, ledger, ...options }),
  }
}

/** A span of `name` and nothing else. */
function put(chunk: OpenChunk, name: string): void {
  chunk.begin().text(42, name)
  chunk.commit()
}

function names(chunk: Chunk | undefined): string[] {
  return decodeRequest('traces', chunk?.bytes ?? new Uint8Array())
    .flatMap(({ scopes }) => scopes)
    .flatMap(({ items }) => items.map(({ name }) => name))
}

test('a chunk is a whole request: resource, scope, items, schema URLs', () => {
  const { chunks, sealed } = setUp()
  const attributes = { team: 'a', lists: [1, 'b'], impossible: () => 0 }
  const chunk = chunks.scope({ name: 'db', version: '1.2', schemaUrl: 'https://example.com/scope', attributes })
  put(chunk, 'one')
  put(chunk, 'two'.repeat(100))
  put(chunk, 'three'.repeat(10_000))
  chunks.sealAll()

  expect(sealed).toHaveLength(1)
  expect(sealed[0]).toMatchObject({ signal: 'traces', items: 3, since: 0 })
  const request = decodeRequest('traces', sealed[0]?.bytes ?? new Uint8Array())
  expect(request).toMatchObject([
    {
      resource: { attributes: { 'service.name': 'shop' } },
      schemaUrl: 'https://example.com/schema',
      scopes: [
        {
          scope: { name: 'db', version: '1.2', attributes: { team: 'a', lists: [1, 'b'] }, droppedAttributesCount: 1 },
          schemaUrl: 'https://example.com/scope',
        },
      ],
    },
  ])
  expect(names(sealed[0])).toEqual(['one', 'two'.repeat(100), 'three'.repeat(10_000)])
})

test('chunks laid end to end are one request', () => {
  const { chunks, sealed } = setUp({ maxItemsPerChunk: 1 })
  put(chunks.scope({ name: 'a' }), 'one')
  put(chunks.scope({ name: 'b' }), 'two')
  const request = decodeRequest('traces', Buffer.concat(sealed.map(({ bytes }) => bytes)))
  expect(request.flatMap(({ scopes }) => scopes.map(({ scope }) => scope.name))).toEqual(['a', 'b'])
})

test('a chunk is sealed 150 ms after its first item, whatever came later, and not before', async () => {
  const { clock, chunks, sealed } = setUp()
  const first = chunks.scope({ name: 'first' })
  const second = chunks.scope({ name: 'second' })
  put(first, 'one')
  await clock.advance(100)
  put(first, 'two')
  put(second, 'three')
  await clock.advance(49)
  expect(sealed).toHaveLength(0)
  await clock.advance(1)
  expect(sealed.map(names)).toEqual([['one', 'two']])
  await clock.advance(99)
  expect(sealed).toHaveLength(1)
  await clock.advance(1)
  expect(sealed.map(names)).toEqual([['one', 'two'], ['three']])
  expect(sealed.map(({ since }) => since)).toEqual([0, 100])
  expect(clock.pending).toBe(0)
})

test('a chunk is sealed with the item that fills it, and its buffer serves the next one', () => {
  const { chunks, sealed } = setUp({ maxChunkBytes: 100 })
  const chunk = chunks.scope({ name: 'a' })
  for (let index = 0; index < 7; index++) put(chunk, `${index}`.repeat(30))
  expect(sealed.map(({ items }) => items)).toEqual([3, 3])
  chunks.sealAll()
  expect(sealed.flatMap(names)).toEqual(['0', '1', '2', '3', '4', '5', '6'].map((digit) => digit.repeat(30)))
})

test('no chunk holds more items than the user wants', () => {
  const { chunks, sealed } = setUp({ maxItemsPerChunk: 5 })
  const chunk = chunks.scope({ name: 'a' })
  for (const points of [2, 2, 2, 5, 1]) {
    chunk.begin().text(42, 'metric')
    chunk.commit(points)
  }
  chunks.sealAll()
  expect(sealed.map(({ items }) => items)).toEqual([4, 2, 5, 1])
})

test('an item as large as a chunk travels alone, after those that came before it', () => {
  const { chunks, sealed } = setUp()
  const chunk = chunks.scope({ name: 'a' })
  put(chunk, 'before')
  put(chunk, 'x'.repeat(100_000))
  put(chunk, 'after')
  chunks.sealAll()
  expect(sealed.map(names)).toEqual([['before'], ['x'.repeat(100_000)], ['after']])
})

test('an item that no collector takes is dropped, counted and told, and hurts no other', () => {
  const drops: unknown[] = []
  const { chunks, sealed, ledger } = setUp({ onDrop: (...drop) => void drops.push(drop) })
  const chunk = chunks.scope({ name: 'a' })
  put(chunk, 'x'.repeat(3 * 1_048_576))
  put(chunk, 'before')
  put(chunk, 'x'.repeat(3 * 1_048_576))
  put(chunk, 'after')
  put(chunk, 'x'.repeat(3 * 1_048_576 - 10))
  chunks.sealAll()
  expect(sealed.map(({ items }) => items)).toEqual([2, 1])
  expect(names(sealed[0])).toEqual(['before', 'after'])
  expect(ledger.account).toMatchObject({ created: 5, dropped: { too_large: 2 }, pending: 3 })
  expect(drops).toEqual([
    [1, 'too_large'],
    [1, 'too_large'],
  ])
})

test('an item that is taken back leaves nothing, and counts only if it is said to be lost', () => {
  const { chunks, sealed, ledger, clock } = setUp()
  const chunk = chunks.scope({ name: 'a' })
  chunk.begin().text(42, 'half an item')
  chunk.rollback()
  chunks.sealAll()
  expect(sealed).toHaveLength(0)
  expect(clock.pending).toBe(0)
  put(chunk, 'one')
  chunk.begin().text(42, 'half an item')
  chunk.rollback(1)
  put(chunk, 'two')
  chunks.sealAll()
  expect(names(sealed[0])).toEqual(['one', 'two'])
  expect(ledger.account).toMatchObject({ created: 3, dropped: { encode_failed: 1 }, pending: 2 })
})

test('an item that is made while another is written comes in after it, at any depth', () => {
  const { chunks, sealed, ledger } = setUp()
  const chunk = chunks.scope({ name: 'a' })
  const outer = chunk.begin()
  const inner = chunk.begin()
  put(chunk, 'innermost')
  chunk.begin()
  chunk.rollback()
  inner.text(42, 'inner')
  chunk.commit()
  chunks.sealAll()
  outer.text(42, 'outer')
  chunk.commit()
  chunks.sealAll()
  expect(sealed.map(names)).toEqual([['outer', 'innermost', 'inner']])
  expect(ledger.account).toMatchObject({ created: 3, pending: 3 })
})

test('a sink that makes items itself loses none', () => {
  const sealed: Chunk[] = []
  const accept = (taken: Chunk): void => {
    sealed.push(taken)
    if (sealed.length < 4) put(chunk, `about ${sealed.length}`)
  }
  const { chunks } = setUp({ sink: { accept }, maxChunkBytes: 50 })
  const chunk = chunks.scope({ name: 'a' })
  put(chunk, 'one')
  put(chunk, 'x'.repeat(60))
  chunks.sealAll()
  chunks.sealAll()
  chunks.sealAll()
  expect(sealed.flatMap(names)).toEqual(['one', 'x'.repeat(60), 'about 1', 'about 2', 'about 3'])
})

test('equal scopes share a chunk, others do not', () => {
  const { chunks } = setUp()
  const chunk = chunks.scope({ name: 'a', version: '1', attributes: { of: 'x' } })
  expect(chunks.scope({ name: 'a', version: '1', attributes: { of: 'x' } })).toBe(chunk)
  for (const other of [{ name: 'a' }, { name: 'a', version: '1' }, { name: 'a1' }, { name: 'a', schemaUrl: '1' }]) {
    expect(chunks.scope(other)).not.toBe(chunk)
  }
})

test('with too many scopes at once the oldest chunk is sealed, and goes on to work', () => {
  const { chunks, sealed } = setUp({ maxOpen: 2 })
  const [a, b, c] = ['a', 'b', 'c'].map((name) => chunks.scope({ name }))
  if (a === undefined || b === undefined || c === undefined) throw new Error('no chunks')
  put(a, 'one')
  put(b, 'two')
  put(c, 'three')
  expect(sealed.map(names)).toEqual([['one']])
  put(a, 'four')
  expect(sealed.map(names)).toEqual([['one'], ['two']])
  chunks.sealAll()
  expect(sealed.map(names)).toEqual([['one'], ['two'], ['three'], ['four']])
})

test('a scope that was forgotten for newer ones still gets its items through', () => {
  const { chunks, sealed } = setUp()
  const forgotten = chunks.scope({ name: 'a' })
  for (let index = 0; index < 2000; index++) chunks.scope({ name: `other ${index}` })
  expect(chunks.scope({ name: 'a' })).not.toBe(forgotten)
  put(forgotten, 'one')
  chunks.sealAll()
  expect(sealed.map(names)).toEqual([['one']])
})

test('neither timer nor sink sees the context of the code that made an item', () => {
  const storage = new AsyncLocalStorage<string>()
  const seen: (string | undefined)[] = []
  const clock = new ManualClock()
  const spying = {
    now: () => clock.now(),
    schedule: (delayMs: number, callback: () => void) => {
      seen.push(storage.getStore())
      return clock.schedule(delayMs, callback)
    },
  }
  const sink = { accept: (): void => void seen.push(storage.getStore()) }
  const { chunks } = setUp({ clock: spying, sink, maxItemsPerChunk: 2 })
  const chunk = chunks.scope({ name: 'a' })
  storage.run('a request', () => {
    put(chunk, 'one')
    put(chunk, 'two')
  })
  expect(seen).toEqual([undefined, undefined])
})
