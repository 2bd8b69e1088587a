import mysqlCallbacks from 'mysql2'
import mysqlPromises from 'mysql2/promise'
import { createService } from 'seaworthy'
import { mysql } from 'seaworthy/mysql2'
import { expect, test } from 'vitest'
import { freePort } from '../../src/process/free-port.ts'

// Against a real MariaDB: test/systems/mysql2.test.ts, and its outages in test/systems/outages.

async function failToStart(pool: (port: number) => mysqlPromises.Pool | mysqlCallbacks.Pool): Promise<unknown> {
  const port = await freePort()
  const service = createService({
    name: 'shop',
    env: { OTEL_SDK_DISABLED: 'true' },
    admin: false,
    isTerminal: true,
    logging: { level: 'fatal' },
  })
  service.resource('db', {
    ...mysql(() => pool(port)),
    startup: { retry: false },
  })
  return await service.start().catch((reason: unknown) => reason)
}

test.each(['promises', 'callbacks'])(
  'a pool with %s whose server is not there refuses the start, by name',
  async (kind) => {
    const error = await failToStart((port) => {
      const options = { host: '127.0.0.1', port, user: 'u', password: 'secret' }
      return kind === 'promises' ? mysqlPromises.createPool(options) : mysqlCallbacks.createPool(options)
    })
    expect(error).toMatchObject({
      code: 'SEA_START_FAILED',
      message: expect.stringContaining("MySQL can't be used: connect ECONNREFUSED") as string,
      cause: { code: 'SEA_DATABASE_UNUSABLE' },
    })
    expect(String(error)).not.toContain('secret')
  },
)

test('a cluster is no pool, and the start says so', async () => {
  const error = await failToStart(() => mysqlPromises.createPoolCluster() as unknown as mysqlPromises.Pool)
  expect(error).toMatchObject({ message: expect.stringContaining('must return a pool of mysql2') as string })
})
