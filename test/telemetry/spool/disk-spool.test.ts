import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MARK_BYTES } from '../../../src/telemetry/spool/done-marks.ts'
import { ManualClock } from '../../../src/core/manual-clock.ts'
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
  const chunks = [spool.append(chunkOf(0, MIB))]
  await Promise.resolve()
  // The first is being written in another thread by now.
  for (let number = 1; number < 40; number++) chunks.push(spool.append(chunkOf(number, 1000)))
  spool.flushNow()
  expect(heard.storedChunks).toEqual(chunks)
  // By the time that this has been read, the other thread has said that it is done.
  expect(await numbersOf(spool, chunks)).toHaveLength(40)
  chunks.push(spool.append(chunkOf(40)))
  expect(await numbersOf(spool, chunks)).toEqual(Array.from({ length: 41 }, (_, index) => index))
  await spool.close()
  expect(heard.storedChunks).toEqual(chunks)

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

test('behind a disk that does not keep up 16 MiB wait, and what comes beyond is not stored', async () => {
  using directory = temporaryDirectory()
  await using opened = openSpool(directory.path)
  for (let number = 0; number < 20; number++) opened.spool.append(chunkOf(number, MIB))
  await opened.spool.flush()
  expect(opened.heard.storedChunks).toHaveLength(17)
  expect(opened.heard.refused.map(({ reason }) => reason)).toEqual(Array(3).fill('the disk does not answer'))
})

test('delivered chunks are written down within 20 ms, together: a violent end repeats none of those before', async () => {
  using directory = temporaryDirectory()
  const clock = new ManualClock()
  const { spool, heard } = openSpool(directory.path, { clock })
  const chunks = [0, 1, 2, 3].map((number) => spool.append(chunkOf(number)))
  await spool.flush()
  const hasMarks = (count: number): boolean =>
    filesBelow(directory.path).some(({ name, size }) => name.endsWith('.done') && size === count * MARK_BYTES)
  for (const [settled, chunk] of chunks.slice(0, 2).entries()) {
    spool.settle(chunk)
    const from = clock.now()
    while (!hasMarks(settled + 1)) {
      if (clock.now() < from + 20) await clock.advance(1)
      await stat('/')
    }
  }
  expect(heard.storedChunks).toHaveLength(4)
  // As if the process had been killed: nobody closes it, and its owner is one that never was.
  const [name = ''] = readdirSync(join(directory.path, SERVICE))
  rmSync(join(directory.path, SERVICE, name, 'owner.json'))

  await using next = openSpool(directory.path)
  await next.heard.until(({ adoptedChunks }) => adoptedChunks.length >= 2)
  expect(await numbersOf(next.spool, next.heard.adoptedChunks)).toEqual([2, 3])
})

test('a service that delivers everything leaves no file to grow: each goes 15 s after its first chunk', async () => {
  using directory = temporaryDirectory()
  const clock = new ManualClock()
  await using opened = openSpool(directory.path, { clock })
  const { spool } = opened
  const chunk = spool.append(chunkOf(1))
  await spool.flush()
  spool.settle(chunk)
  while (filesBelow(directory.path).some(({ name }) => name.endsWith('.seg'))) {
    await clock.advance(1000)
    await stat('/')
  }
  expect(clock.now()).toBeGreaterThanOrEqual(15_000)
  expect(spool.byteLength).toBe(0)
})

test('closeNow lets go of everything at once, and of the directory when nothing is left', async () => {
  using directory = temporaryDirectory()
  const first = openSpool(directory.path)
  const chunk = first.spool.append(chunkOf(1))
  first.spool.flushNow()
  first.spool.settle(chunk)
  first.spool.closeNow()
  expect(readdirSync(join(directory.path, SERVICE))).toEqual([])

  const second = openSpool(directory.path)
  const chunks = [0, 1].map((number) => second.spool.append(chunkOf(number)))
  second.spool.flushNow()
  for (const each of chunks.slice(0, 1)) second.spool.settle(each)
  second.spool.closeNow()
  expect(filesBelow(directory.path).map(({ name }) => name.replace(/.*-/, ''))).toEqual([
    '000001.seg',
    '000001.seg.done',
  ])
  await second.spool.close()
})

