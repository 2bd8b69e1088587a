import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Server } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { trackHttpServer } from '../../../src/server/http-drain.ts'
import { AcceptQueue, queueLength } from '../../../src/server/shedding/accept-queue.ts'
import { sheddingForTest } from './shedding-for-test.ts'

async function listen(host: string, server = createServer()) {
  server.listen(0, host)
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server, port: (server.address() as AddressInfo).port, host }
}

/** So many connections that stand, and that nobody has accepted: the loop has not turned since. */
function connectMany({ server, port, host }: Awaited<ReturnType<typeof listen>>, count: number) {
  const accepted = Promise.withResolvers<void>()
  let left = count
  server.on('connection', function onConnection() {
    if (--left > 0) return
    server.off('connection', onConnection)
    accepted.resolve()
  })
  for (let index = 0; index < count; index++) {
    const socket = connect(port, host)
    socket.on('error', () => {})
    onTestFinished(() => void socket.destroy())
  }
  // The connections are begun in the next tick, and the kernel has made them when that is over.
  return new Promise<{ accepted: Promise<void> }>((resolve) => {
    process.nextTick(() => process.nextTick(() => resolve({ accepted: accepted.promise })))
  })
}

test.each(['127.0.0.1', '::1'])('the kernel tells how many connections wait at %s', async (host) => {
  const place = await listen(host)
  const other = await listen(host)
  expect(queueLength(place.server)).toBe(0)
  const { accepted } = await connectMany(place, 20)
  expect([queueLength(place.server), queueLength(other.server)]).toEqual([20, 0])
  await accepted
  expect(queueLength(place.server)).toBe(0)
})

test('it is not told of a server that does not listen', async () => {
  const { server } = await listen('127.0.0.1')
  server.close()
  expect(queueLength(server)).toBeUndefined()
  expect(queueLength(createServer() as Server)).toBeUndefined()
})

test('how long they wait follows from how fast they are accepted, and is looked at now and then only', async () => {
  const place = await listen('127.0.0.1')
  const queue = new AcceptQueue(place.server)
  expect(queue.waitMs(0)).toBe(0)
  await (
    await connectMany(place, 5)
  ).accepted
  const { accepted } = await connectMany(place, 20)
  // Five in 100 ms: twenty take four times as long.
  expect(queue.waitMs(100)).toBe(400)
  await accepted
  expect(queue.waitMs(149)).toBe(400)
  expect(queue.waitMs(150)).toBe(0)
  // Nobody was accepted since: the loop did not turn, or nobody came.
  await connectMany(place, 20)
  expect(queue.waitMs(250)).toBe(0)
  const listeners = place.server.listenerCount('connection')
  queue.stop()
  expect(place.server.listenerCount('connection')).toBe(listeners - 1)
})

test('a loop that is never late and lets connections wait is too slow all the same', async () => {
  const place = await listen('127.0.0.1')
  const drain = trackHttpServer(place.server, { clock: systemClock, name: 'test', quietMs: 0 })
  const { guard, lines } = sheddingForTest({ maxEventLoopDelay: 200, after: '1s' })
  drain.guard(guard)
  onTestFinished(() => drain.release())
  for (const nowMs of [0, 500, 1000, 1500]) {
    const { accepted } = await connectMany(place, 20)
    guard.take({ nowMs, lateMs: 0, passedMs: 500 })
    expect(guard.isShedding).toBe(nowMs === 1500)
    await accepted
  }
  expect(lines).toMatchObject([
    {
      fields: { event: 'shedding.began', reason: 'event_loop_delay' },
      message: expect.stringContaining('requests wait'),
    },
  ])
})
