import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import type { Transport } from '../../../src/telemetry/pipeline/transport.ts'
import { createDisk, type Disk } from './kept-spool.ts'
import { closeWithin, setUp } from './outbox-fixture.ts'
import { DELIVERED, DOWN } from './scripted-transport.ts'

test('a flush sends what waits at once, tries again after short pauses, and says that nothing is left', async () => {
  const { clock, outbox, transport, add } = setUp()
  transport.answer = (_body, index) => (index < 2 ? { kind: 'retry', reason: 'busy' } : DELIVERED)
  add('a')
  const flushed = outbox.flush(4000)
  await clock.advance(4000)
  expect(await flushed).toBe(true)
  expect(transport.bodies.map(({ at }) => at)).toEqual([0, 100, 300])
  expect(clock.pending).toBe(0)
})

test('a flush does not press a collector that asked to be left alone, however often it is called; the last one does', async () => {
  const setup = setUp({ disk: createDisk() })
  const { clock, outbox, transport, add } = setup
  transport.answer = () => ({ kind: 'retry', reason: 'busy', retryAfterMs: 60_000 })
  add('a')
  for (let count = 0; count < 10; count++) {
    const flushed = outbox.flush(1000)
    await clock.advance(1000)
    expect(await flushed).toBe(false)
  }
  expect(transport.bodies).toHaveLength(1)
  await closeWithin(setup, 1000)
  expect(transport.bodies.length).toBeGreaterThan(3)
})

test('flushes in a loop ask a collector that is down no more than four times a second', async () => {
  const { clock, outbox, transport, add } = setUp()
  transport.answer = () => DOWN
  add('a')
  for (let count = 0; count < 99; count++) {
    const flushed = outbox.flush(10)
    await clock.advance(10)
    await flushed
  }
  expect(transport.bodies.length).toBeLessThanOrEqual(4)
})

/** Takes bodies one after the other, at so many bytes a millisecond, and keeps what it has begun with to its end. */
function busyCollector(clock: ManualClock, bytesPerMs: number): { readonly taken: string[]; send: Transport['send'] } {
  let freeAt = 0
  const taken: string[] = []
  return {
    taken,
    send(body) {
      const byteLength = body.reduce((sum, bytes) => sum + bytes.byteLength, 0)
      freeAt = Math.max(freeAt, clock.now()) + byteLength / bytesPerMs
      return new Promise((resolve) => {
        clock.schedule(freeAt - clock.now(), () => {
          taken.push(...body.map(String))
          resolve(DELIVERED)
        })
      })
    },
  }
}

test('a close begins nothing that its end would cut off, and leaves it on disk: a busy collector gets it once', async () => {
  const disk = createDisk()
  const setup = setUp({ disk })
  const { clock, outbox, transport, add } = setup
  transport.answer = () => DOWN
  for (let number = 0; number < 400; number++) {
    add(`chunk ${number}`, 100, 65_536)
    await clock.advance(1)
  }
  await clock.advance(60_000)
  // 4 MB a second, and 26 MB wait.
  const collector = busyCollector(clock, 4000)
  transport.send = collector.send
  const before = clock.now()
  let ended = 0
  void outbox.close(4000).then(() => (ended = clock.now() - before))
  await clock.advance(4000)
  await clock.advance(60_000)
  const { delivered, spooled, pending } = outbox.account('traces')
  expect(ended).toBeLessThanOrEqual(4000)
  expect(delivered).toBe(collector.taken.length * 100)
  expect(delivered).toBeGreaterThan(400 * 100 * 0.3)
  expect({ spooled, pending }).toEqual({ spooled: 400 * 100 - delivered, pending: 0 })
})

test('what is in memory only is sent to the last moment of a close', async () => {
  const setup = setUp()
  const { clock, outbox, transport, add } = setup
  transport.latencyMs = 700
  add('a', 512)
  await clock.advance(1000)
  add('b')
  const closed = outbox.close(500)
  await clock.advance(500)
  await closed
  expect(transport.bodies).toHaveLength(2)
  expect(outbox.account('traces')).toMatchObject({ delivered: 512, dropped: { flush_limit: 1 } })
})

