import pg from 'pg'
import { createService } from 'seaworthy'
import { pgListener, postgres } from 'seaworthy/postgres'
import { expect, test } from 'vitest'
import { freePort } from '../../src/process/free-port.ts'

// Against a real PostgreSQL: test/systems/postgres.test.ts, and the contract of consumers in test/systems/contract.test.ts.

test.each(['pool', 'listener'])('a %s whose server is not there refuses the start, by name', async (what) => {
  const port = await freePort()
  const service = createService({
    name: 'shop',
    env: { OTEL_SDK_DISABLED: 'true' },
    admin: false,
    isTerminal: true,
    logging: { level: 'fatal' },
  })
  const connectionString = `postgres://u:secret@127.0.0.1:${port}/x`
  const definition = { client: () => new pg.Client(connectionString), channels: ['orders'], handle: () => {} }
  const startup = { retry: false }
  if (what === 'listener') service.consumer('db', { ...pgListener(definition), startup })
  else service.resource('db', { ...postgres(() => new pg.Pool({ connectionString })), startup })
  const error: unknown = await service.start().catch((reason: unknown) => reason)
  expect(error).toMatchObject({
    code: 'SEA_START_FAILED',
    message: expect.stringContaining("PostgreSQL can't be used: connect ECONNREFUSED"),
    cause: { code: 'SEA_POSTGRES_UNUSABLE' },
  })
  expect(String(error)).not.toContain('secret')
})
