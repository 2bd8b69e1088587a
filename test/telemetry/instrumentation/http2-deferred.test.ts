import { context, trace } from '@opentelemetry/api'
import http2 from 'node:http2'
import { expect, test } from 'vitest'
import { setHttpRoute } from '../../../src/telemetry/instrumentation/http-route.ts'
import { deliverSpans, startTelemetry } from '../telemetry-fixture.ts'
import { connect, fetchHttp2, listen } from './http2-fixture.ts'

const TRACE_ID = '1234567890abcdef1234567890abcdef'
const traceparent = `00-${TRACE_ID}-1234567890abcdef-01`

test('a sampled request to an HTTP/2 server says the same as one by HTTP/1.1, on a connection with others', async () => {
  await using started = await startTelemetry()
  const port = await listen(
    http2.createServer((request, response) => {
      setHttpRoute('/orders/:id')
      trace.getActiveSpan()?.setAttribute('own', 1)
      request.resume()
      response.statusCode = request.url === '/orders/2' ? 503 : 201
      response.end()
    }),
  )
  const session = connect(`http://127.0.0.1:${port}`)
  const ask = async (path: string, headers = {}, body?: string): Promise<unknown> =>
    await fetchHttp2(session, { ':path': path, 'user-agent': 'test', traceparent, ...headers }, body)
  await ask('/orders/1?a=b&sig=secret')
  await ask('/orders/2')
  await ask('/orders/3', { 'user-agent': 'another', ':method': 'PURGE' }, 'body')
  const servers = (await deliverSpans(started, 6)).filter(({ kind }) => kind === 2)
  const common = {
    'client.address': '127.0.0.1',
    'http.request.method': 'GET',
    'http.route': '/orders/:id',
    'network.peer.address': '127.0.0.1',
    'network.peer.port': session.socket.localPort,
    'network.protocol.version': '2',
    own: 1,
    'server.address': '127.0.0.1',
    'server.port': port,
    'url.scheme': 'http',
    'user_agent.original': 'test',
  }
  expect(servers.map(({ name, status, attributes }) => [name, status.code, attributes])).toEqual([
    [
      'GET /orders/:id',
      0,
      { ...common, 'http.response.status_code': 201, 'url.path': '/orders/1', 'url.query': 'a=b&sig=REDACTED' },
    ],
    [
      'GET /orders/:id',
      2,
      { ...common, 'error.type': '503', 'http.response.status_code': 503, 'url.path': '/orders/2' },
    ],
    [
      'HTTP /orders/:id',
      0,
      {
        ...common,
        'http.request.method': '_OTHER',
        'http.request.method_original': 'PURGE',
        'http.response.status_code': 201,
        'url.path': '/orders/3',
        'user_agent.original': 'another',
      },
    ],
  ])
  expect(new Set(servers.map(({ traceId }) => traceId))).toEqual(new Set([TRACE_ID]))
})

test('a request to an HTTP/2 server that is not sampled is measured by its route, and its context goes on', async () => {
  await using started = await startTelemetry({ env: { OTEL_TRACES_SAMPLER: 'always_off' } })
  const seen: unknown[] = []
  const port = await listen(
    http2.createServer((_request, response) => {
      setHttpRoute('/orders/:id')
      const span = trace.getSpan(context.active())
      seen.push(span?.isRecording(), span?.spanContext().traceId)
      response.end()
    }),
  )
  await fetchHttp2(connect(`http://127.0.0.1:${port}`), { ':path': '/orders/1', traceparent })
  await started.telemetry.flush(5000)
  expect(seen).toEqual([false, TRACE_ID])
  expect(started.receiver.store.spans()).toEqual([])
  const [series] = started.receiver.store.metrics({ name: 'http.server.request.duration' })
  expect(series?.latest.attributes).toEqual({
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'http.route': '/orders/:id',
    'network.protocol.version': '2',
    'url.scheme': 'http',
  })
  const [active] = started.receiver.store.metrics({ name: 'http.server.active_requests' })
  expect(active?.latest).toMatchObject({ value: 0 })
})

test('a client that gives up a request to an HTTP/2 server leaves a span that says so and is no error', async () => {
  await using started = await startTelemetry()
  let arrived = (): void => {}
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const port = await listen(http2.createServer(() => arrived()))
  const stream = connect(`http://127.0.0.1:${port}`).request({ ':path': '/slow' })
  stream.on('error', () => {})
  await arrival
  stream.close(http2.constants.NGHTTP2_CANCEL)
  const server = (await deliverSpans(started, 2)).find(({ kind }) => kind === 2)
  expect(server).toMatchObject({ status: { code: 0 }, attributes: { 'seaworthy.http.aborted': true } })
  expect(server?.attributes).not.toHaveProperty('http.response.status_code')
})
