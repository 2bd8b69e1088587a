import { expect, test } from 'vitest'
import { createDisk } from './kept-spool.ts'
import { closeWithin, type OutboxSetup, setUp } from './outbox-fixture.ts'
import { DELIVERED, DOWN } from './scripted-transport.ts'

/** 1,000 spans of 400 bytes a second, in chunks of 150 ms. */
async function load({ clock, add }: OutboxSetup, seconds: number, from = 0): Promise<void> {
  for (let index = 0; index < (seconds * 20) / 3; index++) {
    add(`${from + index}`, 150)
    await clock.advance(150)
  }
}

test('a collector that is down for 20 s costs nothing, with no disk either', async () => {
  const setup = setUp()
  const { clock, outbox, transport } = setup
  await load(setup, 5)
  transport.answer = () => DOWN
  await load(setup, 20, 1000)
  transport.answer = () => DELIVERED
  await load(setup, 5, 2000)
  await clock.advance(60_000)
  const account = outbox.account('traces')
  expect(account).toMatchObject({ delivered: account.created, dropped: expect.toBeOneOf([{}]), pending: 0 })
})

test('a collector that is down for 5 minutes costs nothing where there is a disk, and memory stays within its bound', async () => {
  const setup = setUp({ disk: createDisk() })
  const { clock, outbox, transport } = setup
  transport.answer = () => DOWN
  let mostBytes = 0
  for (let minute = 0; minute < 5; minute++) {
    await load(setup, 60, minute * 1000)
    mostBytes = Math.max(mostBytes, outbox.memoryBytes)
  }
  expect(mostBytes).toBeLessThanOrEqual(16 * 1_048_576)
  expect(outbox.account('traces')).toMatchObject({ created: 300_000, spooled: 300_000, pending: 0 })
  expect(outbox.spooledBytes('traces')).toBe(300_000 * 400)

  transport.answer = () => DELIVERED
  transport.latencyMs = 500
  await load(setup, 60, 5000)
  await clock.advance(120_000)
  expect(outbox.account('traces')).toMatchObject({ created: 360_000, delivered: 360_000, spooled: 0, pending: 0 })
  expect(outbox.memoryBytes).toBe(0)
  expect(outbox.spooledBytes('traces')).toBe(0)
})

test('without a disk the newest is dropped beyond the bound of memory, and counted', async () => {
  const setup = setUp()
  const { clock, outbox, transport, troubles } = setup
  transport.answer = () => DOWN
  await load(setup, 60)
  const { created, pending, dropped } = outbox.account('traces')
  // 279 chunks of 60,000 bytes are 16 MiB.
  expect({ created, pending, dropped }).toEqual({
    created: 60_000,
    pending: 279 * 150,
    dropped: { queue_full: 121 * 150 },
  })
  expect(troubles).toContainEqual({ kind: 'dropped', reason: 'queue_full', count: 150 })
  transport.answer = () => DELIVERED
  await clock.advance(60_000)
  expect(transport.accepted).toEqual(Array.from({ length: 279 }, (_, index) => `${index}`))
})

test('a bound in items that the user has set holds as well', async () => {
  const { clock, outbox, transport, add } = setUp({ limits: { maxQueueSize: 100, askedQueueSize: 100 } })
  transport.answer = () => DOWN
  for (let index = 0; index < 5; index++) add(`${index}`, 30)
  await clock.advance(10_000)
  expect(outbox.account('traces')).toMatchObject({ pending: 90, dropped: { queue_full: 60 } })
})

test('with a disk that bound lets go of bytes only', async () => {
  const { clock, outbox, transport, add } = setUp({
    disk: createDisk(),
    limits: { maxQueueSize: 100, askedQueueSize: 100 },
  })
  transport.answer = () => DOWN
  for (let index = 0; index < 50; index++) {
    add(`${index}`, 30)
    await clock.advance(100)
  }
  expect(outbox.memoryBytes).toBeLessThanOrEqual(100 * 400)
  expect(outbox.account('traces')).toMatchObject({ created: 1500, spooled: 1500, dropped: expect.toBeOneOf([{}]) })
  transport.answer = () => DELIVERED
  await clock.advance(60_000)
  expect(outbox.account('traces')).toMatchObject({ delivered: 1500, spooled: 0 })
})

test('a collector that flaps, 5 s up and 5 s down, gets everything', async () => {
  const setup = setUp()
  const { clock, outbox, transport } = setup
  transport.answer = ({ at }) => (at % 10_000 < 5000 ? DELIVERED : DOWN)
  await load(setup, 120)
  await clock.advance(60_000)
  const account = outbox.account('traces')
  expect(account).toMatchObject({ delivered: account.created, dropped: expect.toBeOneOf([{}]), pending: 0 })
})

test.for([
  ['503 with Retry-After', 20_000, [0, 20_000]],
  ['RESOURCE_EXHAUSTED with RetryInfo', 2500, [0, 2500]],
  ['a time beyond five minutes', 3_600_000, [0, 300_000]],
  ['a time of zero, which counts as none', 0, [0, 1000]],
] as const)('%s: the next attempt comes when the collector asked for it', async ([, retryAfterMs, times]) => {
  const { clock, outbox, transport, add } = setUp()
  transport.answer = (_body, index) => (index === 0 ? { kind: 'retry', reason: 'busy', retryAfterMs } : DELIVERED)
  add('a', 512)
  await clock.advance(1_000_000)
  expect(transport.bodies.map(({ at }) => at)).toEqual(times)
  expect(outbox.account('traces')).toMatchObject({ delivered: 512, pending: 0 })
})

