import { type AddressInfo, createServer, type Socket } from 'node:net'
import pg from 'pg'
import { expect, test } from 'vitest'
import { DatabaseGuard } from '../../../src/adapters/database/database-guard.ts'
import { GuardedPool } from '../../../src/adapters/postgres/guarded-pool.ts'
import type { WatchablePool } from '../../../src/adapters/postgres/pg-client.ts'
import { silentLog } from '../../../src/core/log.ts'
import { ManualClock } from '../../../src/core/manual-clock.ts'

/** Takes connections, and does with each what it is told; counts them. */
async function startFake(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  let dials = 0
  const server = createServer((socket) => {
    dials += 1
    sockets.add(socket)
    socket.on('error', () => {})
    onConnection(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    dials: () => dials,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function guard(port: number, max: number) {
  const clock = new ManualClock()
  const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'u', database: 'd', password: 'p', max })
  const watch = await DatabaseGuard.open({
    system: 'PostgreSQL',
    systemName: 'postgresql',
    dependency: 'db',
    log: silentLog,
    breaker: { failures: 5, openForMs: 1_000, probeTimeoutMs: 5_000 },
    clock,
  })
  const guarded = new GuardedPool(pool as unknown as WatchablePool, watch, 'db')
  watch.proven()
  return { clock, pool, [Symbol.asyncDispose]: () => guarded.end() }
}

/** How many ended with which code. */
function codesOf(results: readonly PromiseSettledResult<unknown>[]): Record<string, number> {
  const codes: Record<string, number> = {}
  for (const result of results) {
    const code = result.status === 'rejected' ? String((result.reason as { code?: unknown }).code) : 'answered'
    codes[code] = (codes[code] ?? 0) + 1
  }
  return codes
}

test('a thousand callers of a server that resets every connection dial no more than opens the circuit, and one a probe', async () => {
  await using server = await startFake((socket) => socket.resetAndDestroy())
  await using watched = await guard(server.port, 3)
  const ask = (): Promise<unknown> => watched.pool.query('SELECT 1')
  const codes = codesOf(await Promise.allSettled(Array.from({ length: 1_000 }, ask)))
  // Those under way when it opens end as they do: at most as many as the pool has connections.
  expect(server.dials()).toBeLessThanOrEqual(5 + 3)
  expect(codes['SEA_POLICY_CIRCUIT_OPEN']).toBeGreaterThanOrEqual(1_000 - (5 + 3))

  for (let second = 0; second < 10; second++) {
    await watched.clock.advance(1_000)
    await Promise.allSettled(Array.from({ length: 100 }, ask))
  }
  expect(server.dials()).toBeGreaterThanOrEqual(10)
  expect(server.dials()).toBeLessThanOrEqual(5 + 3 + 10)
})

test('a connection that is taken and never answered is given up after ten seconds, also where the pool has no limit', async () => {
  await using server = await startFake(() => {})
  await using watched = await guard(server.port, 1)
  const asked = watched.pool.query('SELECT 1').catch((error: unknown) => error)
  const alsoWaits = watched.pool.query('SELECT 1').catch((error: unknown) => error)
  await expect.poll(server.dials).toBe(1)
  await watched.clock.advance(9_999)
  await watched.clock.advance(1)
  expect(await asked).toMatchObject({
    code: 'SEA_DATABASE_TIMED_OUT',
    message: 'PostgreSQL: no connection within 10000 ms',
  })
  // The next in line dials, and has as long.
  await expect.poll(server.dials).toBe(2)
  await watched.clock.advance(10_000)
  expect(await alsoWaits).toMatchObject({ code: 'SEA_DATABASE_TIMED_OUT' })
})

test('while a probe is under way, calls are refused and do not wait behind it', async () => {
  let isSilent = false
  await using server = await startFake((socket) => {
    if (!isSilent) socket.resetAndDestroy()
  })
  await using watched = await guard(server.port, 1)
  const ask = (): Promise<unknown> => watched.pool.query('SELECT 1')
  await Promise.allSettled(Array.from({ length: 10 }, ask))
  isSilent = true
  await watched.clock.advance(1_000)
  const probe = ask().catch((error: unknown) => error)
  await expect(ask()).rejects.toMatchObject({ code: 'SEA_POLICY_CIRCUIT_OPEN' })
  await watched.clock.advance(10_000)
  // The circuit gives up the probe after five seconds, and whoever has made it is told.
  expect(await probe).toMatchObject({ code: 'SEA_POLICY_CIRCUIT_OPEN' })
})

test('the pool stays the object and the class that it was, and so do its clients', async () => {
  await using server = await startFake((socket) => socket.resetAndDestroy())
  const { clock: _, pool, ...watched } = await guard(server.port, 1)
  await using __ = watched
  expect(pool).toBeInstanceOf(pg.Pool)
  const Client = (pool as unknown as { Client: new (config: object) => pg.Client }).Client
  const client = new Client({})
  expect(client).toBeInstanceOf(pg.Client)
  expect(client.constructor.name).toBe(pg.Client.name)
})
