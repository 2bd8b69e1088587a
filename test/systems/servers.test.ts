import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { answers } from './servers/start-server.ts'
import { startPostgres } from './servers/postgres.ts'
import { startRabbitmq } from './servers/rabbitmq.ts'
import { startRedis } from './servers/redis.ts'

test.each([
  ['Redis', startRedis],
  ['RabbitMQ', startRabbitmq],
  ['PostgreSQL', startPostgres],
])('%s starts on a free port, and nothing of it is left at the end', async (_name, start) => {
  const { port, pid } = await (async () => {
    await using server = await start()
    expect(existsSync(`/proc/${server.pid}`)).toBe(true)
    return server
  })()
  expect(existsSync(`/proc/${pid}`)).toBe(false)
  expect(await answers(port, 'x', '')).toBe(false)
})
