// Ready-made checks of what a service depends on. This copy asks once, prints what it heard, and ends.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HealthChecker } from 'seaworthy'
import { diskSpaceCheck, eventLoopCheck, httpCheck, memoryCheck, postgresCheck, tcpCheck } from 'seaworthy/checks'

const payments = createServer((_, response) => response.end('{"ready":true}'))
await new Promise<void>((resolve) => void payments.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${(payments.address() as AddressInfo).port}/readyz`
const relay = new URL(url).host
const client = { query: () => Promise.resolve({ rows: [{ one: 1 }] }), release: () => {} }
const pool = { connect: () => Promise.resolve(client) }

// #region register
const health = new HealthChecker()
  .register(postgresCheck(pool, { timeout: '2s' }))
  .register(httpCheck(url, { name: 'payments', critical: false, body: (text) => JSON.parse(text).ready === true }))
  .register(tcpCheck(relay, { name: 'mail relay', critical: false }))
  .register(diskSpaceCheck('/tmp', { unhealthyBelowBytes: 0 }))
  .register(memoryCheck())
  .register(eventLoopCheck())
// #endregion register

const { status, checks } = await health.checkHealth()
for (const [name, { status: is, message = '' }] of Object.entries(checks)) console.log(is, name, message)
payments.close()
if (status === 'unhealthy') throw new Error('expected a health that can be worked with')