test('what comes after closeNow is on disk at once, in another directory, and the next process gets all of it', async () => {
  using directory = temporaryDirectory()
  const first = openSpool(directory.path)
  first.spool.append(chunkOf(0))
  const settled = first.spool.append(chunkOf(1))
  first.spool.flushNow()
  first.spool.settle(settled)
  first.spool.closeNow()
  for (const number of [2, 3]) first.spool.append(chunkOf(number))
  first.spool.flushNow()
  expect(first.heard.storedChunks).toHaveLength(4)
  // The one that was let go of, with its segment and marks; and one with an owner, a heartbeat, and its own segment.
  expect(readdirSync(join(directory.path, SERVICE))).toHaveLength(2)
  expect(filesBelow(directory.path).filter(({ name }) => name.endsWith('.seg'))).toHaveLength(2)
  first.spool.closeNow()

  await using second = openSpool(directory.path)
  await second.heard.until(({ adoptedChunks }) => adoptedChunks.length >= 3)
  const numbers = await numbersOf(second.spool, second.heard.adoptedChunks)
  expect(new Set(numbers)).toEqual(new Set([0, 2, 3]))
})

test('a chunk that was damaged on disk while it waited is not given out, and said so', async () => {
  using directory = temporaryDirectory()
  await using opened = openSpool(directory.path)
  const chunks = [0, 1].map((number) => opened.spool.append(chunkOf(number)))
  await opened.spool.flush()
  const file = filesBelow(directory.path).find(({ name }) => name.endsWith('.seg'))?.name ?? ''
  const bytes = readFileSync(join(directory.path, file))
  bytes[60] = (bytes[60] ?? 0) ^ 1
  writeFileSync(join(directory.path, file), bytes)
  expect(await numbersOf(opened.spool, chunks)).toEqual([undefined, 1])
  expect(opened.heard.lines.map(({ message }) => message)).toEqual(['a chunk on disk is damaged and lost'])
})

test('its timers keep no process alive, and none is left after close', async () => {
  using directory = temporaryDirectory()
  const clock = new ManualClock()
  const { spool } = openSpool(directory.path, { clock })
  await clock.advance(0)
  const [chunk] = [spool.append(chunkOf(1)), spool.append(chunkOf(2))]
  await spool.flush()
  spool.settle(chunk)
  await spool.close()
  expect(clock.pending).toBe(0)
})

test('a chunk is held until its first item is 100 ms old: what is delivered by then is never written', async () => {
  using directory = temporaryDirectory()
  const clock = new ManualClock()
  await clock.advance(1000)
  await using opened = openSpool(directory.path, { clock })
  const { spool, heard } = opened
  const delivered = spool.append(chunkOf(1, 1000, 'traces', clock.now()))
  const kept = spool.append(chunkOf(2, 1000, 'traces', clock.now()))
  await clock.advance(50)
  spool.settle(delivered)
  await clock.advance(49)
  expect(heard.storedChunks).toEqual([])
  expect(filesBelow(directory.path).filter(({ name }) => name.endsWith('.seg'))).toEqual([])
  const laterOne = spool.append(chunkOf(3, 1000, 'traces', clock.now()))

  await clock.advance(1)
  await heard.until(({ storedChunks }) => storedChunks.length === 2)
  // One write takes all that waits.
  expect(heard.storedChunks).toEqual([kept, laterOne])
  const next = spool.append(chunkOf(4, 1000, 'traces', clock.now()))
  await clock.advance(100)
  await heard.until(({ storedChunks }) => storedChunks.length === 3)
  expect(heard.storedChunks.at(-1)).toBe(next)
  // One that was sealed because of its age is due already.
  spool.append(chunkOf(5, 1000, 'traces', clock.now() - 149))
  await heard.until(({ storedChunks }) => storedChunks.length === 4)
})

test('a flush waits for nobody, and what is held is written as soon as it takes more than 4 MiB', async () => {
  using directory = temporaryDirectory()
  const clock = new ManualClock()
  await using opened = openSpool(directory.path, { clock })
  const { spool, heard } = opened
  spool.append(chunkOf(1, 1000, 'traces', clock.now()))
  await spool.flush()
  expect(heard.storedChunks).toHaveLength(1)
  for (let number = 2; number <= 6; number++) spool.append(chunkOf(number, MIB, 'traces', clock.now()))
  await heard.until(({ storedChunks }) => storedChunks.length === 2)
  expect(clock.now()).toBe(0)
})

