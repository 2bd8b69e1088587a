// The health checker alone, in a program that uses nothing else. This copy asks itself and ends.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLogging, HealthChecker, tcpCheck } from 'seaworthy'

const { log } = createLogging({ service: 'reports' })
const pool = { query: async (_sql: string, _options: { signal: AbortSignal }) => [{ one: 1 }] }
const queue = { lagSeconds: () => 12 }
const warehouse = { ping: async () => 'pong' }
const alarm = { raise: (text: string) => log.info({ text }, 'alarm') }

// #region register
const health = new HealthChecker({ log })
  .register({
    name: 'database',
    timeout: '2s',
    check: ({ signal }) => pool.query('select 1', { signal }),
  })
  .register({
    name: 'queue',
    critical: false,
    check: () => (queue.lagSeconds() > 10 ? { status: 'degraded', message: 'more than 10 s behind' } : undefined),
  })
  .register({
    name: 'collector',
    critical: false, // telemetry may be away, the service may not
    check: tcpCheck('http://127.0.0.1:4318'),
  })
// #endregion register

// #region follow
health.onTransition(({ kind, name, from, to, since, reason }) => {
  if (to === 'unhealthy') alarm.raise(`${kind} ${name}: ${from} to ${to} since ${since}: ${reason}`)
})
// #endregion follow

// #region thresholds
health.setThresholds({ fall: 5, checks: { database: { timeout: '500ms', interval: '5s' } } })
// #endregion thresholds

// #region groups
const grouped = new HealthChecker({ groups: ['exports', { name: 'writes', requiresReady: true }] }).register({
  name: 'warehouse',
  groups: ['exports'], // not "ready": without it, everything but the exports works
  check: () => warehouse.ping(),
})
// #endregion groups
if ((await grouped.checkHealth('exports')).status !== 'healthy') throw new Error('expected the exports to work')

// #region serve
await health.start() // each check runs once, then again and again in the background
const server = createServer(health.handler({ details: (request) => request.socket.remoteAddress === '127.0.0.1' }))
// #endregion serve

await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo
const answer = await fetch(`http://127.0.0.1:${port}/health`)
log.info({ status: answer.status, body: await answer.json() }, 'asked')
if (answer.status !== 200) throw new Error(`expected 200, got ${answer.status}`)

health.stop()
server.close()
