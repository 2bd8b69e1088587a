import { trace } from '@opentelemetry/api'
import { getRPCMetadata } from '@opentelemetry/core'
import { context } from '@opentelemetry/api'
import { request as httpRequest } from 'node:http'
import { expect, test, vi } from 'vitest'
import { setHttpRoute } from '../../../src/telemetry/instrumentation/http-route.ts'
import { deliverSpans, exchangeRaw, rawGet, sendRaw, startServer, startTelemetry } from '../telemetry-fixture.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const PARENT_ID = 'b7ad6b7169203331'
const TRACEPARENT = `00-${TRACE_ID}-${PARENT_ID}-01`

test('a request leaves a server span, child of the span that the caller sent', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => response.end('ok'))

  await exchangeRaw(server.port, rawGet('/orders/1?a=b', { traceparent: TRACEPARENT, 'User-Agent': 'test/1' }))

  const [span] = await deliverSpans(started, 1)
  expect(span).toMatchObject({ name: 'GET', kind: 2, traceId: TRACE_ID, parentSpanId: PARENT_ID, status: { code: 0 } })
  expect(span?.attributes).toMatchObject({
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'url.path': '/orders/1',
    'url.query': 'a=b',
    'url.scheme': 'http',
    'server.address': 'shop.example',
    'server.port': 8080,
    'client.address': '127.0.0.1',
    'network.protocol.version': '1.1',
    'user_agent.original': 'test/1',
  })
})

test('handlers of the body see the span, and so does what they wait for', async () => {
  await using started = await startTelemetry()
  const seen: (string | undefined)[] = []
  const note = (): void => void seen.push(trace.getActiveSpan()?.spanContext().traceId)
  await using server = await startServer((request, response) => {
    note()
    request.on('data', note)
    request.on('end', () => {
      note()
      setTimeout(() => {
        note()
        response.end()
      }, 5)
    })
    response.on('finish', note)
  })

  const body = `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\ntraceparent: ${TRACEPARENT}\r\nContent-Length: 3\r\n\r\nabc`
  await exchangeRaw(server.port, body)
  await deliverSpans(started, 1)

  expect(seen).toEqual([TRACE_ID, TRACE_ID, TRACE_ID, TRACE_ID, TRACE_ID])
})

test('requests on one connection, one after the other or pipelined, have their own contexts', async () => {
  await using started = await startTelemetry()
  const seen: string[] = []
  await using server = await startServer((request, response) => {
    request.resume().on('end', () => {
      setTimeout(() => {
        seen.push(`${request.url} ${trace.getActiveSpan()?.spanContext().traceId.slice(-2)}`)
        response.end()
      }, 5)
    })
  })
  const post = (path: string, end: string, more = ''): string =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\n${more}traceparent: ${TRACEPARENT.replace('9c-', `${end}-`)}\r\nContent-Length: 1\r\n\r\nx`

  await exchangeRaw(server.port, post('/a', '01') + post('/b', '02') + post('/c', '03', 'Connection: close\r\n'))
  await deliverSpans(started, 3)

  expect(seen.toSorted()).toEqual(['/a 01', '/b 02', '/c 03'])
})

test('outside of requests there is no context: not in timers of the process, not for the next connection', async () => {
  await using started = await startTelemetry()
  const outside: unknown[] = []
  await using server = await startServer((_request, response) => response.end())
  const timer = setInterval(() => outside.push(trace.getActiveSpan()), 1)

  for (let index = 0; index < 5; index++) await exchangeRaw(server.port, rawGet('/'))
  clearInterval(timer)
  await deliverSpans(started, 5)

  expect(outside.every((span) => span === undefined)).toBe(true)
  expect(trace.getActiveSpan()).toBeUndefined()
})

test('a route set by the application or by an instrumentation names the span and the metric', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((request, response) => {
    if (request.url === '/orders/1') setHttpRoute('/orders/:id')
    const metadata = getRPCMetadata(context.active())
    if (request.url === '/users/1' && metadata !== undefined) metadata.route = '/users/:id'
    response.end()
  })

  await exchangeRaw(server.port, rawGet('/orders/1'))
  await exchangeRaw(server.port, rawGet('/users/1'))
  const spans = await deliverSpans(started, 2)

  expect(spans.map((span) => [span.name, span.attributes['http.route']])).toEqual([
    ['GET /orders/:id', '/orders/:id'],
    ['GET /users/:id', '/users/:id'],
  ])
  const series = started.receiver.store.metrics({ name: 'http.server.request.duration' })
  expect(new Set(series.map(({ latest }) => latest.attributes['http.route']))).toEqual(
    new Set(['/orders/:id', '/users/:id']),
  )
})

test('a route set outside of any request does nothing', () => {
  expect(() => setHttpRoute('/orders/:id')).not.toThrow()
})

test('a server error is an error, a client error is none', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((request, response) => {
    response.statusCode = Number(request.url?.slice(1))
    response.end()
  })

  await exchangeRaw(server.port, rawGet('/404'))
  await exchangeRaw(server.port, rawGet('/503'))
  const spans = await deliverSpans(started, 2)

  expect(spans.map((span) => [span.status.code, span.attributes['error.type']])).toEqual([
    [0, undefined],
    [2, '503'],
  ])
})

test('a client that goes away ends the span without an error and without a status that was never sent', async () => {
  await using started = await startTelemetry()
  const arrived = Promise.withResolvers<void>()
  await using server = await startServer(() => arrived.resolve())

  const socket = await sendRaw(server.port, rawGet('/slow'))
  await arrived.promise
  socket.destroy()
  const [span] = await deliverSpans(started, 1)

  expect(span?.status.code).toBe(0)
  expect(span?.attributes).toMatchObject({ 'seaworthy.http.aborted': true })
  expect(span?.attributes).not.toHaveProperty('http.response.status_code')
  expect(span?.attributes).not.toHaveProperty('error.type')
})

test('a pipelined request whose client goes away before its turn ends its span, too', async () => {
  await using started = await startTelemetry()
  let arrived = 0
  await using server = await startServer((request, response) => {
    arrived++
    if (request.url === '/waits') response.end('behind the one that hangs')
  })

  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`
  const socket = await sendRaw(server.port, get('/hangs') + get('/waits'))
  await vi.waitFor(() => expect(arrived).toBe(2), 10_000)
  socket.destroy()

  const spans = await deliverSpans(started, 2)
  expect(spans).toHaveLength(2)
  const [active] = started.receiver.store.metrics({ name: 'http.server.active_requests' })
  expect(active?.latest).toMatchObject({ value: 0 })
})

