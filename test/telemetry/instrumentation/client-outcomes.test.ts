import { context, trace } from '@opentelemetry/api'
import { once } from 'node:events'
import { type ClientRequest, get, type IncomingMessage, request as httpRequest } from 'node:http'
import http2 from 'node:http2'
import { get as httpsGet } from 'node:https'
import { type AddressInfo, createServer as createNetServer } from 'node:net'
import { expect, test } from 'vitest'
import type { StoredSpan } from '../../../src/store/stored-item.ts'
import { selfSignedCertificate } from '../../server/self-signed-certificate.ts'
import { closedPort, deliverSpans, readBody, startServer, startTelemetry } from '../telemetry-fixture.ts'

const CLIENT = 3

const clientsOf = (spans: readonly StoredSpan[]): StoredSpan[] => spans.filter(({ kind }) => kind === CLIENT)

const typesOf = (spans: readonly StoredSpan[]): unknown[] =>
  clientsOf(spans).map(({ status, attributes }) => [status.code, attributes['error.type']])

function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve).on('error', reject)
  })
}

/** Until a request is over, however that was. */
async function over(request: ClientRequest): Promise<void> {
  request.on('error', () => {}).on('response', (answer) => answer.on('error', () => {}).resume())
  await new Promise((resolve) => {
    request.on('close', resolve)
  })
}

test.for(['node:http', 'fetch'])('a request by %s says to whom it went and what was spoken there', async (client) => {
  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => response.end('body'))
  if (client === 'fetch') await (await fetch(`${server.url}/a%20b?q=1&sig=x`)).text()
  else await readBody(await answerOf(get(`${server.url}/a%20b?q=1&sig=x`)))
  const [span] = clientsOf(await deliverSpans(started, 2))
  expect(span?.attributes).toEqual({
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'network.peer.address': '127.0.0.1',
    'network.peer.port': server.port,
    'network.protocol.version': '1.1',
    'server.address': '127.0.0.1',
    'server.port': server.port,
    'url.full': `${server.url}/a%20b?q=1&sig=REDACTED`,
    'url.scheme': 'http',
  })
  const [series] = started.receiver.store.metrics({ name: 'http.client.request.duration' })
  expect(series?.latest.attributes).toMatchObject({ 'network.protocol.version': '1.1' })
})

test.for([200, 404, 500])('the status %i is what it is, for every client', async (status) => {
  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => {
    response.statusCode = status
    response.end()
  })
  await over(get(server.url))
  await (await fetch(server.url)).text()
  const outcome = status < 400 ? [0, undefined] : [2, String(status)]
  expect(typesOf(await deliverSpans(started, 4))).toEqual([outcome, outcome])
})

test('a connection that is refused, a name that nobody has, and a certificate that nobody trusts have their codes', async () => {
  await using started = await startTelemetry()
  const port = await closedPort()
  const secure = http2.createSecureServer({ ...selfSignedCertificate(), allowHTTP1: true }, (_request, response) => {
    response.end()
  })
  secure.listen(0, '127.0.0.1')
  await once(secure, 'listening')
  const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND nobody.invalid'), { code: 'ENOTFOUND' })
  const lookup = (_host: string, _options: object, callback: (error: Error, addresses: []) => void): void => {
    callback(unknown, [])
  }

  await over(get(`http://127.0.0.1:${port}`))
  await over(get({ host: 'nobody.invalid', lookup }))
  await over(httpsGet(`https://127.0.0.1:${(secure.address() as AddressInfo).port}`))
  await fetch(`http://127.0.0.1:${port}`).catch(() => {})
  secure.close()

  expect(typesOf(await deliverSpans(started, 4))).toEqual([
    [2, 'ECONNREFUSED'],
    [2, 'ENOTFOUND'],
    [2, expect.stringMatching(/^(?:DEPTH_ZERO_SELF_SIGNED_CERT|ERR_TLS_CERT_ALTNAME_INVALID)$/)],
    [2, 'ECONNREFUSED'],
  ])
})

