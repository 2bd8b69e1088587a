import { connect, type Socket } from 'node:net'
import { createClient } from '@redis/client'
import { connect as connectAmqp } from 'amqplib'
import { Redis } from 'ioredis'
import mysqlCallbacks from 'mysql2'
import mysql from 'mysql2/promise'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { amqpCheck } from '../../src/health/checks/amqp-check.ts'
import { mysqlCheck } from '../../src/health/checks/mysql-check.ts'
import { natsCheck, type NatsFlusher } from '../../src/health/checks/nats-check.ts'
import { postgresCheck } from '../../src/health/checks/postgres-check.ts'
import { redisCheck } from '../../src/health/checks/redis-check.ts'
import type { HealthCheckDefinition } from '../../src/health/health-check.ts'
import { HealthChecker } from '../../src/health/health-checker.ts'
import { openSockets, resultOf, socketsAreBackTo } from '../health/checks/run-check.ts'
import { freeze } from './servers/freeze.ts'
import { startMariadb } from './servers/mariadb.ts'
import { startNats } from './servers/nats.ts'
import { startPostgres } from './servers/postgres.ts'
import { startRabbitmq } from './servers/rabbitmq.ts'
import { startRedis } from './servers/redis.ts'
import type { RunningServer } from './servers/start-server.ts'

/* The ready-made checks, with real clients, against real servers that answer, freeze and go on. */

const LIMIT = '300ms'

/** A check with a limit, as it is registered; it is run again each time, and not answered from memory. */
function runner(definition: HealthCheckDefinition): () => Promise<unknown> {
  const health = new HealthChecker().register({ ...definition, timeout: LIMIT, maxAge: 0, fall: 1, rise: 1 })
  return async () => (await health.checkHealth()).checks[definition.name]
}

const HEALTHY = { status: 'healthy' }
const SILENT = { status: 'unhealthy', message: expect.stringContaining('no answer within 300ms') as string }

/** Healthy; frozen: out of time at its limit, however often, and nothing piles up; then healthy again. */
async function survivesFreezing(server: RunningServer, definition: HealthCheckDefinition): Promise<void> {
  const run = runner(definition)
  expect(await run()).toMatchObject(HEALTHY)
  const before = openSockets()
  {
    using frozen = await freeze(server)
    expect(await run()).toMatchObject(SILENT)
    const whileFrozen = openSockets()
    for (let more = 0; more < 4; more++) expect(await run()).toMatchObject(SILENT)
    expect(openSockets()).toBeLessThanOrEqual(whileFrozen + 1)
    frozen.thaw()
  }
  await expect.poll(run, { timeout: 20_000 }).toMatchObject(HEALTHY)
  await socketsAreBackTo(before)
}

test('postgresCheck: a pool of pg', async () => {
  await using server = await startPostgres()
  const pool = new pg.Pool({ connectionString: server.url, max: 2 })
  pool.on('error', () => {})
  await using _ = { [Symbol.asyncDispose]: () => pool.end() }

  await survivesFreezing(server, postgresCheck(pool))
  expect(pool.totalCount).toBeLessThanOrEqual(2)
  expect(pool.waitingCount).toBe(0)

  expect(await resultOf(postgresCheck(pool, { writable: true }))).toEqual(HEALTHY)
  const reading = new pg.Pool({ connectionString: server.url, options: '-c default_transaction_read_only=on' })
  await using __ = { [Symbol.asyncDispose]: () => reading.end() }
  expect(await resultOf(postgresCheck(reading, { writable: true }))).toEqual({
    status: 'unhealthy',
    message: 'postgres: the server is read-only',
  })
})

test('postgresCheck: while the pool lends nothing, one request waits in it, and what it gets goes back', async () => {
  await using server = await startPostgres()
  const pool = new pg.Pool({ connectionString: server.url, max: 1 })
  await using _ = { [Symbol.asyncDispose]: () => pool.end() }
  const busy = await pool.connect()
  const run = runner(postgresCheck(pool))

  for (let more = 0; more < 3; more++)
    expect(await run()).toMatchObject({
      status: 'unhealthy',
      message:
        'no answer within 300ms: postgres: a connection of the pool, of which all 1 are in use and 1 callers wait, did not come',
    })
  expect(pool.waitingCount).toBe(1)
  busy.release()

  await expect.poll(() => pool.idleCount).toBe(1)
  expect(await run()).toMatchObject(HEALTHY)
})

test('postgresCheck: a connection that breaks under its query is unhealthy, and no end of the process', async () => {
  await using server = await startPostgres()
  const pool = new pg.Pool({ connectionString: server.url, max: 1 })
  pool.on('error', () => {})
  await using _ = { [Symbol.asyncDispose]: () => pool.end() }
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const pid = rows[0]?.pid
  if (pid === undefined) throw new Error('no answer')
  process.kill(pid, 'SIGSTOP')
  const running = resultOf(postgresCheck(pool))
  process.kill(pid, 'SIGKILL')

  expect(await running).toMatchObject({ status: 'unhealthy' })
  await expect.poll(() => pool.totalCount).toBe(0)
  await expect.poll(() => resultOf(postgresCheck(pool)), { timeout: 20_000 }).toEqual(HEALTHY)
})

