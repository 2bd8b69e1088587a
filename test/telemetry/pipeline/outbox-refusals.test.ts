import { expect, test } from 'vitest'
import { createDisk } from './kept-spool.ts'
import { setUp } from './outbox-fixture.ts'
import { DELIVERED, type SentBody } from './scripted-transport.ts'

const names = Array.from({ length: 64 }, (_, index) => `chunk ${index}`)
const BAD_REQUEST = { kind: 'refused', reason: 'HTTP 400', perhapsOnePart: true } as const
const TOO_LARGE = { kind: 'refused', reason: 'HTTP 413', perhapsTooLarge: true } as const
const holds = ({ chunks }: SentBody, name: string): boolean => chunks.includes(name)

test('one bad chunk of 64 costs that chunk, and two requests for each halving', async () => {
  const { clock, outbox, transport, troubles, add } = setUp()
  transport.answer = (body) => (holds(body, 'chunk 37') ? BAD_REQUEST : DELIVERED)
  for (const name of names) add(name, 10)
  await clock.advance(5000)
  expect(outbox.account('traces')).toMatchObject({ delivered: 630, dropped: { refused: 10 }, pending: 0 })
  expect(transport.accepted.toSorted()).toEqual(names.filter((name) => name !== 'chunk 37').toSorted())
  expect(transport.bodies).toHaveLength(1 + 2 * 6)
  expect(troubles).toEqual([{ kind: 'dropped', reason: 'refused', count: 10, detail: 'HTTP 400' }])
})

test('a part that is not answered is sent again as it was', async () => {
  const { clock, outbox, transport, add } = setUp()
  transport.answer = (body, index) => {
    if (index % 3 === 1) return { kind: 'retry', reason: 'busy' }
    return holds(body, 'chunk 3') ? BAD_REQUEST : DELIVERED
  }
  for (const name of names.slice(0, 8)) add(name, 10)
  await clock.advance(120_000)
  expect(outbox.account('traces')).toMatchObject({ delivered: 70, dropped: { refused: 10 }, pending: 0 })
})

test('a collector that refuses everything is not asked about every chunk', async () => {
  const { clock, outbox, transport, add } = setUp()
  transport.answer = () => BAD_REQUEST
  for (let body = 0; body < 6; body++) {
    for (const name of names) add(name, 10)
    await clock.advance(5000)
  }
  // 16 for the first body, then 8, 4, 2, 1, 1, and each time up to 3 that were under way; of 12 for each chunk.
  expect(transport.bodies.length).toBeLessThanOrEqual(50)
  expect(outbox.account('traces')).toMatchObject({ created: 3840, dropped: { refused: 3840 }, pending: 0 })

  // One that takes something again is asked as before.
  transport.answer = () => DELIVERED
  add('fine')
  await clock.advance(5000)
  transport.bodies.length = 0
  transport.answer = (body) => (holds(body, 'chunk 0') ? BAD_REQUEST : DELIVERED)
  for (const name of names) add(name, 10)
  await clock.advance(5000)
  expect(outbox.account('traces').dropped).toEqual({ refused: 3850 })
})

test('a refusal that is not about the content is not taken apart', async () => {
  const { clock, outbox, transport, add } = setUp()
  transport.answer = () => ({ kind: 'refused', reason: 'HTTP 401' })
  for (const name of names) add(name, 10)
  await clock.advance(5000)
  expect(transport.bodies).toHaveLength(1)
  expect(outbox.account('traces').dropped).toEqual({ refused: 640 })
})

test('a body that is too large goes in smaller ones, later ones are smaller from the start, and one chunk alone is too large', async () => {
  const { clock, outbox, transport, add } = setUp()
  transport.answer = ({ byteLength }) => (byteLength > 40_000 ? TOO_LARGE : DELIVERED)
  for (const name of names) add(name, 10)
  add('huge', 7, 50_000)
  await clock.advance(10_000)
  expect(outbox.account('traces')).toMatchObject({ delivered: 640, dropped: { too_large: 7 }, pending: 0 })

  transport.bodies.length = 0
  for (const name of names) add(name, 10)
  await clock.advance(10_000)
  expect(outbox.account('traces').delivered).toBe(1280)
  expect(transport.bodies.every(({ byteLength }) => byteLength <= 40_000)).toBe(true)
})

