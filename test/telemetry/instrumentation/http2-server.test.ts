import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { once } from 'node:events'
import http2 from 'node:http2'
import { request as sendHttp1 } from 'node:https'
import type { LookupFunction } from 'node:net'
import { expect, test } from 'vitest'
import { markUnobserved } from '../../../src/core/unobserved-server.ts'
import { setHttpRoute } from '../../../src/telemetry/instrumentation/http-route.ts'
import { selfSignedCertificate } from '../../server/self-signed-certificate.ts'
import { activeTraceId, connect, fetchHttp2, listen, observe, ofKind } from './http2-fixture.ts'

const TRACE_ID = '1234567890abcdef1234567890abcdef'
const TRACE_PARENT = `00-${TRACE_ID}-1234567890abcdef-01`
const { constants } = http2
const toLoopback: LookupFunction = (_host, _options, callback) => {
  callback(null, [{ address: '127.0.0.1', family: 4 }])
}

test('a request of the compatible API gets a server span below its client, with the stable attributes', async () => {
  const { spans, points } = observe()
  const port = await listen(
    http2.createServer((_request, response) => {
      setHttpRoute('/orders/:id')
      response.statusCode = 201
      response.end('done')
    }),
  )
  const session = connect(`http://127.0.0.1:${port}`)
  const headers = { ':path': '/orders/7?a=b&sig=secret', 'user-agent': 'test', traceparent: TRACE_PARENT }
  expect(await fetchHttp2(session, headers, 'body')).toEqual({ status: 201, body: 'done' })

  const all = await spans(2)
  const [server] = ofKind(all, SpanKind.SERVER)
  const [client] = ofKind(all, SpanKind.CLIENT)
  expect(server?.name).toBe('POST /orders/:id')
  expect(server?.spanContext().traceId).toBe(TRACE_ID)
  expect(server?.parentSpanContext?.spanId).toBe(client?.spanContext().spanId)
  expect(server?.status.code).toBe(SpanStatusCode.UNSET)
  expect(server?.attributes).toEqual({
    'client.address': '127.0.0.1',
    'http.request.method': 'POST',
    'http.response.status_code': 201,
    'http.route': '/orders/:id',
    'network.peer.address': '127.0.0.1',
    'network.peer.port': session.socket.localPort,
    'network.protocol.version': '2',
    'server.address': '127.0.0.1',
    'server.port': port,
    'url.path': '/orders/7',
    'url.query': 'a=b&sig=REDACTED',
    'url.scheme': 'http',
    'user_agent.original': 'test',
  })
  expect(await points('http.server.request.duration')).toEqual([
    [
      1,
      {
        'http.request.method': 'POST',
        'http.response.status_code': 201,
        'http.route': '/orders/:id',
        'network.protocol.version': '2',
        'url.scheme': 'http',
      },
    ],
  ])
  expect(await points('http.server.active_requests')).toEqual([
    [0, { 'http.request.method': 'POST', 'url.scheme': 'http' }],
  ])
})

test('the context is there in the handler, after awaits, and in every event, for requests at the same time', async () => {
  const { spans } = observe()
  const wrong: string[] = []
  const port = await listen(
    http2.createServer((request, response) => {
      const expected = String(request.headers['traceparent']).split('-')[1]
      const check = (place: string): void => {
        if (activeTraceId() !== expected) wrong.push(place)
      }
      check('handler')
      request.on('data', () => check('data'))
      response.on('finish', () => check('finish'))
      response.on('close', () => check('close'))
      request.on('end', () => {
        check('end')
        setImmediate(() => {
          check('immediate')
          void Promise.resolve().then(() => {
            check('await')
            response.end('done')
          })
        })
      })
    }),
  )
  const session = connect(`http://127.0.0.1:${port}`)
  await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const traceId = `f${String(index).padStart(31, '0')}`
      await fetchHttp2(session, { traceparent: `00-${traceId}-1234567890abcdef-01` }, 'x'.repeat(100_000))
    }),
  )
  expect(ofKind(await spans(100), SpanKind.SERVER)).toHaveLength(50)
  expect(wrong).toEqual([])
})

