// Calls to a dependency under a policy. Here it is a server that fails twice; this copy asks it and ends.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createService } from 'seaworthy'
import { classifyError, createPolicy, PolicyError, resilientFetch } from 'seaworthy/resilience'

let requests = 0
const server = createServer((_request, response) => {
  requests += 1
  response.statusCode = requests < 3 ? 503 : 200
  response.end(JSON.stringify({ price: 7 }))
})
await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/quotes/7`

const service = createService({ name: 'orders', admin: { port: 0 }, shutdown: { drainDelay: 0 } })

// #region policy
const payments = createPolicy({
  name: 'payments',
  timeout: { total: '5s', attempt: '1s' },
  retry: { idempotent: 'keyed', attempts: 3 },
  breaker: { failures: 5, openFor: '10s' },
  bulkhead: { concurrency: 50, queue: 100 },
  log: () => service.log,
})

service.check(payments.healthCheck())
// #endregion policy

await service.start()
const { log } = service

// #region fetch
const fetchPayments = resilientFetch(payments, { deadlineHeader: 'x-envoy-expected-rq-timeout-ms' })

const response = await fetchPayments(url)
// #endregion fetch
if (response.status !== 200 || requests !== 3) throw new Error(`expected 200 at the third time, got ${response.status}`)

const client = { charge: async (_order: number, _options: object) => 'charged' }
// #region execute
const receipt = await payments.execute(({ signal, idempotencyKey }) => client.charge(7, { signal, idempotencyKey }), {
  idempotencyKey: 'order-7',
})
// #endregion execute

// #region classify
const fail = () => Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }))
try {
  await payments.execute(fail)
} catch (error) {
  const { category, retryable, code } = classifyError(error)
  const status = error instanceof PolicyError ? error.statusCode : 502
  log.warn({ category, retryable, code, status }, 'the payment service did not answer')
}
// #endregion classify

log.info({ receipt, state: payments.state }, 'done')
await service.stop()
server.close()
