import { metrics, trace } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { startServer, startTelemetry } from './telemetry-fixture.ts'

test('a request leaves a server span at the collector, child of the span that the caller sent', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => response.end('ok'))
  const traceId = '0af7651916cd43dd8448eb211c80319c'

  await fetch(`${server.url}/orders/1?a=b`, { headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } })
  await started.telemetry.flush(2000)

  const [span] = started.receiver.store.spans({ traceId, kind: 'server' })
  expect(span).toMatchObject({ name: 'GET', parentSpanId: 'b7ad6b7169203331', service: 'fixture' })
  expect(span?.attributes).toMatchObject({
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'url.path': '/orders/1',
    'url.query': 'a=b',
    'url.scheme': 'http',
    'server.address': '127.0.0.1',
    'server.port': server.port,
  })
})

test('after the final flush the account balances and everything was delivered', async () => {
  await using started = await startTelemetry()
  const tracer = trace.getTracer('test')
  for (let index = 0; index < 1000; index++) tracer.startSpan(`span ${index}`).end()
  metrics.getMeter('test').createCounter('things').add(1)
  started.telemetry.emitLogLine(JSON.stringify({ level: 30, msg: 'hello' }))

  const outcome = await started.telemetry.flush(5000)

  const { traces, metrics: points, logs } = started.telemetry.account()
  expect(outcome.complete).toBe(true)
  expect(traces).toEqual({ created: 1000, delivered: 1000, rejected: 0, dropped: {}, pending: 0 })
  expect(logs).toEqual({ created: 1, delivered: 1, rejected: 0, dropped: {}, pending: 0 })
  expect(points.pending).toBe(0)
  expect(points.delivered).toBeGreaterThan(0)
  expect(started.receiver.store.stats.traces.received).toBe(1000)
})
