import pg from 'pg'
import { createService, type Service } from 'seaworthy'
import { pgListener, postgres } from 'seaworthy/postgres'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startPostgres } from './servers/postgres.ts'
import type { RunningServer } from './servers/start-server.ts'
import type { Task } from './services/do-task.ts'
import { startSystemService } from './start-system-service.ts'
import { openTaskLedger } from './task-ledger.ts'

let server: RunningServer
let outside: pg.Client
beforeAll(async () => {
  server = await startPostgres()
  outside = new pg.Client(server.url)
  await outside.connect()
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

/** A pool in a service that runs, whose connections are called `name`. */
async function startPool(name: string, max = 2) {
  const service = newService()
  const pool = new pg.Pool({ connectionString: server.url, application_name: name, max })
  service.resource(
    'db',
    postgres(() => pool),
  )
  await service.start()
  return { service, pool }
}

/** Cuts the connections of that name, as a failover does. */
async function cut(name: string): Promise<void> {
  await outside.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [name])
}

async function connectionsOf(name: string): Promise<number | null> {
  return (await outside.query('SELECT 1 FROM pg_stat_activity WHERE application_name = $1', [name])).rowCount
}

test('a pool is there at the start, checked, and closed at the end', async () => {
  const { service, pool } = await startPool('checked')
  expect(service.health.report('ready').checks['db']).toMatchObject({ status: 'healthy' })
  expect((await service.stop()).clean).toBe(true)
  expect(pool.ended).toBe(true)
  await expect(pool.query('SELECT 1')).rejects.toThrow('after calling end')
})

test('connections that a failover cuts, idle or in use, are no end of the process, and the pool goes on', async () => {
  const { service, pool } = await startPool('failover')
  const inUse = await pool.connect()
  const broken = new Promise((resolve) => inUse.once('end', resolve))
  const idleBroken = new Promise((resolve) => pool.once('remove', resolve))
  await pool.query('SELECT 1')
  await cut('failover')
  await Promise.all([broken, idleBroken])
  inUse.release(true)
  expect((await pool.query('SELECT 7 AS n')).rows).toEqual([{ n: 7 }])
  expect((await service.stop()).clean).toBe(true)
})

test('a pool whose connections are all in use is degraded, not broken', async () => {
  const { service, pool } = await startPool('busy', 1)
  const inUse = await pool.connect()
  const waiting = pool.query('SELECT 1')
  const definition = postgres(() => pool)
  const signal = AbortSignal.timeout(5000)
  expect(await definition.check?.(pool, { signal })).toEqual({
    status: 'degraded',
    message: 'all 1 connections are in use, 1 callers wait',
  })
  inUse.release()
  await waiting
  expect(await definition.check?.(pool, { signal })).toBeUndefined()
  await service.stop()
})

test('a stop waits for a client that is checked out', async () => {
  const { service, pool } = await startPool('waits')
  const client = await pool.connect()
  const stopping = service.stop()
  expect((await client.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
  client.release()
  expect((await stopping).clean).toBe(true)
})

test('a query that runs for longer than the stop may take is cut, and the slice holds', async () => {
  const { service, pool } = await startPool('slow')
  const slow = pool.query('SELECT pg_sleep(60)').then(
    () => 'answered',
    () => 'cut',
  )
  await expect
    .poll(async () => {
      const { rowCount } = await outside.query(
        "SELECT 1 FROM pg_stat_activity WHERE application_name = 'slow' AND state = 'active'",
      )
      return rowCount
    })
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

test('a client that nobody gives back is cut, and whoever waits for one is refused: the slice holds', async () => {
  const { service, pool } = await startPool('leak', 1)
  const leaked = await pool.connect()
  const waiting = pool.query('SELECT 1').catch((error: unknown) => error)
  const { phases } = await service.stop()
  expect(phases.find(({ phase }) => phase === 'stop')?.hooks.find(({ name }) => name === 'db')).toMatchObject({
    outcome: 'failed',
    error: { code: 'SEA_DATABASE_IN_USE' },
  })
  expect(String(await waiting)).toContain('after calling end')
  await expect(leaked.query('SELECT 1')).rejects.toThrow()
  expect(await connectionsOf('leak')).toBe(0)
})

test('a pool that is busy for longer than a check is asked aside: the server answers, so it is busy and not broken', async () => {
  const { service, pool } = await startPool('aside', 1)
  const inUse = await pool.connect()
  const definition = postgres(() => pool)
  const signal = AbortSignal.timeout(10_000)
  expect(await definition.check?.(pool, { signal })).toBeUndefined()
  const before = await connectionsOf('aside')
  expect(await definition.check?.(pool, { signal })).toBeUndefined()
  expect(before).toBe(1)
  await expect.poll(() => connectionsOf('aside')).toBe(1)
  inUse.release()
  await service.stop()
})

test('what the database says of queries never opens the circuit', async () => {
  const { service, pool } = await startPool('errors', 1)
  for (let time = 0; time < 20; time++) await expect(pool.query('SELECT 1/0')).rejects.toMatchObject({ code: '22012' })
  expect((await pool.query('SELECT 7 AS n')).rows).toEqual([{ n: 7 }])
  await service.stop()
})

test('a pool that has ended is refused at the start, and told where to build it', async () => {
  const pool = new pg.Pool({ connectionString: server.url })
  await pool.end()
  const service = newService()
  service.resource(
    'db',
    postgres(() => pool),
  )
  await expect(service.start()).rejects.toMatchObject({
    message: expect.stringContaining('returned a pool that has ended') as string,
  })
})

test('a listener that loses its connection says so, listens again, and catches up', async () => {
  const service = newService()
  const heard = Promise.withResolvers<string | undefined>()
  const caughtUp: (() => void)[] = []
  let catchUps = 0
  const again = new Promise<void>((resolve) => caughtUp.push(resolve))
  const definition = pgListener({
    client: () => new pg.Client({ connectionString: server.url, application_name: 'listener' }),
    channels: ['a "quoted" channel'],
    handle: ({ payload }) => heard.resolve(payload),
    catchUp: () => {
      if (++catchUps === 2) caughtUp[0]?.()
    },
  })
  let running: Awaited<ReturnType<typeof definition.start>> | undefined
  service.consumer('jobs', { ...definition, start: async (context) => (running = await definition.start(context)) })
  await service.start()
  if (running === undefined) throw new Error('not running')
  const lost = new Promise<void>((resolve) => {
    const { link } = running as NonNullable<typeof running>
    const look = (): void => void (link.current === undefined ? resolve() : setImmediate(look))
    look()
  })
  await cut('listener')
  await lost
  const signal = AbortSignal.timeout(5000)
  await expect(definition.check?.(running, { signal })).rejects.toMatchObject({ code: 'SEA_CONNECTION_LOST' })
  await again
  await outside.query(`NOTIFY "a ""quoted"" channel", 'hello'`)
  expect(await heard.promise).toBe('hello')
  expect((await service.stop()).clean).toBe(true)
})

test('SIGTERM: a notification in flight is handled, with its database, and later ones are not taken', async () => {
  await using ledger = await openTaskLedger()
  await using service = await startSystemService('pg-listener', { URL: server.url, LEDGER: ledger.path })
  await service.line('catches up')
  const notify = (task: Task) => outside.query(`SELECT pg_notify('jobs', $1)`, [JSON.stringify(task)])
  await notify({ id: 'first', takesMs: 500 })
  await service.line('begun first')
  service.kill('SIGTERM')
  await service.line('received SIGTERM')
  const heard = `SELECT 1 FROM pg_stat_activity WHERE query = 'UNLISTEN *' AND state = 'idle'`
  while ((await outside.query(heard)).rowCount === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  await notify({ id: 'second', takesMs: 1 })
  expect(await service.exit).toEqual({ code: 0, signal: null })
  expect({ begun: ledger.ids('begun'), done: ledger.ids('done') }).toEqual({ begun: ['first'], done: ['first'] })
})