test('a request of the core API is the same, and a pushed stream is none of its own', async () => {
  const { spans } = observe()
  const server = http2.createServer()
  const seen: (string | undefined)[] = []
  server.on('stream', (stream) => {
    seen.push(activeTraceId())
    stream.on('data', () => seen.push(activeTraceId()))
    stream.on('end', () => {
      seen.push(activeTraceId())
      stream.pushStream({ ':path': '/pushed' }, (_error, pushed) => {
        seen.push(activeTraceId())
        pushed.respond({ ':status': 200 })
        pushed.end('pushed')
      })
      stream.respond({ ':status': 200 })
      stream.end('answer')
    })
  })
  const session = connect(`http://127.0.0.1:${await listen(server)}`)
  const pushed = once(session, 'stream')
  expect(await fetchHttp2(session, { traceparent: TRACE_PARENT }, 'body')).toEqual({ status: 200, body: 'answer' })
  await pushed
  expect(ofKind(await spans(2), SpanKind.SERVER)).toHaveLength(1)
  expect(seen).toEqual([TRACE_ID, TRACE_ID, TRACE_ID, TRACE_ID])
})

test('over TLS the scheme is https, and what comes as HTTP/1.1 has one span, too', async () => {
  const { spans } = observe()
  const certificate = selfSignedCertificate()
  const port = await listen(
    http2.createSecureServer({ ...certificate, allowHTTP1: true }, (request, response) => {
      request.resume()
      response.end(String(activeTraceId()))
    }),
  )
  const session = connect(`https://localhost:${port}`, { ca: certificate.cert, lookup: toLoopback })
  expect((await fetchHttp2(session, { traceparent: TRACE_PARENT })).body).toBe(TRACE_ID)
  const http1 = sendHttp1({ port, host: '127.0.0.1', rejectUnauthorized: false, agent: false })
  http1.end()
  const [response] = await once(http1, 'response')
  for await (const _chunk of response);

  const servers = ofKind(await spans(3), SpanKind.SERVER)
  expect(servers.map(({ attributes }) => [attributes['network.protocol.version'], attributes['url.scheme']])).toEqual([
    ['2', 'https'],
    ['1.1', 'https'],
  ])
})

test('a client that cancels is no error, and it is said', async () => {
  const { spans, points } = observe()
  const server = http2.createServer()
  const taken = once(server, 'stream')
  const session = connect(`http://127.0.0.1:${await listen(server)}`)
  const stream = session.request({ ':path': '/' })
  await taken
  stream.close(constants.NGHTTP2_CANCEL)
  const [span] = ofKind(await spans(2), SpanKind.SERVER)
  expect(span?.status.code).toBe(SpanStatusCode.UNSET)
  expect(span?.attributes).toMatchObject({ 'seaworthy.http.aborted': true })
  expect(span?.attributes).not.toHaveProperty('error.type')
  expect(await points('http.server.active_requests')).toMatchObject([[0, {}]])
})

test('a connection that is cut ends its requests, without an error of ours', async () => {
  const { spans } = observe()
  const server = http2.createServer()
  const taken = once(server, 'stream')
  const session = connect(`http://127.0.0.1:${await listen(server)}`)
  const stream = session.request({ ':path': '/' })
  stream.on('error', () => {})
  await taken
  session.socket.destroy()
  const [span] = ofKind(await spans(2), SpanKind.SERVER)
  expect(span?.status.code).toBe(SpanStatusCode.UNSET)
  expect(span?.attributes).toMatchObject({ 'seaworthy.http.aborted': true })
})

test('a status of 500 is an error, and so is a handler that destroys its stream for one', async () => {
  const { spans } = observe()
  const server = http2.createServer()
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    if (headers[':path'] === '/status') stream.respond({ ':status': 503 }, { endStream: true })
    else stream.destroy(Object.assign(new Error('broken'), { code: 'E_BROKEN' }))
  })
  const session = connect(`http://127.0.0.1:${await listen(server)}`)
  expect((await fetchHttp2(session, { ':path': '/status' })).status).toBe(503)
  const failing = session.request({ ':path': '/destroy' })
  await once(failing, 'error')
  const servers = ofKind(await spans(4), SpanKind.SERVER)
  expect(servers.map(({ attributes, status }) => [attributes['error.type'], status.code])).toEqual([
    ['503', SpanStatusCode.ERROR],
    ['E_BROKEN', SpanStatusCode.ERROR],
  ])
})