test('with full jitter a pause is anything from the floor of 250 ms to the whole', async () => {
  const { clock, transport, add } = setUp({ random: () => 0 })
  transport.answer = () => DOWN
  add('a', 512)
  await clock.advance(1000)
  expect(transport.bodies.map(({ at }) => at)).toEqual([0, 250, 500, 750, 1000])
})

test('an export time limit that is shorter than that of the exporter counts', async () => {
  const { clock, outbox, transport, add } = setUp({ limits: { exportTimeoutMs: 2000 } })
  transport.answer = () => new Promise(() => {})
  add('a', 512)
  await clock.advance(7000)
  expect(outbox.failure('traces')).toBe('no result within 7000 ms')
})

test('a transport that never settles is given up 5 s after its limit, and the parcels go again', async () => {
  const { clock, outbox, transport, add } = setUp()
  transport.answer = () => new Promise(() => {})
  add('a', 512)
  await clock.advance(14_999)
  expect(outbox.failure('traces')).toBeUndefined()
  await clock.advance(1)
  expect(outbox.failure('traces')).toBe('no result within 15000 ms')
  transport.answer = () => DELIVERED
  await clock.advance(1000)
  expect(transport.accepted).toEqual(['a'])
})

test('what comes while the disk is full waits in memory, and goes to disk when it can be written again', async () => {
  const disk = createDisk()
  const { clock, outbox, transport, spool, add } = setUp({ disk })
  transport.answer = () => DOWN
  add('a', 10)
  await clock.advance(10)
  disk.isFull = true
  add('b', 10)
  await clock.advance(10)
  expect(outbox.account('traces')).toMatchObject({ spooled: 10, pending: 10 })

  spool?.becomeWritable()
  await clock.advance(10)
  expect(outbox.account('traces')).toMatchObject({ spooled: 20, pending: 0 })
  transport.answer = () => DELIVERED
  await clock.advance(10_000)
  expect(transport.accepted).toEqual(['a', 'b'])
  expect(disk.chunks.size).toBe(0)
})

test('what a close leaves on disk is delivered by the next outbox, oldest first', async () => {
  const disk = createDisk()
  const first = setUp({ disk })
  first.transport.answer = () => DOWN
  await load(first, 3)
  await closeWithin(first, 4000)
  expect(first.outbox.account('traces')).toMatchObject({
    created: 3000,
    spooled: 3000,
    dropped: expect.toBeOneOf([{}]),
    pending: 0,
  })
  expect(first.outbox.memoryBytes).toBe(0)

  const second = setUp({ disk })
  await second.clock.advance(0)
  expect(second.outbox.account('traces')).toMatchObject({
    created: 3000,
    adopted: 3000,
    delivered: 3000,
    spooled: 0,
  })
  expect(second.transport.accepted).toEqual(Array.from({ length: 20 }, (_, index) => `${index}`))
})

test('what is adopted goes beside live traffic, one request at a time, and never in place of it', async () => {
  const disk = createDisk()
  const first = setUp({ disk })
  first.transport.answer = () => DOWN
  await load(first, 60)
  await closeWithin(first, 0)

  const second = setUp({ disk, clock: first.clock })
  second.transport.latencyMs = 1000
  let mostAdopted = 0
  for (let index = 0; index < 40; index++) {
    second.add(`live ${index}`, 512)
    await second.clock.advance(500)
    const older = [...second.transport.sending].filter(({ chunks }) => !chunks[0]?.startsWith('live'))
    mostAdopted = Math.max(mostAdopted, older.length)
  }
  expect(mostAdopted).toBe(1)
  await second.clock.advance(60_000)
  const account = second.outbox.account('traces')
  expect(account).toMatchObject({ delivered: account.created, spooled: 0, pending: 0, dropped: expect.toBeOneOf([{}]) })
  // The first live one did not wait for a minute of another process.
  expect(second.transport.accepted.indexOf('live 0')).toBeLessThan(200)
})

test('metrics are sent one after the other, what is adopted before what is new', async () => {
  const disk = createDisk()
  const first = setUp({ disk, signal: 'metrics', limits: { scheduleDelayMs: 0 } })
  first.transport.answer = () => DOWN
  for (const name of ['1', '2', '3']) first.add(name)
  await first.clock.advance(100)
  await closeWithin(first, 0)

  const { clock, transport, add } = setUp({
    disk,
    signal: 'metrics',
    limits: { scheduleDelayMs: 0, askedBatchSize: 1, maxBatchSize: 1 },
  })
  transport.latencyMs = 100
  transport.answer = (_body, index) => (index === 1 ? DOWN : DELIVERED)
  for (const name of ['4', '5', '6']) add(name)
  await clock.advance(10_000)
  expect(transport.accepted).toEqual(['1', '2', '3', '4', '5', '6'])
  expect(transport.mostInFlight).toBe(1)
})
