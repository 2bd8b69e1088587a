import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { createService, type Eventual } from 'seaworthy'
import { postgres } from 'seaworthy/postgres'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../src/process/free-port.ts'
import { startPostgres } from './servers/postgres.ts'

/** How long the server stays away. */
const LATE_MS = 3_000

function newService() {
  const service = createService({
    name: 'shop',
    env: { OTEL_SDK_DISABLED: 'true' },
    admin: { port: 0, host: '127.0.0.1', offLoop: false },
    isTerminal: true,
    logging: { level: 'silent' },
    shutdown: { drainDelay: 0, inFlight: '2s', stop: '4s', flush: '100ms', margin: '100ms' },
  })
  onTestFinished(async () => void (await service.stop()))
  return service
}

/** A pool at a port where nobody listens yet. */
function poolAt(port: number) {
  const dials: pg.Pool[] = []
  const definition = postgres(() => {
    const pool = new pg.Pool({ connectionString: `postgres://postgres@127.0.0.1:${port}/postgres`, max: 2 })
    dials.push(pool)
    return pool
  })
  return { definition, dials }
}

test('a service whose PostgreSQL comes 3 s late waits for it, with a startup probe that says why, and few dials', async () => {
  const port = await freePort()
  const service = newService()
  const { definition, dials } = poolAt(port)
  const db = service.resource('database', definition)
  let rows: unknown
  service.resource('repository', {
    needs: { db },
    start: async ({ db: pool }) => void (rows = (await pool.query('SELECT 7 AS n')).rows),
  })
  const started = service.start()
  const server = wait(LATE_MS).then(() => startPostgres({ port }))
  await expect.poll(() => dials.length, { timeout: 20_000 }).toBeGreaterThan(2)
  const answer = await fetch(`${service.adminAddress?.url}/startupz?verbose`)
  expect([answer.status, await answer.text()]).toEqual([
    503,
    expect.stringContaining(`PostgreSQL can't be used: connect ECONNREFUSED 127.0.0.1:${port}`),
  ])
  await using _ = await server
  await started
  expect(rows).toEqual([{ n: 7 }])
  expect(service.health.report('ready')).toMatchObject({
    status: 'healthy',
    checks: { database: { status: 'healthy', critical: true } },
  })
  // Up to 5 s between two of them, and initdb takes some seconds of its own.
  expect(dials.length).toBeLessThan(40)
  expect(dials.slice(0, -1).every((pool) => pool.ended)).toBe(true)
})

test('a service that can do without it is ready before, degraded, and uses it when it comes', async () => {
  const port = await freePort()
  const service = newService()
  const { definition, dials } = poolAt(port)
  const db = service.resource('database', { ...definition, startTimeout: '500ms', startup: { policy: 'degraded' } })
  let eventual: Eventual<pg.Pool> | undefined
  service.resource('api', { needs: { db }, start: ({ db: pool }) => void (eventual = pool) })
  await service.start()
  expect(service.health.report('ready')).toMatchObject({
    status: 'degraded',
    checks: { database: { status: 'degraded', message: expect.stringContaining('ECONNREFUSED') } },
  })
  expect((await fetch(`${service.adminAddress?.url}/readyz`)).status).toBe(200)
  expect(() => eventual?.require()).toThrow(expect.objectContaining({ code: 'SEA_RESOURCE_ABSENT' }))
  await using _ = await wait(LATE_MS).then(() => startPostgres({ port }))
  const pool = await eventual?.ready
  expect((await pool?.query('SELECT 7 AS n'))?.rows).toEqual([{ n: 7 }])
  await expect.poll(() => service.health.report('ready').status, { timeout: 20_000 }).toBe('healthy')
  expect(dials.length).toBeLessThan(40)
  const report = await service.stop()
  expect({ clean: report.clean, ended: pool?.ended }).toEqual({ clean: true, ended: true })
})

test('a wrong password is no reason to wait', async () => {
  const port = await freePort()
  await using _ = await startPostgres({ port })
  const service = newService()
  const { definition, dials } = poolAt(port)
  service.resource('database', {
    ...definition,
    start: async (context) => {
      const pool = await definition.start(context)
      try {
        await new pg.Client({ connectionString: `postgres://nobody@127.0.0.1:${port}/postgres` }).connect()
      } catch (error) {
        await pool.end()
        throw error
      }
      return pool
    },
  })
  await expect(service.start()).rejects.toMatchObject({
    code: 'SEA_START_FAILED',
    message: '"database" did not start: role "nobody" does not exist',
  })
  expect(dials).toHaveLength(1)
})