test('a request that is ignored leaves nothing, nor does anything that is done for it', async () => {
  const { spans, points } = observe({ ignoreRequest: (request) => request.url === '/health' })
  let traceId: string | undefined = 'not asked'
  const port = await listen(
    http2.createServer((_request, response) => {
      traceId = activeTraceId()
      response.end()
    }),
  )
  const session = connect(`http://127.0.0.1:${port}`)
  await fetchHttp2(session, { ':path': '/health' })
  expect(traceId).toBeUndefined()
  await fetchHttp2(session, { ':path': '/other' })
  expect(ofKind(await spans(3), SpanKind.SERVER)).toHaveLength(1)
  expect(await points('http.server.request.duration')).toHaveLength(1)
})

test('a server that is marked as unobserved is left alone', async () => {
  const { spans } = observe()
  const server = http2.createServer((_request, response) => response.end())
  markUnobserved(server)
  await fetchHttp2(connect(`http://127.0.0.1:${await listen(server)}`))
  expect(await spans(1)).toMatchObject([{ kind: SpanKind.CLIENT }])
})

test('a tunnel by CONNECT is no request', async () => {
  const { spans } = observe()
  const server = http2.createServer((_request, response) => response.end())
  server.on('connect', (_request, response) => response.end())
  const session = connect(`http://127.0.0.1:${await listen(server)}`)
  const stream = session.request({ ':method': 'CONNECT', ':authority': 'x:1' })
  stream.end().resume()
  await once(stream, 'close')
  await fetchHttp2(session)
  expect((await spans(2)).map(({ name }) => name)).toEqual(['GET', 'GET'])
})

test('calls of gRPC are left to whoever makes their spans, as soon as one is made, and measured all the same', async () => {
  let tell = (): void => {}
  const { spans, points } = observe({
    watchSpans(name, listener) {
      const others = tell
      tell = () => {
        others()
        if (name === '@opentelemetry/instrumentation-grpc') listener(SpanKind.SERVER)
      }
      return () => {}
    },
  })
  const port = await listen(http2.createServer((_request, response) => response.end()))
  const session = connect(`http://127.0.0.1:${port}`)
  const call = { ':path': '/shop.Orders/Get', 'content-type': 'application/grpc+proto', traceparent: TRACE_PARENT }
  await fetchHttp2(session, call, 'x')
  expect(ofKind(await spans(2), SpanKind.SERVER)).toHaveLength(1)
  tell()
  await fetchHttp2(session, call, 'x')
  expect(ofKind(await spans(3), SpanKind.SERVER)).toHaveLength(1)
  expect(await points('rpc.server.call.duration')).toMatchObject([[2, { 'rpc.method': 'shop.Orders/Get' }]])
})

test('a handler whose ignoreRequest throws is served all the same', async () => {
  const { problems } = observe({
    ignoreRequest() {
      throw new Error('bad rule')
    },
  })
  const port = await listen(http2.createServer((_request, response) => response.end('served')))
  expect((await fetchHttp2(connect(`http://127.0.0.1:${port}`))).body).toBe('served')
  expect(problems).toEqual([new Error('bad rule')])
})

test('after the end nothing is observed, and the classes are as they were', async () => {
  const server = http2.createServer((_request, response) => response.end())
  const before = Object.getOwnPropertyNames(Object.getPrototypeOf(server))
  const { stop, spans } = observe()
  const session = connect(`http://127.0.0.1:${await listen(server)}`)
  await fetchHttp2(session)
  await spans(2)
  expect(Object.getOwnPropertyNames(Object.getPrototypeOf(server))).toContain('emit')
  stop()
  await fetchHttp2(session)
  expect(Object.getOwnPropertyNames(Object.getPrototypeOf(server))).toEqual(before)
  expect(await spans(2)).toHaveLength(2)
})