test('a transport that fails itself now and then loses nothing', async () => {
  const { clock, outbox, transport, add } = setUp()
  transport.answer = (_body, index) => {
    if (index % 3 < 2) throw new Error('cannot do that')
    return DELIVERED
  }
  for (const name of names.slice(0, 8)) add(name, 10)
  await clock.advance(300_000)
  expect(outbox.account('traces')).toMatchObject({ delivered: 80, dropped: expect.toBeOneOf([{}]), pending: 0 })
})

test('a transport that always fails itself is tried again, less and less often, and loses nothing', async () => {
  const { clock, outbox, transport, troubles, add } = setUp({ disk: createDisk() })
  transport.answer = () => {
    throw new Error('cannot do that')
  }
  for (const name of names.slice(0, 8)) add(name, 10)
  await clock.advance(3_600_000)
  expect(outbox.account('traces')).toMatchObject({
    delivered: 0,
    spooled: 80,
    dropped: expect.toBeOneOf([{}]),
    pending: 0,
  })
  expect(transport.bodies.length).toBeLessThan(130)
  expect(outbox.failure('traces')).toBe('Error: cannot do that')
  expect(troubles[0]).toMatchObject({ kind: 'retrying', reason: 'Error: cannot do that' })
  transport.answer = () => DELIVERED
  await clock.advance(60_000)
  expect(outbox.account('traces')).toMatchObject({ delivered: 80, spooled: 0 })
})

test('a chunk with which the transport fails again and again, while it delivers others, is lost, and no other', async () => {
  const { clock, outbox, transport, add } = setUp()
  transport.answer = (body) => {
    if (holds(body, 'chunk 5')) throw new Error('cannot do that')
    return DELIVERED
  }
  for (const name of names.slice(0, 8)) add(name, 10)
  await clock.advance(300_000)
  expect(outbox.account('traces')).toMatchObject({ delivered: 70, dropped: { failed: 10 }, pending: 0 })
  expect(transport.bodies.filter((body) => holds(body, 'chunk 5') && body.chunks.length === 1)).toHaveLength(8)
})

test('a partial success counts what was rejected, never more than there was', async () => {
  const { clock, outbox, transport, troubles, add } = setUp()
  transport.answer = (_body, index) => ({ kind: 'delivered', rejectedCount: index === 0 ? 3 : 100, message: 'too old' })
  add('a', 512)
  await clock.advance(0)
  add('b', 512)
  await clock.advance(0)
  add('c', 20)
  await clock.advance(5000)
  expect(outbox.account('traces')).toMatchObject({ delivered: 509 + 412, rejected: 3 + 100 + 20, pending: 0 })
  expect(troubles[0]).toEqual({ kind: 'rejected', count: 3, detail: 'too old' })
})

test('what a collector says that has taken everything is told; an answer that may be of none is a failure besides', async () => {
  const { clock, outbox, transport, troubles, add } = setUp()
  transport.answer = () => ({ kind: 'delivered', message: 'stop sending foo' })
  add('a')
  await clock.advance(5000)
  expect(troubles).toEqual([{ kind: 'remark', text: 'stop sending foo', isDoubtful: false }])
  expect(outbox.failure('traces')).toBeUndefined()

  transport.answer = () => ({ kind: 'delivered', message: 'is it a collector?', isDoubtful: true })
  add('b')
  await clock.advance(5000)
  expect(troubles.slice(1)).toEqual([{ kind: 'remark', text: 'is it a collector?', isDoubtful: true }])
  expect(outbox.failure('traces')).toBe('is it a collector?')
  // It said yes: sending it again would double it.
  expect(outbox.account('traces')).toMatchObject({ delivered: 2, pending: 0 })

  transport.answer = () => DELIVERED
  add('c')
  await clock.advance(5000)
  expect(outbox.failure('traces')).toBeUndefined()
  expect(troubles).toHaveLength(2)
})

