import { context, trace } from '@opentelemetry/api'
import { once } from 'node:events'
import { createServer, request as httpRequest, Server, ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { expect, test, vi } from 'vitest'
import { markUnobserved } from '../../../src/core/unobserved-server.ts'
import { setHttpRoute } from '../../../src/telemetry/instrumentation/http-route.ts'
import { selfSignedCertificate } from '../../server/self-signed-certificate.ts'
import {
  deliverSpans,
  exchangeRaw,
  rawGet,
  sendRaw,
  type StartedTelemetry,
  startServer,
  startTelemetry,
} from '../telemetry-fixture.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const TRACEPARENT = `00-${TRACE_ID}-b7ad6b7169203331-01`

const activeTraceId = (): string | undefined => trace.getActiveSpan()?.spanContext().traceId

function durations({ receiver }: StartedTelemetry): [unknown, number][] {
  return receiver.store
    .metrics({ name: 'http.server.request.duration' })
    .map(({ latest }) => [
      latest.attributes['http.response.status_code'],
      latest.type === 'histogram' ? latest.count : 0,
    ])
}

test('every listener of a request without a body and of its answer sees the span', async () => {
  await using started = await startTelemetry()
  const seen: Record<string, unknown> = {}
  await using server = await startServer((request, response) => {
    for (const event of ['end', 'close']) request.on(event, () => (seen[`request ${event}`] = activeTraceId()))
    for (const event of ['finish', 'close']) response.on(event, () => (seen[`answer ${event}`] = activeTraceId()))
    request.resume()
    setTimeout(() => response.end('ok'), 2)
  })

  await exchangeRaw(server.port, rawGet('/', { traceparent: TRACEPARENT }))
  await deliverSpans(started, 1)

  expect(seen).toEqual({
    'request end': TRACE_ID,
    'request close': TRACE_ID,
    'answer finish': TRACE_ID,
    'answer close': TRACE_ID,
  })
})

test('listeners see the span of their own request when the client goes away, or has asked for more meanwhile', async () => {
  await using started = await startTelemetry()
  const seen: string[] = []
  await using server = await startServer((request, response) => {
    const note = (event: string) => (): void => {
      seen.push(`${request.url} ${event} ${activeTraceId()?.slice(-2)}`)
    }
    response.on('finish', note('finish')).on('close', note('close'))
    request.on('close', note('request close')).on('error', () => {})
    if (request.url === '/c') void setTimeout(() => socket.destroy(), 5)
    else setTimeout(() => response.end(), request.url === '/a' ? 10 : 1)
  })
  const get = (path: string, end: string): string =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\ntraceparent: ${TRACEPARENT.replace('9c-', `${end}-`)}\r\n\r\n`

  const socket = await sendRaw(server.port, get('/a', '01') + get('/b', '02'))
  await vi.waitFor(() => expect(seen).toContain('/b close 02'), 10_000)
  socket.write(get('/c', '03'))
  await deliverSpans(started, 3)

  expect(seen.toSorted()).toEqual([
    '/a close 01',
    '/a finish 01',
    '/a request close 01',
    '/b close 02',
    '/b finish 02',
    '/b request close 02',
    '/c close 03',
    '/c request close 03',
  ])
})

test('listeners of the end of an answer can still add to its span', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((request, response) => {
    const span = trace.getActiveSpan()
    response.on(request.url === '/a' ? 'finish' : 'close', () => {
      span?.setAttribute('late', true)
      setHttpRoute('/late')
    })
    response.end()
  })

  await exchangeRaw(server.port, rawGet('/a'))
  await exchangeRaw(server.port, rawGet('/b'))
  const spans = await deliverSpans(started, 2)

  expect(spans.map(({ name, attributes }) => [name, attributes['late'], attributes['http.route']])).toEqual([
    ['GET /late', true, '/late'],
    ['GET /late', true, '/late'],
  ])
})

test('what Node refuses by itself is observed: no host, an expectation nobody listens for, too many requests', async () => {
  await using started = await startTelemetry({ ignoreRequest: (request) => request.url === '/ignored' })
  await using server = await startServer((_request, response) => response.end())
  await using limited = await startServer((_request, response) => response.end())
  limited.server.maxRequestsPerSocket = 1

  await exchangeRaw(server.port, 'GET /no-host HTTP/1.1\r\nConnection: close\r\n\r\n')
  await exchangeRaw(server.port, 'GET /ignored HTTP/1.1\r\nConnection: close\r\n\r\n')
  await exchangeRaw(server.port, rawGet('/expects', { Expect: 'the-unexpected' }))
  await exchangeRaw(limited.port, `GET /1 HTTP/1.1\r\nHost: x\r\n\r\n${rawGet('/2')}`)
  const spans = await deliverSpans(started, 4)

  const seen = spans.map(({ attributes }) => [attributes['url.path'], attributes['http.response.status_code']])
  expect(seen).toEqual([
    ['/no-host', 400],
    ['/expects', 417],
    ['/1', 200],
    ['/2', 503],
  ])
  expect(durations(started)).toHaveLength(4)
})

test('a client that waits for 100 Continue is observed, whoever says it', async () => {
  await using started = await startTelemetry()
  const seen: unknown[] = []
  await using server = await startServer((request, response) => {
    request.resume().on('end', () => {
      seen.push(activeTraceId())
      response.end()
    })
  })
  const ask = async (path: string): Promise<void> => {
    const headers = { traceparent: TRACEPARENT, Expect: '100-continue', 'Content-Length': '1' }
    await exchangeRaw(server.port, `${rawGet(path, headers).replace('GET', 'POST')}x`)
  }

  await ask('/by-node')
  server.server.on('checkContinue', (request, response) => {
    response.writeContinue()
    server.server.emit('request', request, response)
  })
  await ask('/by-hand')
  const spans = await deliverSpans(started, 2)

  expect(spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/by-node', '/by-hand'])
  expect(seen).toEqual([TRACE_ID, TRACE_ID])
})

test('the path of a span is the one that was asked for, whatever a router makes of it', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((request, response) => {
    request.url = '/stripped'
    request.method = 'PUT'
    delete request.headers.host
    response.end()
  })

  await exchangeRaw(server.port, rawGet('/mounted/stripped?a=b'))
  const [span] = await deliverSpans(started, 1)

  expect(span?.attributes).toMatchObject({
    'http.request.method': 'GET',
    'url.path': '/mounted/stripped',
    'url.query': 'a=b',
    'server.address': 'shop.example',
  })
})

test('requests on one connection have their own hosts, methods and agents', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => response.end())
  const ask = (method: string, host: string, agent: string, more = ''): string =>
    `${method} / HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: ${agent}\r\n${more}\r\n`

  const asked = [
    ['GET', 'a.example', 'one'],
    ['GET', 'a.example', 'two'],
    ['HEAD', 'a.example', 'two'],
    ['HEAD', 'b.example', 'two'],
    ['HEAD', 'b.example', 'two'],
  ] as const
  const last = ask('DELETE', 'b.example', 'two', 'Connection: close\r\n')
  await exchangeRaw(server.port, asked.map(([method, host, agent]) => ask(method, host, agent)).join('') + last)
  const spans = await deliverSpans(started, 6)

  const names = ['http.request.method', 'server.address', 'user_agent.original'] as const
  expect(spans.map(({ attributes }) => names.map((name) => attributes[name]))).toEqual([
    ...asked,
    ['DELETE', 'b.example', 'two'],
  ])
})

test('what a handler sets counts, and what it reads is there', async () => {
  await using started = await startTelemetry()
  const read: unknown[] = []
  await using server = await startServer((request, response) => {
    const span = trace.getActiveSpan() as unknown as { readonly attributes: Record<string, unknown> }
    if (request.url === '/read') read.push(span.attributes['url.path'], span.attributes['http.request.method'])
    trace.getActiveSpan()?.setAttributes({ 'http.response.status_code': 418, 'http.route': '/none', own: 1 })
    if (request.url === '/read') trace.getActiveSpan()?.setAttribute('url.path', '/mine')
    setHttpRoute('/:any')
    response.end()
  })

  await exchangeRaw(server.port, rawGet('/read'))
  await exchangeRaw(server.port, rawGet('/set'))
  const spans = await deliverSpans(started, 2)

  expect(read).toEqual(['/read', 'GET'])
  expect(spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/mine', '/set'])
  for (const { attributes } of spans) {
    expect(attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.route': '/:any',
      'http.response.status_code': 200,
      own: 1,
    })
  }
})

test('limits of attributes hold for those of requests', async () => {
  await using started = await startTelemetry({ env: { OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '4' } })
  await using server = await startServer((_request, response) => response.end())

  await exchangeRaw(server.port, rawGet('/orders'))
  const [span] = await deliverSpans(started, 1)

  expect(span?.attributes).toMatchObject({ 'url.path': '/ord', 'server.address': 'shop', 'server.port': 8080 })
})

test('baggage comes along, with a parent and without', async () => {
  await using started = await startTelemetry()
  const { propagation } = await import('@opentelemetry/api')
  const seen: unknown[] = []
  await using server = await startServer((_request, response) => {
    seen.push([activeTraceId() === TRACE_ID, propagation.getBaggage(context.active())?.getEntry('tenant')?.value])
    response.end()
  })

  await exchangeRaw(server.port, rawGet('/', { traceparent: TRACEPARENT, baggage: 'tenant=7' }))
  await exchangeRaw(server.port, rawGet('/', { baggage: 'tenant=8' }))
  await deliverSpans(started, 2)

  expect(seen).toEqual([
    [true, '7'],
    [false, '8'],
  ])
})

test('the formats are those of OTEL_PROPAGATORS', async () => {
  await using started = await startTelemetry({ env: { OTEL_PROPAGATORS: 'b3' } })
  await using server = await startServer((_request, response) => response.end())

  await exchangeRaw(server.port, rawGet('/', { b3: `${TRACE_ID}-b7ad6b7169203331-1`, traceparent: 'ignored' }))
  await exchangeRaw(server.port, rawGet('/', { traceparent: TRACEPARENT }))
  const spans = await deliverSpans(started, 2)

  expect(spans.map(({ traceId }) => traceId === TRACE_ID)).toEqual([true, false])
})

test('a measurement points at the span of its request', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => response.end())

  await exchangeRaw(server.port, rawGet('/', { traceparent: TRACEPARENT }))
  const [span] = await deliverSpans(started, 1)

  const [series] = started.receiver.store.metrics({ name: 'http.server.request.duration' })
  expect(series?.latest).toMatchObject({ exemplars: [{ traceId: TRACE_ID, spanId: span?.spanId }] })
})

test('a request that is not sampled is measured, and leaves no span', async () => {
  await using started = await startTelemetry({ env: { OTEL_TRACES_SAMPLER: 'always_off' } })
  const flags: unknown[] = []
  await using server = await startServer((request, response) => {
    flags.push(trace.getActiveSpan()?.spanContext().traceFlags)
    if (request.url === '/500') response.statusCode = 500
    else setHttpRoute('/fine')
    response.end()
  })

  await exchangeRaw(server.port, rawGet('/200'))
  await exchangeRaw(server.port, rawGet('/500'))
  await exchangeRaw(server.port, rawGet('/500'))
  await started.telemetry.flush(2000)

  expect(started.receiver.store.spans()).toEqual([])
  expect(flags.every((flag) => ((flag as number) & 1) === 0)).toBe(true)
  expect(new Map(durations(started) as [number, number][])).toEqual(
    new Map([
      [200, 1],
      [500, 2],
    ]),
  )
  const series = started.receiver.store.metrics({ name: 'http.server.request.duration' })
  const errors = series.map(({ latest: { attributes } }) => [attributes['http.route'], attributes['error.type']])
  expect(new Map(errors as [string, string][])).toEqual(
    new Map([
      ['/fine', undefined],
      [undefined, '500'],
    ]),
  )
})

test('servers with TLS are observed, those from before and those from after the start', async () => {
  const certificate = selfSignedCertificate()
  const listen = async (): Promise<https.Server> => {
    const server = https.createServer(certificate, (_request, response) => response.end(String(activeTraceId())))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return server
  }
  const ask = async (server: https.Server): Promise<string> => {
    const { port } = server.address() as AddressInfo
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
    socket.write(rawGet('/', { traceparent: TRACEPARENT }))
    let answer = ''
    for await (const chunk of socket) answer += String(chunk)
    return answer
  }
  const before = await listen()
  await using started = await startTelemetry()
  const after = await listen()

  expect(await ask(before)).toContain(TRACE_ID)
  expect(await ask(after)).toContain(TRACE_ID)
  const spans = await deliverSpans(started, 2)
  for (const server of [before, after]) server.close()

  expect(spans.map(({ attributes }) => attributes['url.scheme'])).toEqual(['https', 'https'])
})

test('what is handed out by hand is no request of a client, and its context stays where it is', async () => {
  await using started = await startTelemetry()
  const seen: unknown[] = []
  const inner = createServer((_request, response) => {
    seen.push(activeTraceId())
    response.end()
  })
  let left: unknown
  await using outer = await startServer((request, response) => {
    if (request.url === '/handed-on') inner.emit('request', request, response)
    else {
      inner.emit('request', Object.create(request), new ServerResponse(request))
      response.end()
    }
    left = activeTraceId()
  })

  await exchangeRaw(outer.port, rawGet('/handed-on', { traceparent: TRACEPARENT }))
  await exchangeRaw(outer.port, rawGet('/made', { traceparent: TRACEPARENT }))
  const spans = await deliverSpans(started, 2)

  expect(spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/handed-on', '/made'])
  expect(seen).toEqual([TRACE_ID, TRACE_ID])
  expect(left).toBe(TRACE_ID)
})

test('what is done for a request to a server that is marked as unobserved leaves nothing either', async () => {
  await using started = await startTelemetry()
  await using other = await startServer((request, response) => response.end(String(request.headers['traceparent'])))
  let header = ''
  await using server = await startServer((request, response) => {
    request.resume().on('end', () => {
      trace.getTracer('test').startSpan('inside').end()
      httpRequest(`${other.url}/other`, (answer) => {
        answer.on('data', (chunk) => (header += String(chunk)))
        answer.on('end', () => response.end())
      }).end()
    })
  })
  markUnobserved(server.server)

  await exchangeRaw(server.port, `${rawGet('/', { 'Content-Length': '1' })}x`)
  const spans = await deliverSpans(started, 1)

  expect(header).toBe('undefined')
  expect(spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/other'])
})

test('an answer that is taken from its connection counts as aborted when that ends', async () => {
  await using started = await startTelemetry()
  let isOpen: boolean | undefined
  await using server = await startServer((request, response) => {
    response.detachSocket(request.socket)
    isOpen = trace.getActiveSpan()?.isRecording()
    request.socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nby hand')
  })

  expect(await exchangeRaw(server.port, rawGet('/'))).toContain('by hand')
  const [span] = await deliverSpans(started, 1)

  expect(isOpen).toBe(true)
  expect(span?.attributes).toMatchObject({ 'seaworthy.http.aborted': true })
})

test('the classes of Node are as they were after uninstall(), and what somebody put over ours stays', async () => {
  const methods = (): unknown[] => [
    Object.getOwnPropertyDescriptor(Server.prototype, 'emit'),
    Object.getOwnPropertyDescriptor(https.Server.prototype, 'emit'),
    Object.getOwnPropertyDescriptor(ServerResponse.prototype, 'detachSocket'),
  ]
  const before = methods()
  {
    await using started = await startTelemetry()
    expect(methods()).not.toEqual(before)
    started.telemetry.uninstall()
    expect(methods()).toEqual(before)
  }

  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => response.end())
  // oxlint-disable-next-line typescript/unbound-method -- it is called with the server below
  const { emit } = Server.prototype
  let count = 0
  Server.prototype.emit = function (this: Server, ...args: unknown[]) {
    if (args[0] === 'request') count++
    return Reflect.apply(emit, this, args)
  } as typeof emit
  try {
    await exchangeRaw(server.port, rawGet('/'))
    await vi.waitFor(() => expect(started.telemetry.account().traces.created).toBe(1), 10_000)
    started.telemetry.uninstall()
    await exchangeRaw(server.port, rawGet('/'))
    expect(count).toBe(2)
    expect(started.telemetry.account().traces.created).toBe(1)
  } finally {
    Reflect.deleteProperty(Server.prototype, 'emit')
  }
})
