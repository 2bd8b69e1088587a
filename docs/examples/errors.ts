// What becomes of errors: some are meant for the client, the others say nothing. This copy ends itself.
import assert from 'node:assert/strict'

process.env['OTEL_SDK_DISABLED'] = 'true'

// #region errors
import { createService } from 'seaworthy'
import { HttpProblem } from 'seaworthy/problem'

const orders = new Map([['7', { id: '7', amount: 12 }]])

const service = createService({
  name: 'shop',
  admin: { port: 0 },
  logging: { level: 'fatal' },
  shutdown: { drainDelay: 0 },
})
const web = service.listener('web', {
  port: 0,
  start: () => async (request, response) => {
    if (request.url === '/boom') throw new Error('no connection to postgres://app:hunter2@10.1.2.3')
    const order = orders.get(request.url?.slice(1) ?? '')
    if (order === undefined) throw new HttpProblem(404, 'There is no such order')
    response.end(JSON.stringify(order))
  },
})
// #endregion errors

await service.start()
const url = service.address(web)?.url

const missing = await fetch(`${url}/8`)
assert.equal(missing.status, 404)
assert.equal(missing.headers.get('content-type'), 'application/problem+json')
assert.deepEqual(await missing.json(), {
  type: 'about:blank',
  title: 'Not Found',
  status: 404,
  detail: 'There is no such order',
})

const failed = await fetch(`${url}/boom`)
assert.equal(failed.status, 500)
assert.deepEqual(await failed.json(), { type: 'about:blank', title: 'Internal Server Error', status: 500 })

assert.equal((await fetch(`${url}/7`)).status, 200)
await service.stop()
