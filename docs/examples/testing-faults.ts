// What a service does while its collector fails: the receiver fails on demand.

import assert from 'node:assert/strict'

// #region refused
import { createService } from 'seaworthy'
import { startReceiver } from 'seaworthy/testing'

const receiver = await startReceiver({
  fault: { kind: 'status', httpStatus: 503, retryAfter: '1s', requests: 1 },
})
const service = createService({
  name: 'greeter',
  admin: { port: 0 },
  shutdown: { drainDelay: 0 },
  env: { ...receiver.environment(), OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
})
const web = service.listener('web', { start: () => (_request, response) => response.end('hello') })
await service.start()

await fetch(`${service.address(web)?.url}/greeting`)
await receiver.waitForSpan({ kind: 'server', attribute: { 'url.path': '/greeting' } }) // at the second attempt

const { asked, faults, total } = receiver.counts
assert.equal(faults.status, 1)
assert.ok(asked > total.rejectedRequests)
assert.equal(receiver.fault, undefined) // its one request is used up
// #endregion refused

// #region outage
await receiver.setFault({ kind: 'refuse' }) // nobody listens any more
await fetch(`${service.address(web)?.url}/in-the-outage`)
await receiver.setFault(undefined) // on the same port as before
await receiver.waitForSpan({ attribute: { 'url.path': '/in-the-outage' } }, { timeout: '20s' })
// #endregion outage

await service.stop()
await receiver.stop()