test('what was settled while it was held takes no memory, and makes nobody else be written', async () => {
  using directory = temporaryDirectory()
  const clock = new ManualClock()
  await using opened = openSpool(directory.path, { clock })
  const { spool, heard } = opened
  for (let number = 1; number <= 10; number++) {
    const chunk = spool.append(chunkOf(number, MIB, 'traces', clock.now()))
    spool.settle(chunk)
    expect(await spool.read(chunk)).toBeUndefined()
  }
  spool.append(chunkOf(11, 1000, 'traces', clock.now()))
  for (let turn = 0; turn < 20; turn++) await stat('/')
  expect(heard.storedChunks).toEqual([])
})

test('the oldest of what is held says when it is written, in whatever order it came', async () => {
  using directory = temporaryDirectory()
  const clock = new ManualClock()
  await clock.advance(1000)
  await using opened = openSpool(directory.path, { clock })
  const { spool, heard } = opened
  const young = spool.append(chunkOf(1, 1000, 'metrics', clock.now()))
  const older = spool.append(chunkOf(2, 1000, 'traces', clock.now() - 60))
  await clock.advance(39)
  expect(heard.storedChunks).toEqual([])
  await clock.advance(1)
  await heard.until(({ storedChunks }) => storedChunks.length === 2)
  expect(heard.storedChunks).toEqual([young, older])

  spool.append(chunkOf(3, 1000, 'metrics', clock.now()))
  spool.append(chunkOf(4, 1000, 'traces', clock.now() - 150))
  await heard.until(({ storedChunks }) => storedChunks.length === 4)

  const delivered = spool.append(chunkOf(5, 1000, 'traces', clock.now() - 50))
  spool.append(chunkOf(6, 1000, 'logs', clock.now()))
  spool.settle(delivered)
  await clock.advance(60)
  for (let turn = 0; turn < 20; turn++) await stat('/')
  const lateOne = spool.append(chunkOf(7, 1000, 'logs', clock.now()))
  await clock.advance(40)
  await heard.until(({ storedChunks }) => storedChunks.length >= 6)
  expect(heard.storedChunks.at(-1)).toBe(lateOne)
})

test('what is replaced stays on disk until what takes its place is there, at the end of the process as well', async () => {
  using directory = temporaryDirectory()
  for (const isEnd of [false, true]) {
    const clock = new ManualClock()
    await using opened = openSpool(directory.path, { clock, maxBytes: 2 * MIB })
    const { spool, heard } = opened
    const replaced = spool.append(chunkOf(1, 60_000))
    await spool.flush()
    // In a file of its own, which goes when it is settled.
    const other = spool.append(chunkOf(2, 60_000))
    await spool.flush()
    const sizeBefore = spool.byteLength
    spool.append(chunkOf(3, 100, 'traces', clock.now()))
    spool.settle(replaced, true)
    expect(spool.byteLength).toBe(sizeBefore)
    if (isEnd) spool.flushNow()
    else await heard.until(({ storedChunks }) => storedChunks.length === 3)
    expect(spool.byteLength).toBeLessThan(sizeBefore)
    // At the end nothing that is planned for later can be relied on any more; before it, what is held need not be written.
    const last = isEnd ? other : spool.append(chunkOf(4, 100, 'traces', clock.now()))
    spool.settle(last, true)
    expect(await spool.read(last)).toBeUndefined()
    spool.settle(other)
  }
})

test('what is delivered while it is being written is marked 20 ms later, as what is delivered after it', async () => {
  using directory = temporaryDirectory()
  const clock = new ManualClock()
  await clock.advance(1000)
  await using opened = openSpool(directory.path, { clock })
  const { spool, heard } = opened
  // What is done once a second has been done.
  await clock.advance(1)
  const delivered = spool.append(chunkOf(1, 1000, 'traces', clock.now() - 150))
  spool.append(chunkOf(2, 1000, 'traces', clock.now() - 150))
  // The write has begun.
  await Promise.resolve()
  spool.settle(delivered)
  await heard.until(({ storedChunks }) => storedChunks.length === 1)
  await clock.advance(20)
  const marks = (): boolean => filesBelow(directory.path).some(({ name, size }) => name.endsWith('.done') && size > 0)
  for (let turn = 0; turn < 200 && !marks(); turn++) await stat('/')
  expect(marks()).toBe(true)
})
