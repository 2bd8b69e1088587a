import { Redis } from 'ioredis'
import type { ResourceDefinition } from 'seaworthy'
import { ioredis } from 'seaworthy/ioredis'
import { expect, test } from 'vitest'
import { RespServer } from './redis-protocol/resp-server.ts'
import { startResource } from './redis-protocol/running-resource.ts'
import { type Subject, testRedisClient } from './redis-protocol/test-redis-client.ts'

// Against a real Redis: test/systems/redis-adapters.test.ts, and outages in test/systems/outages/redis.test.ts.

const clientOf = (subject: Subject): Redis => subject as unknown as Redis

testRedisClient({
  name: 'ioredis',
  define: (url, options) => ioredis(() => new Redis(url), options) as unknown as ResourceDefinition<unknown, Subject>,
  block: (client) => clientOf(client).blpop('queue', 0),
  transact: (client) => clientOf(client).multi().incr('a').incr('b').exec(),
  isConnected: (client) => clientOf(client).status === 'ready',
})

test('a silent connection is not waited for until the other side closes it', async () => {
  await using server = await RespServer.start()
  const build = (): Redis => new Redis(server.url, { disconnectTimeout: 600_000 })
  const resource = await startResource(ioredis(build, { silence: '200ms' }))
  server.isSilent = true
  await expect(resource.value.get('key')).rejects.toMatchObject({ code: 'SEA_DATABASE_TIMED_OUT', statusCode: 504 })
  await server.until(({ dials }) => dials > 1)
  server.isSilent = false
  await expect.poll(() => resource.value.get('key').catch(() => undefined)).toBe('value')
})

test('a PING that ioredis does not send again after its connection was lost is not waited for', async () => {
  await using server = await RespServer.start()
  const build = (): Redis => new Redis(server.url, { autoResendUnfulfilledCommands: false })
  const resource = await startResource(ioredis(build))
  server.isSilent = true
  const check = resource.check().catch((error: unknown) => error)
  await server.until(({ asked }) => asked.length === 2)
  server.cut()
  server.isSilent = false
  expect(await check).toMatchObject({ message: 'Redis closed the connection' })
  await expect.poll(() => resource.check(200).catch((error: unknown) => error), { timeout: 5000 }).toBeUndefined()
})

test('the pipeline that is the probe goes through as a whole', async () => {
  await using server = await RespServer.start()
  const resource = await startResource(
    ioredis(() => new Redis(server.url), { breaker: { failures: 1, openFor: '200ms' } }),
  )
  const client = resource.value
  const opened = (): boolean => resource.said('breaker.open').length > 0
  server.isResetting = true
  server.cut()
  await expect.poll(opened).toBe(true)
  server.isResetting = false
  await expect.poll(() => client.status).toBe('ready')
  await expect
    .poll(async () => (await client.pipeline().get('a').get('b').get('c').exec())?.map(([error]) => error === null))
    .toEqual([true, true, true])
})
