// One receiver and one running service for a whole suite, here with node:test; other runners have the same hooks.
/* oxlint-disable typescript/no-floating-promises -- the runner itself waits for its tests */

// #region suite
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createService } from 'seaworthy'
import { startReceiver } from 'seaworthy/testing'

const receiver = await startReceiver()
const service = createService({
  name: 'greeter',
  admin: { port: 0 },
  shutdown: { drainDelay: 0 },
  env: receiver.environment(),
})
const web = service.listener('web', {
  start({ log }) {
    return (request, response) => {
      log.info({ path: request.url }, 'greeting')
      response.end('hello')
    }
  },
})

before(() => service.start())
after(async () => {
  await service.stop()
  await receiver.stop()
})

const get = (path: string): Promise<Response> => fetch(`${service.address(web)?.url}${path}`)

test('a request is traced', async () => {
  await get('/traced')
  const span = await receiver.waitForSpan({ kind: 'server', attribute: { 'url.path': '/traced' } })
  assert.equal(span.attributes['http.response.status_code'], 200)
})

test('a line of the log belongs to the trace of its request', async () => {
  await get('/logged')
  const span = await receiver.waitForSpan({ kind: 'server', attribute: { 'url.path': '/logged' } })
  const line = await receiver.waitForLog({ body: 'greeting', attribute: { path: '/logged' } })
  assert.equal(line.traceId, span.traceId)
})

test('requests are measured', async () => {
  await get('/measured')
  const point = await receiver.waitForMetric({ service: 'greeter', name: 'http.server.request.duration' })
  assert.equal(point.unit, 's')
})
// #endregion suite
