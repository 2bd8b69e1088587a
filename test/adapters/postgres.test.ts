import { EventEmitter } from 'node:events'
import pg from 'pg'
import { createService } from 'seaworthy'
import { pgListener, postgres } from 'seaworthy/postgres'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../src/process/free-port.ts'

// Against a real PostgreSQL: test/systems/postgres.test.ts, and the contract of consumers in test/systems/contract.test.ts.

function shop() {
  return createService({
    name: 'shop',
    env: { OTEL_SDK_DISABLED: 'true' },
    admin: false,
    isTerminal: true,
    logging: { level: 'fatal' },
  })
}

test.each(['pool', 'listener'])('a %s whose server is not there refuses the start, by name', async (what) => {
  const port = await freePort()
  const service = shop()
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

/** A client that answers its first check, and no other. */
class ForgetfulClient extends EventEmitter {
  checks = 0

  connect(): Promise<void> {
    return Promise.resolve()
  }

  query(sql: string): Promise<unknown> {
    const isAnswered = sql !== 'SELECT 1' || this.checks++ === 0
    return isAnswered ? Promise.resolve() : new Promise(() => {})
  }

  end(): Promise<void> {
    this.emit('end')
    return Promise.resolve()
  }
}

test('a check of a listener is asked again after the connection it asked is lost', async () => {
  const clients: ForgetfulClient[] = []
  const client = (): ForgetfulClient => {
    const built = new ForgetfulClient()
    clients.push(built)
    return built
  }
  const service = shop()
  service.consumer('orders', pgListener({ client, channels: ['orders'], handle: () => {} }))
  service.health.setThresholds({ interval: '100ms', timeout: '10s' })
  await service.start()
  onTestFinished(async () => void (await service.stop()))
  await expect.poll(() => clients[0]?.checks).toBe(2)
  clients[0]?.emit('error', new Error('reset'))
  await expect.poll(() => clients[1]?.checks, { timeout: 5000 }).toBe(2)
})

class RefusedListen extends ForgetfulClient {
  override query(): Promise<never> {
    return Promise.reject(new Error('cannot execute LISTEN during recovery'))
  }
}

class RefusedDial extends ForgetfulClient {
  override connect(): Promise<never> {
    this.emit('end')
    return Promise.reject(new Error('too many clients already'))
  }
}

test.each([
  ['cannot execute LISTEN during recovery', RefusedListen],
  ['too many clients already', RefusedDial],
])('a listener that is refused is told why, "%s", and not that its connection was closed', async (why, Refused) => {
  const service = shop()
  const definition = pgListener({ client: () => new Refused(), channels: ['orders'], handle: () => {} })
  service.consumer('orders', { ...definition, startup: { retry: false } })
  await expect(service.start()).rejects.toThrow(why)
})