test('a flush waits for what is under way', async () => {
  const { clock, outbox, transport, add } = setUp()
  transport.latencyMs = 2000
  add('a', 512)
  await clock.advance(0)
  let isOver = false
  const flushed = outbox.flush(4000).finally(() => (isOver = true))
  await clock.advance(1999)
  expect(isOver).toBe(false)
  await clock.advance(1)
  expect(await flushed).toBe(true)
})

test.for([
  ['a transport that never settles', (disk: Disk) => disk],
  ['a transport and a disk that never settle', (disk: Disk) => ({ ...disk, isHanging: true })],
] as const)('a flush and a close end at their limit with %s', async ([, toDisk]) => {
  const disk = toDisk(createDisk())
  const { clock, outbox, transport, add } = setUp({ disk })
  transport.answer = () => new Promise(() => {})
  add('a')
  let ended = 0
  void outbox.flush(1000).then(() => (ended = clock.now()))
  await clock.advance(5000)
  expect(ended).toBe(1000)
  void outbox.close(1000).then(() => (ended = clock.now()))
  await clock.advance(5000)
  expect(ended).toBe(6000)
  const { spooled, dropped, pending } = outbox.account('traces')
  expect({ spooled, dropped, pending }).toEqual(
    disk.isHanging ? { spooled: 0, dropped: { flush_limit: 1 }, pending: 0 } : { spooled: 1, dropped: {}, pending: 0 },
  )
})

test('a close without a disk drops what is left, counted, aborts what is under way, and drops what comes later', async () => {
  const setup = setUp()
  const { outbox, transport, troubles, add } = setup
  transport.latencyMs = 60_000
  add('a', 3)
  await closeWithin(setup, 1000)
  expect(transport.inFlight).toBe(0)
  expect(transport.isClosed).toBe(true)
  add('b', 2)
  expect(outbox.account('traces')).toEqual({
    created: 5,
    delivered: 0,
    rejected: 0,
    spooled: 0,
    dropped: { flush_limit: 3, closed: 2 },
    pending: 0,
  })
  expect(troubles).toEqual([
    { kind: 'dropped', reason: 'flush_limit', count: 3 },
    { kind: 'dropped', reason: 'closed', count: 2 },
  ])
  expect(setup.clock.pending).toBe(0)
})

test('what comes after a close is on disk at once, where there is one', async () => {
  const disk = createDisk()
  const setup = setUp({ disk })
  await closeWithin(setup, 1000)
  setup.add('late', 2)
  expect(setup.outbox.account('traces')).toMatchObject({ created: 2, spooled: 2, pending: 0 })
  expect(disk.chunks.size).toBe(1)

  disk.isFull = true
  setup.add('later', 3)
  expect(setup.outbox.account('traces')).toMatchObject({ created: 5, spooled: 2, dropped: { closed: 3 }, pending: 0 })
})

test('what comes in at the end of a close is on disk all the same', async () => {
  const { clock, outbox, transport, add } = setUp({ disk: createDisk() })
  transport.answer = () => DOWN
  add('a')
  const closed = outbox.close(1000)
  await clock.advance(999.5)
  add('b')
  await clock.advance(0.5)
  await closed
  expect(outbox.account('traces')).toMatchObject({
    created: 2,
    spooled: 2,
    dropped: expect.toBeOneOf([{}]),
    pending: 0,
  })
})

test('flushNow() puts everything on disk before it returns', () => {
  const { outbox, add } = setUp({ disk: createDisk() })
  add('a', 4)
  expect(outbox.account('traces')).toMatchObject({ spooled: 0, pending: 4 })
  outbox.flushNow()
  expect(outbox.account('traces')).toMatchObject({ spooled: 4, pending: 0 })
})

test('where nobody asked for a collector and nobody listens, a close ends with the first attempt and leaves nothing', async () => {
  const disk = createDisk()
  const { clock, outbox, transport, add } = setUp({ disk, isUnasked: () => true })
  transport.answer = () => DOWN
  add('a', 3)
  let ended: number | undefined
  void outbox.close(4000).then(() => (ended = clock.now()))
  await clock.advance(10)
  expect(ended).toBeLessThanOrEqual(10)
  expect(transport.bodies).toHaveLength(1)
  expect(outbox.account('traces')).toMatchObject({ dropped: { no_collector: 3 }, spooled: 0, pending: 0 })
  expect(disk.chunks.size).toBe(0)
})

