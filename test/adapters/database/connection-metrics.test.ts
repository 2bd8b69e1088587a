import { expect, test } from 'vitest'
import { measurePool } from '../../../src/adapters/database/connection-metrics.ts'
import { DatabaseGuard } from '../../../src/adapters/database/database-guard.ts'
import { silentLog } from '../../../src/core/log.ts'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { type StartedTelemetry, startTelemetry } from '../../telemetry/telemetry-fixture.ts'

/** The values of a metric by its attributes. */
function valuesOf({ receiver }: StartedTelemetry, name: string): [object, unknown][] {
  return receiver.store
    .metrics({ name })
    .map(({ latest }) => [latest.attributes, 'value' in latest ? Number(latest.value) : undefined])
}

test('a pool is measured as it is when somebody collects, until that is ended', async () => {
  await using started = await startTelemetry()
  let used = 0
  const end = measurePool('orders', () => ({ used, idle: 1, pending: 7, max: 4 }))
  measurePool('gone', () => ({ used, idle: 1, pending: 7, max: 4 }))()
  used = 3
  await started.telemetry.flush(5000)
  const pool = { 'db.client.connection.pool.name': 'orders' }
  expect(valuesOf(started, 'db.client.connection.count')).toEqual([
    [{ ...pool, 'db.client.connection.state': 'used' }, 3],
    [{ ...pool, 'db.client.connection.state': 'idle' }, 1],
  ])
  expect(valuesOf(started, 'db.client.connection.pending_requests')).toEqual([[pool, 7]])
  expect(valuesOf(started, 'db.client.connection.max')).toEqual([[pool, 4]])
  end()
})

test('what goes wrong is counted by its kind, and calls that are refused by what refused them', async () => {
  await using started = await startTelemetry()
  const guard = await DatabaseGuard.open({
    system: 'PostgreSQL',
    systemName: 'postgresql',
    dependency: 'orders (main)',
    log: silentLog,
    breaker: { failures: 2, openForMs: 1_000, probeTimeoutMs: 5_000 },
    clock: new ManualClock(),
  })
  guard.proven()
  guard.failed(new Error('x'), 'connect')
  guard.failed(new Error('x'), 'timeout')
  guard.lost(new Error('x'), guard.mark)
  await expect.poll(() => guard.isRefusing).toBe(true)
  expect(guard.refusal()).toMatchObject({ code: 'SEA_POLICY_CIRCUIT_OPEN' })
  await started.telemetry.flush(5000)
  const database = { dependency: 'orders (main)', 'db.system.name': 'postgresql' }
  expect(valuesOf(started, 'seaworthy.database.connection.errors')).toEqual([
    [{ ...database, kind: 'connect' }, 1],
    [{ ...database, kind: 'timeout' }, 1],
    [{ ...database, kind: 'lost' }, 1],
  ])
  // The name of a circuit has no brackets.
  expect(valuesOf(started, 'seaworthy.breaker.state')).toEqual([[{ dependency: 'orders _main_' }, 2]])
  expect(valuesOf(started, 'seaworthy.policy.calls')).toEqual([
    [{ dependency: 'orders _main_', outcome: 'circuit_open' }, 1],
  ])
})

test('the circuit is in the metrics before anything has happened to it', async () => {
  await using started = await startTelemetry()
  await DatabaseGuard.open({
    system: 'PostgreSQL',
    systemName: 'postgresql',
    dependency: 'orders',
    log: silentLog,
    breaker: { failures: 2, openForMs: 1_000, probeTimeoutMs: 5_000 },
  })
  await started.telemetry.flush(5000)
  expect(valuesOf(started, 'seaworthy.breaker.state')).toEqual([[{ dependency: 'orders' }, 0]])
})