test('what the disk has to let go of is sent from memory, and is lost only where it is nowhere else', async () => {
  const disk = createDisk()
  const { clock, outbox, transport, spool, troubles, add } = setUp({ disk, maxWaitingBytes: 1000 })
  transport.answer = () => ({ kind: 'retry', reason: 'busy' })
  for (const name of ['1', '2', '3', '4']) {
    add(name, 1)
    await clock.advance(10)
  }
  // The oldest and the youngest are in memory besides, the two others are not.
  for (let count = 0; count < 3; count++) spool?.evictOldest('spool_full')
  expect(outbox.account('traces')).toMatchObject({ pending: 1, spooled: 1, dropped: { spool_full: 2 } })
  expect(troubles).toContainEqual({ kind: 'dropped', reason: 'spool_full', count: 1 })
  transport.answer = () => DELIVERED
  await clock.advance(60_000)
  expect(transport.accepted).toEqual(['1', '4'])
})

test('what becomes too old on its way counts as that, unless this attempt delivers it', async () => {
  for (const isDelivered of [true, false]) {
    const { clock, outbox, transport, spool, add } = setUp({ disk: createDisk() })
    transport.latencyMs = 100
    transport.answer = () => (isDelivered ? DELIVERED : { kind: 'retry', reason: 'busy' })
    add('1', 3)
    await clock.advance(5000)
    expect(transport.inFlight).toBe(1)
    spool?.evictOldest('spool_age')
    await clock.advance(100)
    expect(outbox.account('traces')).toMatchObject({
      delivered: isDelivered ? 3 : 0,
      dropped: isDelivered ? {} : { spool_age: 3 },
      spooled: 0,
      pending: 0,
    })
    expect(outbox.memoryBytes).toBe(0)
  }
})

test('what has waited too long goes, wherever it is', async () => {
  const { clock, outbox, spool, add } = setUp({ disk: createDisk() })
  add('1', 3)
  await clock.advance(10)
  spool?.evictOldest('spool_age')
  expect(outbox.account('traces')).toMatchObject({ dropped: { spool_age: 3 }, spooled: 0, pending: 0 })
  expect(outbox.memoryBytes).toBe(0)
})

test('what cannot be read back counts as damaged, and the rest of its body is delivered', async () => {
  const disk = createDisk()
  const { clock, outbox, transport, add } = setUp({ disk, maxWaitingBytes: 500 })
  transport.answer = () => ({ kind: 'retry', reason: 'busy' })
  for (const name of ['1', '2', '3']) {
    add(name, 1)
    await clock.advance(10)
  }
  const [, second] = disk.chunks.keys()
  if (second !== undefined) disk.chunks.delete(second)
  transport.answer = () => DELIVERED
  await clock.advance(60_000)
  expect(transport.accepted).toEqual(['1', '3'])
  expect(outbox.account('traces')).toMatchObject({ delivered: 2, dropped: { spool_damaged: 1 }, spooled: 0 })
})

test('what becomes too old while it is read back counts as that, and not as damaged', async () => {
  const disk = createDisk()
  const { clock, outbox, transport, spool, troubles, add } = setUp({ disk, maxWaitingBytes: 500 })
  transport.answer = () => ({ kind: 'retry', reason: 'busy' })
  for (const name of ['1', '2']) {
    add(name, 1)
    await clock.advance(10)
  }
  const read = Promise.withResolvers<void>()
  disk.reading = read.promise
  transport.answer = () => DELIVERED
  const closing = outbox.flush(5000)
  await clock.advance(100)
  spool?.evictOldest('spool_age')
  spool?.evictOldest('spool_age')
  read.resolve()
  await clock.advance(5000)
  await closing
  const { dropped, delivered } = outbox.account('traces')
  expect(dropped['spool_damaged']).toBeUndefined()
  expect({ delivered, dropped }).toEqual({ delivered: 1, dropped: { spool_age: 1 } })
  expect(troubles).toContainEqual({ kind: 'dropped', reason: 'spool_age', count: 1 })
})