test('a collector that was asked for is waited for to the end', async () => {
  const setup = setUp()
  setup.transport.answer = () => DOWN
  setup.add('a', 3)
  await closeWithin(setup, 4000)
  expect(setup.transport.bodies.length).toBeGreaterThan(3)
  expect(setup.outbox.account('traces')).toMatchObject({ dropped: { flush_limit: 3 } })
})

test('close() is done once: every call gets the same', async () => {
  const setup = setUp()
  const closed = setup.outbox.close(1000)
  expect(setup.outbox.close(5000)).toBe(closed)
  await setup.clock.advance(1000)
  await closed
})

test('release() lets go of the spool and of the connections, and what waits stays on disk', async () => {
  const { outbox, transport, spool, add } = setUp({ disk: createDisk() })
  add('a')
  outbox.flushNow()
  await outbox.release()
  expect([transport.isClosed, spool?.isClosed]).toEqual([true, true])
  expect(outbox.account('traces')).toMatchObject({ spooled: 1, pending: 0 })
})

test('neither timers nor requests hold the context of the code that filled a chunk', async () => {
  const storage = new AsyncLocalStorage<string>()
  const seen: (string | undefined)[] = []
  const clock = new ManualClock()
  const schedule = clock.schedule.bind(clock)
  clock.schedule = (delayMs, callback) => {
    seen.push(storage.getStore())
    return schedule(delayMs, callback)
  }
  const { transport, add } = setUp({ clock, disk: createDisk() })
  transport.answer = () => {
    seen.push(storage.getStore())
    return DELIVERED
  }
  storage.run('a request', () => add('a', 512))
  await clock.advance(10)
  expect(seen.length).toBeGreaterThan(2)
  expect(new Set(seen)).toEqual(new Set([undefined]))
})

test('a listener that throws reaches nobody', async () => {
  const setup = setUp({
    onTrouble() {
      throw new Error('broken')
    },
  })
  setup.transport.answer = () => DOWN
  setup.add('a')
  await closeWithin(setup, 1000)
  expect(setup.outbox.account('traces')).toMatchObject({ dropped: { flush_limit: 1 } })
})

test('a signal that nobody sends loses what comes of it, counted', () => {
  const { outbox } = setUp({ signal: 'traces' })
  outbox.ledger('logs').create(2)
  outbox.accept({ signal: 'logs', items: 2, bytes: new Uint8Array(10), since: 0 })
  expect(outbox.account('logs')).toMatchObject({ created: 2, dropped: { failed: 2 }, pending: 0 })
})

test('a disk that is slower than its share of a short close, as after a crash, has everything in the end', async () => {
  const disk = createDisk()
  const { clock, outbox, transport, add } = setUp({ disk })
  transport.answer = () => DOWN
  add('a')
  disk.isHanging = true
  const closed = outbox.close(100)
  await clock.advance(60)
  disk.isHanging = false
  await clock.advance(40)
  await closed
  expect(outbox.account('traces')).toMatchObject({ spooled: 1, dropped: expect.toBeOneOf([{}]), pending: 0 })
})

test('at the exit of a process what no disk takes is lost and counted, what one has stays, and what comes later as well', async () => {
  for (const isFull of [false, true]) {
    const disk = createDisk()
    const { clock, outbox, transport, troubles, add } = setUp({ disk })
    transport.answer = () => DOWN
    disk.isFull = isFull
    add('a', 3)
    await clock.advance(5000)
    add('b', 4)
    outbox.releaseNow()
    const dropped = isFull ? { exit: 7 } : {}
    expect(outbox.account('traces')).toMatchObject({ spooled: isFull ? 0 : 7, dropped, pending: 0 })
    add('c', 5)
    expect(outbox.account('traces')).toMatchObject(
      isFull ? { dropped: { exit: 12 }, pending: 0 } : { spooled: 12, dropped: {}, pending: 0 },
    )
    expect(troubles.some((trouble) => trouble.kind === 'dropped' && trouble.reason === 'exit')).toBe(isFull)
    expect(outbox.memoryBytes).toBe(0)
    outbox.releaseNow()
    expect(outbox.account('traces').created).toBe(12)
  }
})