test('a response that the handler destroys with an error is an error', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => {
    response.write('some')
    response.destroy(new RangeError('out of range'))
  })

  await exchangeRaw(server.port, rawGet('/')).catch(() => {})
  const [span] = await deliverSpans(started, 1)

  expect(span?.status.code).toBe(2)
  expect(span?.attributes['error.type']).toBe('RangeError')
})

test('a method that is not known becomes _OTHER and no time series of its own', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => response.end())

  await exchangeRaw(server.port, rawGet('/').replace('GET', 'PURGE'))
  const [span] = await deliverSpans(started, 1)

  expect(span?.name).toBe('HTTP')
  expect(span?.attributes).toMatchObject({
    'http.request.method': '_OTHER',
    'http.request.method_original': 'PURGE',
  })
  const [series] = started.receiver.store.metrics({ name: 'http.server.request.duration' })
  expect(series?.latest.attributes['http.request.method']).toBe('_OTHER')
})

test('signatures and passwords in a query never leave the process', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => response.end())

  await exchangeRaw(server.port, rawGet('/file?X-Amz-Signature=s3cr3t&page=2&pass%77ord=s3cr3t&sig=s3cr3t&flag'))
  const [span] = await deliverSpans(started, 1)

  expect(span?.attributes['url.query']).toBe('X-Amz-Signature=REDACTED&page=2&pass%77ord=REDACTED&sig=REDACTED&flag')
})

test('an ignored request leaves no span and no metric, and neither does what it calls', async () => {
  await using started = await startTelemetry({ ignoreRequest: (request) => request.url === '/livez' })
  await using other = await startServer((request, response) => {
    response.end(String(request.headers['traceparent']))
  })
  let headerAtOther = ''
  await using server = await startServer((request, response) => {
    request.resume().on('end', () => {
      trace.getTracer('test').startSpan('inside of the probe').end()
      httpRequest(`${other.url}/livez`, (answer) => {
        answer.on('data', (chunk) => (headerAtOther += String(chunk)))
        answer.on('end', () => response.end())
      }).end()
    })
  })

  await exchangeRaw(server.port, rawGet('/livez'))
  await exchangeRaw(other.port, rawGet('/real'))
  const spans = await deliverSpans(started, 1)

  expect(spans.map((span) => span.attributes['url.path'])).toEqual(['/real'])
  expect(headerAtOther).toBe('undefined')
  const counts = started.receiver.store
    .metrics({ name: 'http.server.request.duration' })
    .map(({ latest }) => (latest.type === 'histogram' ? latest.count : 0))
  expect(counts).toEqual([1])
  expect(started.receiver.store.metrics({ name: 'http.client.request.duration' })).toEqual([])
})

test('the duration has the boundaries of the conventions and no attribute of many values', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => response.end())

  await exchangeRaw(server.port, rawGet('/orders/1?a=b'))
  await deliverSpans(started, 1)

  const [series] = started.receiver.store.metrics({ name: 'http.server.request.duration' })
  expect(series?.latest).toMatchObject({
    unit: 's',
    count: 1,
    explicitBounds: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  })
  expect({ ...series?.latest.attributes }).toEqual({
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'network.protocol.version': '1.1',
    'url.scheme': 'http',
  })
})

test('a filter that throws costs the span and not the request', async () => {
  await using started = await startTelemetry({
    ignoreRequest: () => {
      throw new Error('broken filter')
    },
  })
  await using server = await startServer((_request, response) => response.end('served'))

  const answer = await exchangeRaw(server.port, rawGet('/'))
  await exchangeRaw(server.port, rawGet('/'))

  expect(answer).toContain('served')
  expect(started.log.lines).toEqual(['warn telemetry of something failed, the service goes on'])
})

test('nothing is observed after uninstall()', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => response.end())

  started.telemetry.uninstall()
  await exchangeRaw(server.port, rawGet('/'))
  await started.telemetry.flush(2000)

  expect(started.receiver.store.spans()).toEqual([])
})
