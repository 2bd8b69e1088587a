import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { chunkOf, filesBelow, MIB, numbersOf, openSpool, SERVICE, temporaryDirectory } from './spool-fixture.ts'

test('what was appended is stored, read back byte for byte, and gone from disk once it is settled and closed', async () => {
  using directory = temporaryDirectory()
  await using opened = openSpool(directory.path)
  const { spool, heard } = opened
  const chunks = [0, 1, 2].map((number) => spool.append(chunkOf(number, 70_000)))
  expect(heard.storedChunks).toEqual([])
  await spool.flush()

  expect(heard.storedChunks).toEqual(chunks)
  expect(await numbersOf(spool, chunks)).toEqual([0, 1, 2])
  expect(chunks.map(({ items, byteLength, signal }) => ({ items, byteLength, signal }))).toEqual(
    [1, 2, 3].map((items) => ({ items, byteLength: 70_000, signal: 'traces' })),
  )
  for (const chunk of chunks) spool.settle(chunk)
  await spool.close()
  expect(readdirSync(join(directory.path, SERVICE))).toEqual([])
})

test('a chunk that nobody has settled is the next process’s to send, and one that was is not', async () => {
  using directory = temporaryDirectory()
  const first = openSpool(directory.path)
  const chunks = [0, 1, 2, 3].map((number) => first.spool.append(chunkOf(number, 100, 'logs', -5000)))
  await first.spool.flush()
  for (const chunk of chunks.slice(1, 3)) first.spool.settle(chunk)
  await first.spool.close()

  await using second = openSpool(directory.path)
  await second.heard.until(({ adoptedChunks }) => adoptedChunks.length >= 2)
  const { adoptedChunks } = second.heard
  expect(await numbersOf(second.spool, adoptedChunks)).toEqual([0, 3])
  expect(adoptedChunks.map(({ signal, items }) => ({ signal, items }))).toEqual([
    { signal: 'logs', items: 1 },
    { signal: 'logs', items: 4 },
  ])
  expect(adoptedChunks[0]?.since).toBeLessThan(-4000)
  for (const chunk of adoptedChunks) second.spool.settle(chunk)
  await second.spool.close()
  expect(filesBelow(directory.path)).toEqual([])
})

test('a chunk that is settled before it was written is not written, and nothing more is heard of it', async () => {
  using directory = temporaryDirectory()
  await using opened = openSpool(directory.path)
  const { spool, heard } = opened
  spool.settle(spool.append(chunkOf(1)))
  await spool.flush()
  expect(heard.storedChunks).toEqual([])
  expect(spool.byteLength).toBe(0)
})

test('flushNow has told everything when it returns, also of a write that was under way, and the file holds it once', async () => {
  using directory = temporaryDirectory()
  const { spool, heard } = openSpool(directory.path)
  spool.append(chunkOf(0, MIB))
  await Promise.resolve()
  // The first is being written in another thread by now.
  for (let number = 1; number < 40; number++) spool.append(chunkOf(number, 1000))
  spool.flushNow()
  expect(heard.storedChunks).toHaveLength(40)
  spool.append(chunkOf(40))
  await spool.close()
  expect(heard.storedChunks).toHaveLength(41)

  await using next = openSpool(directory.path)
  await next.heard.until(({ adoptedChunks }) => adoptedChunks.length >= 41)
  expect(await numbersOf(next.spool, next.heard.adoptedChunks)).toEqual(Array.from({ length: 41 }, (_, index) => index))
  expect(next.heard.damages).toEqual([])
})

test('what is appended after flushNow is on disk when append returns, and told of later', async () => {
  using directory = temporaryDirectory()
  await using opened = openSpool(directory.path)
  const { spool, heard } = opened
  spool.flushNow()
  const chunk = spool.append(chunkOf(7, 500))
  expect(filesBelow(directory.path).find(({ name }) => name.endsWith('.seg'))?.size).toBe(32 + 21 + 500)
  expect(heard.storedChunks).toEqual([])
  spool.flushNow()
  expect(heard.storedChunks).toEqual([chunk])
})

test('beyond its bytes the oldest segment goes, and each of its unsettled chunks is told of', async () => {
  using directory = temporaryDirectory()
  await using opened = openSpool(directory.path, { maxBytes: MIB })
  const { spool, heard } = opened
  const chunks = Array.from({ length: 120 }, (_, number) => spool.append(chunkOf(number, 10_000)))
  await spool.flush()
  expect(spool.byteLength).toBeLessThanOrEqual(MIB)
  expect(heard.evictions.length).toBeGreaterThan(15)
  expect(heard.evictions.map(({ chunk }) => chunk)).toEqual(chunks.slice(0, heard.evictions.length))
  expect(new Set(heard.evictions.map(({ reason }) => reason))).toEqual(new Set(['spool_full']))
  expect(await numbersOf(spool, chunks.slice(0, 1))).toEqual([undefined])
  expect(await numbersOf(spool, chunks.slice(-1))).toEqual([119])
})

test('a chunk of more than a quarter of the spool is not stored, and the others are', async () => {
  using directory = temporaryDirectory()
  await using opened = openSpool(directory.path, { maxBytes: MIB })
  const { spool, heard } = opened
  spool.append(chunkOf(1, 300_000))
  spool.append(chunkOf(2))
  await spool.flush()
  expect(heard.refused.map(({ reason }) => reason)).toEqual(['one chunk takes more than a quarter of the spool'])
  expect(heard.storedChunks).toHaveLength(1)
})

test('after close nothing is stored, and it is told so', async () => {
  using directory = temporaryDirectory()
  const { spool, heard } = openSpool(directory.path)
  await spool.close()
  spool.append(chunkOf(1))
  await heard.until(({ refused }) => refused.length === 1)
  expect(heard.refused[0]?.reason).toBe('it is closed')
})