test('a request that its caller destroys is no error, but for one that it has waited for too long', async () => {
  await using started = await startTelemetry()
  let onArrival = (): void => {}
  await using server = await startServer(() => onArrival())

  const slow = get(server.url, { timeout: 100 })
  slow.on('timeout', () => slow.destroy())
  await over(slow)
  const cancelled = get(server.url)
  onArrival = () => cancelled.destroy()
  await over(cancelled)
  const controller = new AbortController()
  onArrival = () => controller.abort('a reason of its own')
  await fetch(server.url, { signal: controller.signal }).catch(() => {})

  expect(typesOf(await deliverSpans(started, 6))).toEqual([
    [2, 'timeout'],
    [0, undefined],
    [0, undefined],
  ])
})

test('each request that follows a redirect says which it is, of fetch and of who follows by hand', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((request, response) => {
    const next = { '/first': '/second', '/second': './third?sig=x' }[request.url ?? '']
    if (next !== undefined) response.writeHead(302, { location: next })
    response.end('done')
  })
  const tracer = trace.getTracer('test')
  const inSpan = async (work: () => Promise<void>): Promise<void> => {
    const span = tracer.startSpan('caller')
    await context.with(trace.setSpan(context.active(), span), work)
    span.end()
  }
  await inSpan(async () => void (await (await fetch(`${server.url}/first`)).text()))
  await inSpan(async () => {
    const answer = await answerOf(get(`${server.url}/second`))
    await readBody(answer)
    await readBody(await answerOf(get(new URL(answer.headers.location ?? '', `${server.url}/second`))))
    await readBody(await answerOf(get(new URL(answer.headers.location ?? '', `${server.url}/second`))))
  })
  const spans = clientsOf(await deliverSpans(started, 14))
  expect(spans.map(({ attributes }) => [attributes['url.full'], attributes['http.request.resend_count']])).toEqual([
    [`${server.url}/first`, undefined],
    [`${server.url}/second`, 1],
    [`${server.url}/third?sig=REDACTED`, 2],
    [`${server.url}/second`, undefined],
    [`${server.url}/third?sig=REDACTED`, 1],
    [`${server.url}/third?sig=REDACTED`, undefined],
  ])
})

test('a server that asks to go on is answered in one span, and so is an answer in pieces', async () => {
  await using started = await startTelemetry()
  await using server = await startServer(async (request, response) => {
    response.write('first ')
    response.end(await readBody(request))
  })
  const request = httpRequest(server.url, { method: 'POST', headers: { Expect: '100-continue' } })
  request.on('continue', () => request.end('second'))
  const answer = await answerOf(request)
  expect(await readBody(answer)).toBe('first second')
  const spans = await deliverSpans(started, 2)
  expect(clientsOf(spans)).toMatchObject([{ name: 'POST', attributes: { 'http.response.status_code': 200 } }])
})

test('an answer that is cut off in the middle is an error that keeps its status and its peer', async () => {
  await using started = await startTelemetry()
  const server = createNetServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', () => socket.resetAndDestroy())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await over(get({ port, host: '127.0.0.1' }))
  server.close()
  const [span] = clientsOf(await deliverSpans(started, 1))
  expect(span).toMatchObject({
    status: { code: 2 },
    attributes: {
      'error.type': 'ECONNRESET',
      'http.response.status_code': 200,
      'network.peer.address': '127.0.0.1',
      'network.peer.port': port,
    },
  })
})

test('requests that are not sampled are measured, and nobody else is told about them', async () => {
  await using started = await startTelemetry({ env: { OTEL_TRACES_SAMPLER: 'always_off' } })
  const flags: unknown[] = []
  await using server = await startServer((request, response) => {
    flags.push(String(request.headers['traceparent']).slice(-2))
    response.end()
  })
  await over(get(server.url))
  await (await fetch(server.url)).text()
  await started.telemetry.flush(5000)
  expect(flags).toEqual(['02', '02'])
  expect(started.receiver.store.spans()).toEqual([])
  expect(started.receiver.store.metrics({ name: 'http.client.request.duration' })[0]?.latest).toMatchObject({
    count: 2,
  })
})

test('where attributes are limited, the same are there as otherwise, cut', async () => {
  await using started = await startTelemetry({ env: { OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '12' } })
  await using server = await startServer((_request, response) => response.end())
  await over(get(`${server.url}/long/path`))
  const [span] = clientsOf(await deliverSpans(started, 2))
  expect(span?.attributes).toMatchObject({
    'http.response.status_code': 200,
    'network.peer.port': server.port,
    'url.full': 'http://127.0',
  })
})
