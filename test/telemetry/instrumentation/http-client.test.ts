import { context, propagation, trace } from '@opentelemetry/api'
import { Agent, type ClientRequest, get, type IncomingMessage, request as httpRequest } from 'node:http'
import { type AddressInfo, createServer as createNetServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import type { Attributes } from '../../../src/otlp/model.ts'
import type { StoredSpan } from '../../../src/store/stored-item.ts'
import { deliverSpans, exchangeRaw, rawGet, readBody, startServer, startTelemetry } from '../telemetry-fixture.ts'

function clientSpan(spans: readonly StoredSpan[]): StoredSpan | undefined {
  return spans.find((span) => span.kind === 3)
}

function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve).on('error', reject)
  })
}

/** What a server would have seen: the raw headers by turns. */
async function startEcho() {
  return await startServer((request, response) => {
    response.end(JSON.stringify(request.rawHeaders))
  })
}

test.for(['node:http', 'fetch'])('a request through two servers by %s is one trace', async (client) => {
  await using started = await startTelemetry()
  await using back = await startServer((_request, response) => response.end('from the back'))
  await using front = await startServer(async (_request, response) => {
    if (client === 'fetch') response.end(await (await fetch(`${back.url}/stock`)).text())
    else response.end(await readBody(await answerOf(get(`${back.url}/stock`))))
  })

  const answer = await exchangeRaw(front.port, rawGet('/orders'))
  const spans = await deliverSpans(started, 3)

  expect(answer).toContain('from the back')
  const at = (path: string, kind: number): StoredSpan | undefined =>
    spans.find(
      (span) =>
        span.kind === kind &&
        [path, `${back.url}${path}`].includes(span.attributes[kind === 2 ? 'url.path' : 'url.full'] as string),
    )
  const [outer, call, inner] = [at('/orders', 2), at('/stock', 3), at('/stock', 2)]
  expect(new Set(spans.map((span) => span.traceId)).size).toBe(1)
  expect(call).toMatchObject({ name: 'GET', parentSpanId: outer?.spanId, status: { code: 0 } })
  expect(inner?.parentSpanId).toBe(call?.spanId)
  expect(call?.attributes).toMatchObject({
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'server.address': '127.0.0.1',
    'server.port': back.port,
    'url.full': `${back.url}/stock`,
  })
  const [series] = started.receiver.store.metrics({ name: 'http.client.request.duration' })
  expect(series?.latest).toMatchObject({ count: 1, unit: 's' })
  expect(series?.latest.attributes).not.toHaveProperty('url.full')
})

test('baggage of a request goes on to the next service', async () => {
  await using started = await startTelemetry()
  await using back = await startServer((request, response) => response.end(String(request.headers['baggage'])))
  await using front = await startServer(async (_request, response) => {
    response.end(await (await fetch(back.url)).text())
  })

  const answer = await exchangeRaw(front.port, rawGet('/', { baggage: 'tenant=acme' }))
  await deliverSpans(started, 3)

  expect(answer).toContain('tenant=acme')
})

test('headers given as a list arrive as they were given, and the context with them', async () => {
  await using started = await startTelemetry()
  await using echo = await startEcho()
  const headers = ['Host', 'shop.example', 'X-First', 'one', 'X-First', 'two']

  const answer = await answerOf(get({ port: echo.port, host: '127.0.0.1', headers }))
  const sent = JSON.parse(await readBody(answer)) as string[]
  const span = clientSpan(await deliverSpans(started, 2))

  expect(sent.slice(0, headers.length)).toEqual(headers)
  expect(sent[sent.indexOf('traceparent') + 1]).toBe(`00-${span?.traceId}-${span?.spanId}-03`)
})

test('a request that expects 100-continue still works', async () => {
  await using started = await startTelemetry()
  await using server = await startServer(async (request, response) => response.end(await readBody(request)))

  const request = httpRequest(server.url, { method: 'POST', headers: { Expect: '100-continue' } })
  const answer = answerOf(request)
  request.on('continue', () => request.end('the body'))
  request.flushHeaders()

  expect(await readBody(await answer)).toBe('the body')
  expect(await deliverSpans(started, 2)).toHaveLength(2)
})

test('a context that the caller puts into the headers by hand is continued', async () => {
  await using started = await startTelemetry()
  await using echo = await startEcho()
  const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }

  const byHttp = JSON.parse(await readBody(await answerOf(get(echo.url, { headers })))) as string[]
  const byFetch = (await (await fetch(echo.url, { headers })).json()) as string[]
  const spans = await deliverSpans(started, 4)

  for (const sent of [byHttp, byFetch]) {
    expect(sent.filter((text) => text === 'traceparent')).toHaveLength(1)
    expect(sent[sent.indexOf('traceparent') + 1]).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-/)
    expect(sent[sent.indexOf('traceparent') + 1]).not.toBe(headers.traceparent)
  }
  expect(spans.filter((span) => span.kind === 3).map((span) => span.parentSpanId)).toEqual([
    'b7ad6b7169203331',
    'b7ad6b7169203331',
  ])
})

test('inside of a span, headers copied from elsewhere do not replace its context', async () => {
  await using started = await startTelemetry()
  await using echo = await startEcho()
  const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }
  const span = trace.getTracer('test').startSpan('copying')

  await context.with(trace.setSpan(context.active(), span), async () => {
    await (await fetch(echo.url, { headers })).text()
  })
  span.end()
  const spans = await deliverSpans(started, 3)

  expect(clientSpan(spans)?.traceId).toBe(span.spanContext().traceId)
})

