// Express: middleware, a router, a parameter, an error.
import http from 'node:http'
import express from 'express'
import { trace } from '@opentelemetry/api'

const app = express()
app.use(express.json())
const orders = express.Router()
// oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 takes a promise that is rejected for an error
orders.get('/:id', async (request, response) => {
  await trace.getTracer('program').startActiveSpan('load order', async (span) => span.end())
  if (request.params.id === '2') throw new TypeError('no such order')
  response.json({ id: request.params.id })
})
orders.post('/', (request, response) => response.status(201).json(request.body))
app.use('/orders', orders)
app.use((_error, _request, response, _next) => response.status(500).end())
const server = app.listen(0, '127.0.0.1', () => void callAll())

async function callAll() {
  const call = (path, method = 'GET', body) =>
    new Promise((resolve) => {
      const options = { method, headers: { 'content-type': 'application/json' } }
      http
        .request(`http://127.0.0.1:${server.address().port}${path}`, options, (response) =>
          response.resume().on('end', resolve),
        )
        .end(body)
    })
  await call('/orders/1?q=1')
  await call('/orders/2')
  await call('/orders', 'POST', '{"id":3}')
  await call('/nowhere')
  server.closeAllConnections()
  server.close()
}
