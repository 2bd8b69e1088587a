import pg from 'pg'
import { postgres } from 'seaworthy/postgres'
import { expect, test } from 'vitest'
import { freeze } from '../servers/freeze.ts'
import { startPostgres } from '../servers/postgres.ts'
import { OutageService } from './outage-service.ts'
import { testOutages } from './test-outages.ts'

const MAX = 4

function poolAt(port: number, options: pg.PoolConfig = {}): pg.Pool {
  return new pg.Pool({
    connectionString: `postgres://postgres@127.0.0.1:${port}/postgres`,
    max: MAX,
    connectionTimeoutMillis: 1_000,
    ...options,
  })
}

testOutages<pg.Pool>({
  name: 'PostgreSQL',
  start: startPostgres,
  resource: (port) => postgres(() => poolAt(port, { query_timeout: 500 })),
  call: (pool) => pool.query('SELECT 1'),
  connections: MAX,
})

test('calls without a time limit of their own end as well when PostgreSQL is frozen for good, those that wait among them', async () => {
  await using server = await startPostgres()
  await using outage = await OutageService.start(postgres(() => poolAt(server.port, { connectionTimeoutMillis: 0 })))
  const pool = outage.value
  await pool.query('SELECT 1')
  using frozen = await freeze(server)
  const calls = Array.from({ length: 3 * MAX }, () =>
    pool.query('SELECT 1').then(
      () => 'answered',
      () => 'failed',
    ),
  )
  await outage.becomes(503)
  expect(new Set(await Promise.all(calls))).toEqual(new Set(['failed']))
  frozen.thaw()
  await outage.becomes(200)
  expect((await pool.query('SELECT 7 AS n')).rows).toEqual([{ n: 7 }])
  await outage.end()
})