test('an answer of 404 is an error for the client', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => {
    response.statusCode = 404
    response.end()
  })

  await (await fetch(server.url)).text()
  const span = clientSpan(await deliverSpans(started, 2))

  expect(span?.status.code).toBe(2)
  expect(span?.attributes).toMatchObject({ 'error.type': '404', 'http.response.status_code': 404 })
})

test('credentials and signatures in a URL never leave the process', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => response.end())

  await readBody(await answerOf(get(`http://user:s3cr3t@127.0.0.1:${server.port}/file?sig=s3cr3t&page=2`)))
  await (await fetch(`${server.url}/file?sig=s3cr3t&page=2`)).text()
  const spans = await deliverSpans(started, 4)

  const urls = spans.filter((span) => span.kind === 3).map((span) => span.attributes['url.full'])
  expect(urls).toEqual([`${server.url}/file?sig=REDACTED&page=2`, `${server.url}/file?sig=REDACTED&page=2`])
})

const outcome = (attributes: Attributes | undefined): unknown => attributes?.['error.type']

test('a connection that is refused is an error with its code', async () => {
  await using started = await startTelemetry()

  const gone = await startServer(() => {})
  await gone[Symbol.asyncDispose]()

  await answerOf(get(gone.url)).catch(() => {})
  await fetch(gone.url).catch(() => {})
  const spans = await deliverSpans(started, 2)

  expect(spans.map((span) => [span.status.code, outcome(span.attributes)])).toEqual([
    [2, 'ECONNREFUSED'],
    [2, 'ECONNREFUSED'],
  ])
})

test('a request that its caller gives up is no error', async () => {
  await using started = await startTelemetry()
  // Given up only once it has arrived, or the server would have no span of it.
  let onArrival = (): void => {}
  await using server = await startServer((request, response) => {
    if (request.url === '/half') response.writeHead(200, { 'Content-Length': '10' }).write('half')
    onArrival()
  })

  const destroyed = get(server.url)
  onArrival = () => destroyed.destroy()
  await answerOf(destroyed).catch(() => {})
  onArrival = () => {}
  await answerOf(get(server.url, { signal: AbortSignal.abort() })).catch(() => {})
  const half = await answerOf(get(`${server.url}/half`))
  half.destroy()
  const controller = new AbortController()
  onArrival = () => controller.abort()
  await fetch(server.url, { signal: controller.signal }).catch(() => {})
  const spans = await deliverSpans(started, 7)

  const clients = spans.filter((span) => span.kind === 3)
  expect(clients.map((span) => [span.status.code, outcome(span.attributes)])).toEqual([
    [0, undefined],
    [0, undefined],
    [0, undefined],
    [0, undefined],
  ])
})

test('a time limit that runs out is an error, and so is an answer that breaks off', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((request, response) => {
    if (request.url !== '/half') return
    response.writeHead(200, { 'Content-Length': '10' }).write('half')
    setTimeout(() => request.socket.destroy(), 20)
  })

  await answerOf(get(server.url, { signal: AbortSignal.timeout(300) })).catch(() => {})
  await fetch(server.url, { signal: AbortSignal.timeout(300) }).catch(() => {})
  await readBody(await answerOf(get(`${server.url}/half`))).catch(() => {})
  await fetch(`${server.url}/half`)
    .then((answer) => answer.text())
    .catch(() => {})
  const spans = await deliverSpans(started, 8)

  const clients = spans.filter((span) => span.kind === 3)
  expect(clients.map((span) => [span.status.code, outcome(span.attributes)])).toEqual([
    [2, 'timeout'],
    [2, 'timeout'],
    [2, 'ECONNRESET'],
    [2, 'UND_ERR_SOCKET'],
  ])
})

test('requests over a reused connection have their own spans and keep the context in their listeners', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => response.end('body'))
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const seen: (string | undefined)[] = []
  const tracer = trace.getTracer('test')

  const traceIds: string[] = []
  for (let index = 0; index < 3; index++) {
    const span = tracer.startSpan('caller')
    traceIds.push(span.spanContext().traceId)
    await context.with(trace.setSpan(context.active(), span), async () => {
      const answer = await answerOf(get(server.url, { agent }))
      answer.on('data', () => seen.push(trace.getActiveSpan()?.spanContext().traceId))
      await new Promise((resolve) => {
        answer.on('end', resolve)
      })
    })
    span.end()
  }
  agent.destroy()
  await deliverSpans(started, 9)

  expect(seen).toEqual(traceIds)
})

test('what telemetry itself sends leaves no span', async () => {
  await using started = await startTelemetry({ env: { OTEL_BSP_SCHEDULE_DELAY: '1' } })
  trace.getTracer('test').startSpan('the only one').end()
  const spans = await deliverSpans(started, 1)

  expect(spans.map((span) => span.name)).toEqual(['the only one'])
  expect(started.receiver.store.metrics({ name: 'http.client.request.duration' })).toEqual([])
  expect(propagation.getActiveBaggage()).toBeUndefined()
})

test('an upgraded connection ends its client span', async () => {
  await using started = await startTelemetry()
  const server = createNetServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo

  const request = get({ port, host: '127.0.0.1', headers: { Connection: 'Upgrade', Upgrade: 'echo' } })
  const [, socket] = await new Promise<[IncomingMessage, Duplex]>((resolve) => {
    request.on('upgrade', (answer, upgraded) => resolve([answer, upgraded]))
  })
  const [span] = await deliverSpans(started, 1)
  socket.destroy()
  server.close()

  expect(span?.status.code).toBe(0)
  expect(span?.attributes['http.response.status_code']).toBe(101)
})
