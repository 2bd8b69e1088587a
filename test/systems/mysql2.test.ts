import mysqlCallbacks from 'mysql2'
import mysqlPromises from 'mysql2/promise'
import { createService, type Service } from 'seaworthy'
import { mysql } from 'seaworthy/mysql2'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { freeze } from './servers/freeze.ts'
import { startMariadb } from './servers/mariadb.ts'
import type { RunningServer } from './servers/start-server.ts'

let server: RunningServer
let outside: mysqlPromises.Connection
beforeAll(async () => {
  server = await startMariadb()
  outside = await mysqlPromises.createConnection(server.url)
})
afterAll(async () => {
  await outside.end()
  await server[Symbol.asyncDispose]()
})

function newService(): Service {
  const service = createService({
    name: 'shop',
    env: { OTEL_SDK_DISABLED: 'true' },
    admin: false,
    isTerminal: true,
    logging: { level: 'fatal' },
    shutdown: { drainDelay: 0, inFlight: '2s', stop: '4s', flush: '100ms', margin: '100ms' },
  })
  onTestFinished(async () => void (await service.stop()))
  return service
}

/** A pool in a service that runs. */
async function startPool(connectionLimit = 2) {
  const service = newService()
  const pool = mysqlPromises.createPool({ uri: server.url, connectionLimit })
  service.resource(
    'db',
    mysql(() => pool),
  )
  await service.start()
  return { service, pool }
}

async function isThere(id: number): Promise<boolean> {
  const [rows] = await outside.query('SELECT 1 FROM information_schema.processlist WHERE id = ?', [id])
  return (rows as unknown[]).length > 0
}

test('a pool is there at the start, checked, and closed at the end', async () => {
  const { service, pool } = await startPool()
  expect(service.health.report('ready').checks['db']).toMatchObject({ status: 'healthy' })
  expect((await service.stop()).clean).toBe(true)
  await expect(pool.query('SELECT 1')).rejects.toThrow('Pool is closed')
})

test('connections that the server ends, idle or in use, are no end of the process, and the pool goes on', async () => {
  const { service, pool } = await startPool()
  const inUse = await pool.getConnection()
  const idle = await pool.getConnection()
  const ids = [inUse.threadId, idle.threadId]
  idle.release()
  for (const id of ids) await outside.query(`KILL ${id}`)
  for (const id of ids) await expect.poll(() => isThere(id), { timeout: 10_000 }).toBe(false)
  await expect(inUse.query('SELECT 1')).rejects.toThrow()
  inUse.destroy()
  await expect
    .poll(
      () =>
        pool.query('SELECT 7 AS n').then(
          ([rows]) => rows,
          () => 'failed',
        ),
      { timeout: 10_000 },
    )
    .toEqual([{ n: 7 }])
  expect((await service.stop()).clean).toBe(true)
})

test('a pool whose connections are all in use is degraded where callers wait, and not broken: it is asked aside', async () => {
  const pool = mysqlCallbacks.createPool({ uri: server.url, connectionLimit: 1 })
  const definition = mysql(() => pool)
  const service = newService()
  service.resource('db', definition)
  await service.start()
  const inUse = await pool.promise().getConnection()
  const waiting = pool.promise().query('SELECT 1')
  const signal = AbortSignal.timeout(10_000)
  // Once by what was heard since, once by a connection of its own, which is gone again.
  for (let time = 0; time < 2; time++) {
    expect(await definition.check?.(pool, { signal })).toEqual({
      status: 'degraded',
      message: 'all 1 connections are in use, 1 callers wait',
    })
  }
  expect(pool.config.connectionLimit).toBe(1)
  inUse.release()
  await waiting
  expect(await definition.check?.(pool, { signal })).toBeUndefined()
  expect((await service.stop()).clean).toBe(true)
})

test('a stop waits for a connection that is checked out', async () => {
  const { service, pool } = await startPool()
  const connection = await pool.getConnection()
  const stopping = service.stop()
  const [rows] = await connection.query('SELECT 1 AS n')
  expect(rows).toEqual([{ n: 1 }])
  connection.release()
  expect((await stopping).clean).toBe(true)
})

test('a query that runs for longer than the stop may take is cut, and the slice holds', async () => {
  const { service, pool } = await startPool()
  const slow = pool.query('SELECT SLEEP(60)').then(
    () => 'answered',
    () => 'cut',
  )
  await expect
    .poll(
      async () => {
        const [rows] = await outside.query(
          `SELECT 1 FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'`,
        )
        return (rows as unknown[]).length
      },
      { timeout: 10_000 },
    )
    .toBe(1)
  const { clean, phases } = await service.stop()
  expect(await slow).toBe('cut')
  expect(clean).toBe(false)
  expect(phases.find(({ phase }) => phase === 'stop')?.hooks.find(({ name }) => name === 'db')).toMatchObject({
    outcome: 'failed',
    error: {
      code: 'SEA_DATABASE_IN_USE',
      message: expect.stringContaining('1 connection was still in use') as string,
    },
  })
})

test('a stop while a frozen server is dialled ends in its time, and so does every call', async () => {
  await using frozen = await startMariadb()
  const service = newService()
  const pool = mysqlPromises.createPool({ uri: frozen.url, connectionLimit: 2, connectTimeout: 60_000 })
  service.resource(
    'db',
    mysql(() => pool),
  )
  await service.start()
  using _ = await freeze(frozen)
  // One has the connection of the start, one dials, and two wait.
  const calls = Array.from({ length: 4 }, () => pool.query('SELECT 1').catch(() => 'failed'))
  const { phases } = await service.stop()
  expect(phases.find(({ phase }) => phase === 'stop')?.hooks.find(({ name }) => name === 'db')).toMatchObject({
    outcome: 'failed',
    error: { code: 'SEA_DATABASE_IN_USE' },
  })
  expect(await Promise.all(calls)).toEqual(['failed', 'failed', 'failed', 'failed'])
})
