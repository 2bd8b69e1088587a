import { SpanKind } from '@opentelemetry/api'
import { AsyncLocalStorage } from 'node:async_hooks'
import mysqlCallbacks from 'mysql2'
import mysqlPromises from 'mysql2/promise'
import pg from 'pg'
import { mysql } from 'seaworthy/mysql2'
import { postgres } from 'seaworthy/postgres'
import type { ResourceDefinition } from 'seaworthy'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../src/core/log.ts'
import type { StoredSpan } from '../../src/store/stored-item.ts'
import { durations, everythingIn, inRequest } from '../telemetry/instrumentation/database/channel-fixture.ts'
import { deliverSpans, startTelemetry } from '../telemetry/telemetry-fixture.ts'
import { startMariadb } from './servers/mariadb.ts'
import { startPostgres } from './servers/postgres.ts'
import type { RunningServer } from './servers/start-server.ts'

/* What the adapters of databases add to traces and metrics: a span for each query, and never two. */

let database: RunningServer
let mariadb: RunningServer
beforeAll(async () => {
  ;[database, mariadb] = await Promise.all([startPostgres(), startMariadb()])
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await mariadb[Symbol.asyncDispose]()
})

const SECRET = 'canary-value'

/** The value of a resource that has started by itself, and is stopped with the test. */
async function open<T>(definition: ResourceDefinition<object, T>): Promise<T> {
  const { signal } = new AbortController()
  const value = await definition.start({ config: {}, log: silentLog as never, name: 'orders', signal })
  onTestFinished(async () => void (await definition.stop?.(value, { signal })))
  return value
}

function childrenOf(spans: readonly StoredSpan[]): [string, unknown][] {
  const request = spans.find(({ name }) => name === 'request')
  return spans
    .filter(({ parentSpanId }) => parentSpanId === request?.spanId)
    .map(({ name, attributes }) => [name, attributes['db.response.status_code']])
}

test('pg: each query of a pool and of a client is one span of the request that it is for, in whatever way it is made', async () => {
  await using started = await startTelemetry()
  const pool = await open(postgres(() => new pg.Pool({ connectionString: database.url, max: 2 })))
  await inRequest(async () => {
    await pool.query('SELECT $1::text AS t', [SECRET])
    await pool.query({ text: 'SELECT 2', rowMode: 'array' })
    await new Promise<void>((resolve, reject) => {
      pool.query('SELECT 3', (error) => (error === undefined || error === null ? resolve() : reject(error)))
    })
    const client = await pool.connect()
    await client.query('BEGIN')
    await new Promise<void>((resolve) => client.query('SELECT 4', () => resolve()))
    await client.query(`SELECT '${SECRET}'::int`).catch(() => {})
    await client.query('ROLLBACK')
    client.release()
  })
  await pool.query('SELECT 5')
  const spans = await deliverSpans(started, 8)
  expect(childrenOf(spans)).toEqual([
    ['SELECT', undefined],
    ['SELECT', undefined],
    ['SELECT', undefined],
    ['BEGIN', undefined],
    ['SELECT', undefined],
    ['SELECT', '22P02'],
    ['ROLLBACK', undefined],
  ])
  expect(spans[0]).toMatchObject({
    kind: SpanKind.CLIENT + 1,
    attributes: {
      'db.system.name': 'postgresql',
      'db.namespace': 'postgres',
      'db.operation.name': 'SELECT',
      'db.query.text': 'SELECT $1::text AS t',
      'server.address': '127.0.0.1',
      'server.port': database.port,
    },
  })
  // With that of the start, and the one outside of all requests: measured, and in no trace.
  const counts = durations(started).map(([, count]) => count)
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(9)
  expect(everythingIn(started)).not.toContain('canary')
})

test('pg: with the published instrumentation a query has its span, and no other', async () => {
  await using started = await startTelemetry()
  const { PgInstrumentation } = await import('@opentelemetry/instrumentation-pg')
  const instrumentation = new PgInstrumentation()
  // As it does when pg is loaded after it.
  const [definition] = instrumentation.getModuleDefinitions()
  definition?.patch?.(pg, '8.23.1')
  onTestFinished(() => definition?.unpatch?.(pg, '8.23.1'))
  const pool = await open(postgres(() => new pg.Pool({ connectionString: database.url, max: 2 })))
  await inRequest(async () => void (await pool.query('SELECT 1')))
  // Two of the start, which is in no request: the published one makes spans of those, too.
  const spans = await deliverSpans(started, 4)
  expect(childrenOf(spans).map(([name]) => name)).toEqual([expect.stringContaining('pg.query:SELECT')])
})

test('mysql2: each query is one span of the request that it is for, by promises and by callbacks', async () => {
  await using started = await startTelemetry()
  const options = { host: '127.0.0.1', port: mariadb.port, user: 'root', connectionLimit: 2 }
  const promises = await open(mysql(() => mysqlPromises.createPool(options)))
  const callbacks = await open(mysql(() => mysqlCallbacks.createPool(options)))
  await inRequest(async () => {
    await promises.query('SELECT ?', [SECRET])
    await promises.execute('SELECT 2')
    const connection = await promises.getConnection()
    await connection.query(`SELECT '${SECRET}' FROM nowhere.nothing`).catch(() => {})
    connection.release()
    await new Promise<void>((resolve, reject) => {
      callbacks.query('SELECT 3', (error) => (error === null ? resolve() : reject(error)))
    })
  })
  const spans = await deliverSpans(started, 5)
  expect(childrenOf(spans).map(([name]) => name)).toEqual([
    'SELECT',
    'SELECT',
    expect.stringContaining('SELECT nowhere.nothing'),
    'SELECT',
  ])
  expect(everythingIn(started)).not.toContain('canary')
})

test.each(['pg', 'mysql2'])(
  '%s: what waits for a connection goes on in the context of who asked for it',
  async (client) => {
    const storage = new AsyncLocalStorage<string>()
    const seen: (string | undefined)[] = []
    if (client === 'pg') {
      const pool = await open(postgres(() => new pg.Pool({ connectionString: database.url, max: 1 })))
      const ask = (who: string): Promise<void> =>
        storage.run(
          who,
          () => new Promise((resolve) => pool.query('SELECT 1', () => (seen.push(storage.getStore()), resolve()))),
        )
      await Promise.all(['a', 'b', 'c'].map((who) => ask(who)))
    } else {
      const options = { host: '127.0.0.1', port: mariadb.port, user: 'root', connectionLimit: 1 }
      const pool = await open(mysql(() => mysqlCallbacks.createPool(options)))
      const ask = (who: string): Promise<void> =>
        storage.run(
          who,
          () =>
            new Promise((resolve) => {
              pool.getConnection((_error, connection) => {
                seen.push(storage.getStore())
                setImmediate(() => {
                  connection.release()
                  resolve()
                })
              })
            }),
        )
      await Promise.all(['a', 'b', 'c'].map((who) => ask(who)))
    }
    expect(seen).toEqual(['a', 'b', 'c'])
  },
)
