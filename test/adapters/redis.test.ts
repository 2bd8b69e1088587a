import { createClient } from '@redis/client'
import { type ResourceDefinition, silentLog } from 'seaworthy'
import { redis } from 'seaworthy/redis'
import { ManualClock } from 'seaworthy/testing'
import { expect, test } from 'vitest'
import type { RedisInternals } from '../../src/adapters/redis/redis-client.ts'
import { RedisLink } from '../../src/adapters/redis/redis-link.ts'
import { RespServer } from './redis-protocol/resp-server.ts'
import { startResource } from './redis-protocol/running-resource.ts'
import { type Subject, testRedisClient } from './redis-protocol/test-redis-client.ts'

// Against a real Redis: test/systems/redis-adapters.test.ts, and outages in test/systems/outages/redis.test.ts.

type Client = ReturnType<typeof createClient>
const clientOf = (subject: Subject): Client => subject as unknown as Client

testRedisClient({
  name: 'redis',
  define: (url, options) =>
    redis(() => createClient({ url }), options) as unknown as ResourceDefinition<unknown, Subject>,
  block: (client) => clientOf(client).blPop('queue', 0),
  transact: (client) => clientOf(client).multi().incr('a').incr('b').exec(),
  isConnected: (client) => clientOf(client).isReady,
})

test('a server that takes a client and drops it again and again is not dialled all the time', async () => {
  await using server = await RespServer.start()
  const clock = new ManualClock()
  const client = createClient({ url: server.url })
  const options = { silenceMs: 5000, maxWaiting: 10, breaker: false } as const
  const link = await RedisLink.open(client as unknown as RedisInternals, {
    dependency: 'cache',
    log: silentLog,
    options,
    clock,
  })
  await link.prove(AbortSignal.timeout(10_000))
  link.guard.proven()
  let isDropping = true
  client.on('ready', () => void (isDropping && server.cut()))
  server.cut()
  // By itself the client dials at once after each loss: it does so five times.
  await server.until(({ dials }) => dials === 5)
  await expect.poll(() => client.isOpen).toBe(false)
  expect(server.dials).toBe(5)
  isDropping = false
  await clock.advance(5000)
  await expect.poll(() => client.isReady).toBe(true)
  expect(server.dials).toBe(6)
  await link.stop({ signal: AbortSignal.timeout(5000) })
})

test('a pool is connected and proven at the start, checked, told of, and closed at the stop', async () => {
  await using server = await RespServer.start()
  const resource = await startResource(redis(() => createClient({ url: server.url }).createPool({ minimum: 2 })))
  expect(await resource.value.get('key')).toBe('value')
  expect(await resource.check()).toBeUndefined()
  server.cut()
  await server.until(({ dials }) => dials >= 4)
  expect(resource.said('database.connection.lost')).toHaveLength(1)
  await resource.stop()
  await server.until(({ open }) => open === 0)
  expect(server.open).toBe(0)
})
