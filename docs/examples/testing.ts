// Asserting on telemetry in a test of your own, with any test runner.

// #region test
import assert from 'node:assert/strict'
import { createService } from 'seaworthy'
import { startReceiver } from 'seaworthy/testing'

const receiver = await startReceiver()
const service = createService({
  name: 'greeter',
  admin: { port: 0 },
  shutdown: { drainDelay: 0 },
  env: receiver.environment(),
})
const web = service.listener('web', { start: () => (_request, response) => response.end('hello') })
await service.start()

await fetch(`${service.address(web)?.url}/greeting`)
await service.stop() // delivers everything

const span = await receiver.waitForSpan({ service: 'greeter', kind: 'server' })
assert.equal(span.attributes['http.response.status_code'], 200)
assert.equal(span.attributes['url.path'], '/greeting')
await receiver.stop()
// #endregion test