test('a server that is gone is unhealthy, and the message says where without the password', async () => {
  const server = await startPostgres()
  const { port } = server
  const pool = new pg.Pool({ connectionString: `postgres://u:canary@127.0.0.1:${port}/postgres` })
  pool.on('error', () => {})
  onTestFinished(() => pool.end())
  await server[Symbol.asyncDispose]()

  expect(await resultOf(postgresCheck(pool))).toEqual({
    status: 'unhealthy',
    message: `postgres: a connection of the pool: connect ECONNREFUSED 127.0.0.1:${port}`,
  })
})

test('mysqlCheck: pools of mysql2, with promises and with callbacks', async () => {
  await using server = await startMariadb()
  const pool = mysql.createPool({ uri: server.url, connectionLimit: 2 })
  const withCallbacks = mysqlCallbacks.createPool({ uri: server.url, connectionLimit: 2 })
  onTestFinished(() => pool.end())
  onTestFinished(() => withCallbacks.promise().end())

  await survivesFreezing(server, mysqlCheck(pool))
  expect(await resultOf(mysqlCheck(withCallbacks))).toEqual(HEALTHY)

  await pool.query('SET GLOBAL read_only = 1')
  expect(await resultOf(mysqlCheck(pool))).toEqual(HEALTHY)
  expect(await resultOf(mysqlCheck(pool, { writable: true }))).toEqual({
    status: 'unhealthy',
    message: 'mysql: the server is read-only',
  })
})

test('redisCheck: ioredis', async () => {
  const server = await startRedis()
  await using _ = server
  const redis = new Redis(server.url, { retryStrategy: () => 60_000 })
  redis.on('error', () => {})
  onTestFinished(() => redis.disconnect())

  await survivesFreezing(server, redisCheck(redis))
  await server[Symbol.asyncDispose]()
  await expect.poll(() => redis.status).toBe('reconnecting')

  expect(await resultOf(redisCheck(redis))).toEqual({
    status: 'unhealthy',
    message: 'redis: the client is not connected (reconnecting)',
  })
})

test('redisCheck: the client of redis', async () => {
  const server = await startRedis()
  await using _ = server
  const redis = createClient({ url: server.url, socket: { reconnectStrategy: 60_000 } })
  redis.on('error', () => {})
  expect(await resultOf(redisCheck(redis))).toEqual({
    status: 'unhealthy',
    message: 'redis: the client was not connected, or is closed',
  })
  await redis.connect()
  onTestFinished(() => redis.destroy())

  await survivesFreezing(server, redisCheck(redis))
  await server[Symbol.asyncDispose]()
  await expect.poll(() => redis.isReady).toBe(false)

  expect(await resultOf(redisCheck(redis))).toEqual({
    status: 'unhealthy',
    message: 'redis: the client is not connected, and tries to',
  })
})

test('amqpCheck: a connection of amqplib', async () => {
  const server = await startRabbitmq()
  await using _ = server
  const connection = await connectAmqp(server.url)
  connection.on('error', () => {})
  let current: typeof connection | undefined = connection
  const check = amqpCheck(() => current)

  await survivesFreezing(server, check)
  connection.emit('blocked', 'low on disk')
  expect(await resultOf(check)).toEqual({
    status: 'degraded',
    message: 'amqp: the server lets nobody publish: low on disk',
  })
  connection.emit('unblocked')
  expect(await resultOf(check)).toEqual(HEALTHY)

  const closed = new Promise((resolve) => connection.once('close', resolve))
  await server[Symbol.asyncDispose]()
  await closed
  expect(await resultOf(check)).toMatchObject({
    status: 'unhealthy',
    message: expect.stringContaining('amqp: a channel: ') as string,
  })
  current = undefined
  expect(await resultOf(check)).toEqual({ status: 'unhealthy', message: 'amqp: there is no connection' })
})

/** As much of a client of NATS as a check needs: `PING`, and who waits for its `PONG`. */
async function connectNats(port: number): Promise<NatsFlusher & { socket: Socket }> {
  const socket = connect(port, '127.0.0.1')
  const waiting: (() => void)[] = []
  let isClosed = false
  socket.on('data', (data) => {
    for (const _ of data.toString().matchAll(/PONG/g)) waiting.shift()?.()
  })
  socket.on('error', () => {}).once('close', () => (isClosed = true))
  const flush = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve)
      socket.write('PING\r\n')
    })
  socket.write('CONNECT {"verbose":false}\r\n')
  await flush()
  return { socket, flush, isClosed: () => isClosed }
}

test('natsCheck: a PING comes back', async () => {
  const server = await startNats()
  await using _ = server
  const client = await connectNats(server.port)
  const check = natsCheck(client)

  await survivesFreezing(server, check)
  const closed = new Promise((resolve) => client.socket.once('close', resolve))
  await server[Symbol.asyncDispose]()
  await closed
  expect(await resultOf(check)).toEqual({
    status: 'unhealthy',
    message: 'nats: the connection is closed, and does not come back',
  })
})
