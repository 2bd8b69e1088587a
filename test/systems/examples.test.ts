import { afterAll, beforeAll, expect, test } from 'vitest'
import { filesUnder, ROOT } from '../../scripts/repository-files.ts'
import { startProgram } from '../process/start-service.ts'
import { startMariadb } from './servers/mariadb.ts'
import { startPostgres } from './servers/postgres.ts'
import { startRabbitmq } from './servers/rabbitmq.ts'
import { startRedis } from './servers/redis.ts'

const examples = filesUnder('docs/examples').filter((path) => path.endsWith('.system.ts'))
const servers = new AsyncDisposableStack()
let env: Readonly<Record<string, string>> = {}

beforeAll(async () => {
  const [redis, rabbitmq, postgres, mariadb] = await Promise.all([
    startRedis(),
    startRabbitmq(),
    startPostgres(),
    startMariadb(),
  ])
  for (const server of [redis, rabbitmq, postgres, mariadb]) servers.use(server)
  env = { REDIS_PORT: String(redis.port), AMQP_URL: rabbitmq.url, POSTGRES_URL: postgres.url, MYSQL_URL: mariadb.url }
})
afterAll(() => servers.disposeAsync())

test('there are examples', () => {
  expect(examples).not.toEqual([])
})

test.each(examples)('%s runs, and ends by itself without an error', async (path) => {
  const more = { OTEL_SDK_DISABLED: 'true', SEAWORTHY_ADMIN_PORT: '0' }
  await using program = startProgram(new URL(path, `file://${ROOT}/`), { ...env, ...more })
  expect(await program.exit, program.errorLines.join('\n')).toEqual({ code: 0, signal: null })
})
