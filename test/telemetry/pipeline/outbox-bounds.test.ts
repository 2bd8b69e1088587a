import { expect, test } from 'vitest'
import { createDisk } from './kept-spool.ts'
import { closeWithin, setUp } from './outbox-fixture.ts'
import { DOWN } from './scripted-transport.ts'

const MIB = 1_048_576

test('what is read back from disk to be sent has a bound of its own, however many requests are under way', async () => {
  const disk = createDisk()
  const first = setUp({ disk })
  first.transport.answer = () => DOWN
  for (let index = 0; index < 64; index++) {
    first.add(`${index}`, 10, MIB)
    await first.clock.advance(10)
  }
  await closeWithin(first, 0)

  const { clock, outbox, transport } = setUp({ disk, clock: first.clock })
  transport.latencyMs = 10
  const flushed = outbox.flush(60_000)
  let most = 0
  for (let ms = 0; ms < 1000; ms++) {
    await clock.advance(1)
    most = Math.max(most, outbox.memoryBytes)
  }
  await clock.advance(59_000)
  expect(await flushed).toBe(true)
  expect(transport.accepted).toHaveLength(64)
  // Bodies had grown beyond a quarter of it.
  expect(most).toBeGreaterThan(4 * MIB)
  expect(most).toBeLessThanOrEqual(8 * MIB)
})

test('in a flush as well, one request at a time carries what is older as long as live traffic waits', async () => {
  const disk = createDisk()
  const first = setUp({ disk })
  first.transport.answer = () => DOWN
  for (let index = 0; index < 40; index++) {
    first.add(`old ${index}`, 100, MIB / 2)
    await first.clock.advance(10)
  }
  await closeWithin(first, 0)

  // A chunk a request.
  const limits = { askedBatchSize: 100, maxBatchSize: 100 }
  const { clock, outbox, transport, add } = setUp({ disk, clock: first.clock, limits })
  transport.latencyMs = 70
  for (let index = 0; index < 20; index++) add(`new ${index}`, 100, MIB / 2)
  const flushed = outbox.flush(60_000)
  let most = 0
  const begun = (): number => transport.bodies.filter(({ chunks }) => chunks[0]?.startsWith('new')).length
  while (begun() < 20) {
    await clock.advance(1)
    const older = [...transport.sending].filter(({ chunks }) => chunks[0]?.startsWith('old'))
    if (begun() < 20) most = Math.max(most, older.length)
  }
  await clock.advance(60_000)
  expect(await flushed).toBe(true)
  expect(most).toBe(1)
  expect(transport.accepted).toHaveLength(60)
})

test('beyond the bound of chunks that may wait, the oldest on disk goes for a new one, counted', async () => {
  const disk = createDisk()
  const { clock, outbox, transport, spool, add } = setUp({ disk })
  transport.answer = () => DOWN
  const most = 131_072
  for (let index = 0; index < most; index++) add(`${index}`, 1, 8)
  spool?.write()
  expect(outbox.account('traces')).toMatchObject({ spooled: most, dropped: expect.toBeOneOf([{}]) })
  for (let index = 0; index < 3; index++) add(`late ${index}`, 1, 8)
  spool?.write()
  expect(outbox.account('traces')).toMatchObject({ created: most + 3, spooled: most, dropped: { spool_full: 3 } })
  await clock.advance(0)
  expect(transport.bodies[0]?.chunks[0]).toBe('3')
})

test('a disk that hangs does not hang the end of the process as well', async () => {
  const disk = createDisk()
  const setup = setUp({ disk })
  setup.transport.answer = () => DOWN
  setup.add('a')
  disk.isHanging = true
  await closeWithin(setup, 4000)
  expect(setup.spool?.synchronousWrites).toBe(0)
  expect(setup.outbox.account('traces')).toMatchObject({ dropped: { flush_limit: 1 }, pending: 0 })

  const other = setUp({ disk: createDisk() })
  other.transport.answer = () => DOWN
  other.add('a')
  await closeWithin(other, 4000)
  expect(other.spool?.synchronousWrites).toBe(1)
})
