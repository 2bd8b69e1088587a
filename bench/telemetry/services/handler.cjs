// The work of every variant: 86 bytes of JSON, and what the variant has besides as code of the service itself.
'use strict'
const { openSync } = require('node:fs')

const ANSWER = '{"id":"7","customer":"c-1042","items":[{"sku":"anchor","count":2}],"total":1185,"v":2}'
const HEADERS = { 'content-type': 'application/json', 'content-length': String(ANSWER.length) }

/** One line a request, to nowhere, as pino writes by itself: at once. */
function createLog() {
  const pino = require('pino')
  const options = process.env.BENCH_LOG_IDS === '1' ? { mixin: createActiveIds() } : {}
  return pino(options, pino.destination({ fd: openSync('/dev/null', 'w'), sync: true }))
}

/** As the guide has it for a service that keeps its own logger. */
function createActiveIds() {
  const { trace } = require('@opentelemetry/api')
  return () => {
    const span = trace.getActiveSpan()?.spanContext()
    return span === undefined
      ? {}
      : { trace_id: span.traceId, span_id: span.spanId, trace_flags: '0' + span.traceFlags }
  }
}

function createHandler() {
  const log = process.env.BENCH_LOG === 'pino' ? createLog() : undefined
  const histogram = process.env.BENCH_PROM === '1' ? createHistogram() : undefined
  return (request, response) => {
    const end = histogram?.startTimer()
    response.writeHead(200, HEADERS)
    response.end(ANSWER)
    if (log !== undefined) log.info({ path: request.url }, 'order read')
    if (end !== undefined) end({ method: request.method, route: '/orders/:id', status: 200 })
  }
}

function createHistogram() {
  const { Histogram } = require('prom-client')
  return new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of requests',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  })
}

module.exports = { ANSWER, HEADERS, createHandler, createLog }
