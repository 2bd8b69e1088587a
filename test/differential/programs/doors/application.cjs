// An Express application as people write them: it asks for its tracer and its logger in its first lines.
const http = require('node:http')
const express = require('express')
const { logs, metrics, trace } = require('@opentelemetry/api')

const tracer = trace.getTracer('application', '1.0.0')
const logger = logs.getLogger('application')

/** `ownUrl` says where it listens, as soon as somebody calls. */
exports.createApplication = (ownUrl) => {
  const app = express()
  // oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 takes a promise that is rejected for an error
  app.get('/orders/:id', async (request, response) => {
    // Not before: the API has nothing that would stand in for a meter.
    metrics.getMeter('application').createCounter('orders').add(1, { kind: 'a' })
    logger.emit({ body: 'an order', severityNumber: 9, attributes: { id: request.params.id } })
    await tracer.startActiveSpan('load order', async (span) => {
      await (await fetch(`${ownUrl()}/inner`)).text()
      span.end()
    })
    await new Promise((resolve) => {
      http.get(`${ownUrl()}/inner?q=1`, (inner) => inner.resume().on('end', resolve))
    })
    response.json({ id: request.params.id })
  })
  app.get('/inner', (_request, response) => response.end('inner'))
  app.get('/fails', () => {
    throw new RangeError('no')
  })
  app.use((_error, _request, response, _next) => response.status(500).end())
  return app
}
