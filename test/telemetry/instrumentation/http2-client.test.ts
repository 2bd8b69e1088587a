import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { once } from 'node:events'
import http2 from 'node:http2'
import { expect, test } from 'vitest'
import { FAST_ROOT } from '../../../src/telemetry/context/fast-context.ts'
import { suppressTracing } from '../../../src/telemetry/context-keys.ts'
import { activeTraceId, connect, fetchHttp2, listen, observe, ofKind } from './http2-fixture.ts'

const TRACE_ID = '1234567890abcdef1234567890abcdef'
const SPAN_ID = '1234567890abcdef'
const active = trace.setSpanContext(FAST_ROOT, { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 })

/** A server that answers with the headers that it got. */
async function startMirror(): Promise<string> {
  const port = await listen(
    http2.createServer((request, response) => {
      request.resume()
      response.statusCode = Number(request.headers['x-status'] ?? 200)
      response.end(JSON.stringify(request.headers))
    }),
  )
  return `http://127.0.0.1:${port}`
}

test('the very first request of a session has its span, its metric, and sends the context along', async () => {
  const { spans, points } = observe()
  const url = await startMirror()
  const session = connect(url)
  const { body } = await context.with(active, async () => await fetchHttp2(session, { ':path': '/a?sig=secret&b=1' }))
  const [client] = ofKind(await spans(2), SpanKind.CLIENT)
  expect(client?.spanContext().traceId).toBe(TRACE_ID)
  expect(client?.parentSpanContext?.spanId).toBe(SPAN_ID)
  expect(JSON.parse(body)).toMatchObject({ traceparent: `00-${TRACE_ID}-${client?.spanContext().spanId}-01` })
  expect(client?.name).toBe('GET')
  const port = Number(new URL(url).port)
  expect(client?.attributes).toEqual({
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'network.peer.address': '127.0.0.1',
    'network.peer.port': port,
    'network.protocol.version': '2',
    'server.address': '127.0.0.1',
    'server.port': port,
    'url.full': `${url}/a?sig=REDACTED&b=1`,
    'url.scheme': 'http',
  })
  expect(await points('http.client.request.duration')).toEqual([
    [
      1,
      {
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'network.protocol.version': '2',
        'server.address': '127.0.0.1',
        'server.port': port,
        'url.scheme': 'http',
      },
    ],
  ])
})

test('two telemetries of one process see a request each, and it is answered', async () => {
  const both = [observe(), observe()]
  const session = connect(await startMirror())
  const { body } = await fetchHttp2(session, { ':path': '/both' })
  expect(JSON.parse(body)).toMatchObject({ ':path': '/both' })
  for (const { spans } of both) await expect.poll(async () => ofKind(await spans(1), SpanKind.CLIENT).length).toBe(1)
})

test("the caller's headers stay as they are, and what they hold of a context is replaced, not doubled", async () => {
  const { spans } = observe()
  const session = connect(await startMirror())
  const headers = Object.freeze({
    ':path': '/',
    'x-secret': 'x',
    TraceParent: `00-${'f'.repeat(32)}-${SPAN_ID}-01`,
    [http2.sensitiveHeaders]: ['x-secret'],
  })
  const { body } = await context.with(active, async () => await fetchHttp2(session, headers))
  expect(JSON.parse(body)).toMatchObject({ 'x-secret': 'x', traceparent: expect.stringMatching(`^00-${TRACE_ID}-`) })
  expect(await spans(2)).toHaveLength(2)
})

test('headers as names and values by turns are kept, too', async () => {
  const { spans } = observe()
  const session = connect(await startMirror())
  const names = [':path', '/', 'x-a', '1', 'x-a', '2', 'Traceparent', `00-${'f'.repeat(32)}-${SPAN_ID}-01`]
  const list = Object.freeze([':method', 'GET', ':scheme', 'http', ':authority', 'mirror', ...names])
  const stream = context.with(active, () => session.request(list))
  let body = ''
  for await (const chunk of stream) body += String(chunk)
  expect(JSON.parse(body)).toMatchObject({ 'x-a': '1, 2', traceparent: expect.stringMatching(`^00-${TRACE_ID}-`) })
  expect(ofKind(await spans(2), SpanKind.CLIENT)[0]?.attributes).toMatchObject({ 'url.full': 'http://mirror/' })
})

test('without any headers a request is one for the root', async () => {
  const { spans } = observe()
  const url = await startMirror()
  const stream = connect(url).request()
  stream.resume()
  await once(stream, 'close')
  expect(ofKind(await spans(2), SpanKind.CLIENT)[0]?.attributes).toMatchObject({ 'url.full': `${url}/` })
})

test('outside of any span, a context that the caller has put there is continued', async () => {
  const { spans } = observe()
  const session = connect(await startMirror())
  await fetchHttp2(session, { traceparent: `00-${TRACE_ID}-${SPAN_ID}-01` })
  const [client] = ofKind(await spans(2), SpanKind.CLIENT)
  expect(client?.parentSpanContext?.spanId).toBe(SPAN_ID)
})

test('events of the stream run in the context of whoever asked, on a connection that others use, too', async () => {
  observe()
  const session = connect(await startMirror())
  const wrong: string[] = []
  await Promise.all(
    Array.from({ length: 30 }, async (_, index) => {
      const traceId = `f${String(index).padStart(31, '0')}`
      const parent = trace.setSpanContext(FAST_ROOT, { traceId, spanId: SPAN_ID, traceFlags: 1 })
      await context.with(parent, async () => {
        const stream = session.request({ ':path': '/' })
        for (const event of ['response', 'data', 'end', 'close']) {
          stream.on(event, () => {
            if (activeTraceId() !== traceId) wrong.push(event)
          })
        }
        await once(stream, 'close')
        if (activeTraceId() !== traceId) wrong.push('await')
      })
    }),
  )
  expect(wrong).toEqual([])
})

test('a status from 400 on is an error', async () => {
  const { spans } = observe()
  const session = connect(await startMirror())
  await fetchHttp2(session, { 'x-status': '404' })
  const [client] = ofKind(await spans(2), SpanKind.CLIENT)
  expect(client?.status.code).toBe(SpanStatusCode.ERROR)
  expect(client?.attributes).toMatchObject({ 'error.type': '404', 'http.response.status_code': 404 })
})

test('a stream that fails is an error, and whoever does not listen for it gets it as before', async () => {
  const { spans } = observe()
  const server = http2.createServer()
  server.on('stream', (stream) => {
    stream.on('error', () => {})
    stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR)
  })
  const stream = connect(`http://127.0.0.1:${await listen(server)}`).request({ ':path': '/' })
  const [error] = (await once(stream, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ERR_HTTP2_STREAM_ERROR')
  const [client] = ofKind(await spans(2), SpanKind.CLIENT)
  expect(client?.status.code).toBe(SpanStatusCode.ERROR)
  expect(client?.attributes['error.type']).toBe('ERR_HTTP2_STREAM_ERROR')
  expect(stream.listenerCount('error')).toBe(0)
})

test('a request that its caller cancels is no error', async () => {
  const { spans } = observe()
  const server = http2.createServer()
  const session = connect(`http://127.0.0.1:${await listen(server)}`)
  const controller = new AbortController()
  const aborted = session.request({ ':path': '/aborted' }, { signal: controller.signal })
  aborted.on('error', () => {})
  const cancelled = session.request({ ':path': '/cancelled' })
  await once(server, 'stream')
  controller.abort()
  cancelled.close(http2.constants.NGHTTP2_CANCEL)
  const clients = ofKind(await spans(4), SpanKind.CLIENT)
  expect(clients.map(({ status }) => status.code)).toEqual([SpanStatusCode.UNSET, SpanStatusCode.UNSET])
})

test('a connection that nobody takes fails its requests', async () => {
  const { spans } = observe()
  const server = http2.createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  await new Promise((resolve) => {
    server.close(resolve)
  })
  const stream = connect(`http://127.0.0.1:${port}`).request({ ':path': '/' })
  await once(stream, 'error')
  const [client] = await spans(1)
  expect(client?.attributes['error.type']).toBe('ECONNREFUSED')
})

test('where tracing is suppressed nothing is observed, as for our own exports', async () => {
  const { spans } = observe()
  const session = connect(await startMirror())
  const { body } = await context.with(suppressTracing(active), async () => await fetchHttp2(session))
  expect(JSON.parse(body)).not.toHaveProperty('traceparent')
  expect(ofKind(await spans(1), SpanKind.CLIENT)).toEqual([])
})

test('where calls of gRPC have their spans from elsewhere, one that carries a context is left alone', async () => {
  const { spans, points } = observe({
    watchSpans(name, listener) {
      if (name === '@opentelemetry/instrumentation-grpc') queueMicrotask(() => listener(SpanKind.CLIENT))
      return () => {}
    },
  })
  const session = connect(await startMirror())
  const call = { ':path': '/shop.Orders/Get', 'content-type': 'application/grpc' }
  const traceparent = `00-${TRACE_ID}-${SPAN_ID}-01`
  expect(JSON.parse((await fetchHttp2(session, { ...call, traceparent })).body)).toMatchObject({ traceparent })
  const { body } = await context.with(active, async () => await fetchHttp2(session, call))
  expect(JSON.parse(body)).toHaveProperty('traceparent')
  expect(ofKind(await spans(3), SpanKind.CLIENT)).toHaveLength(1)
  expect(await points('rpc.client.call.duration')).toMatchObject([[2, { 'rpc.method': 'shop.Orders/Get' }]])
})

test('a session that does not let anybody look at its socket is no trouble to whoever asks', async () => {
  const { spans, problems } = observe()
  const session = connect(await startMirror())
  await once(session, 'connect')
  // As Node itself says it of a session that has lost its socket.
  const lost = new Error('The socket has been disconnected from the Http2Session')
  Object.defineProperty(session, 'socket', {
    get() {
      throw lost
    },
  })
  expect(await fetchHttp2(session, { 'x-status': '404' })).toMatchObject({ status: 404 })
  const [client] = ofKind(await spans(2), SpanKind.CLIENT)
  expect(client?.attributes).toMatchObject({ 'http.response.status_code': 404, 'error.type': '404' })
  expect(problems).toEqual(expect.arrayContaining([lost]))
})

test('what Node refuses is refused as before, and leaves a span that says so', async () => {
  const { spans } = observe()
  const session = connect(await startMirror())
  expect(() => session.request('no headers' as never)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
  )
  expect(() => session.request({ ':bad': 'x' })).toThrow(
    expect.objectContaining({ code: 'ERR_HTTP2_INVALID_PSEUDOHEADER' }),
  )
  const [client] = await spans(1)
  expect(client?.attributes['error.type']).toBe('ERR_HTTP2_INVALID_PSEUDOHEADER')
})

test('nothing is added where nothing is to be propagated', async () => {
  observe()
  propagation.disable()
  const session = connect(await startMirror())
  const { body } = await context.with(active, async () => await fetchHttp2(session))
  expect(JSON.parse(body)).not.toHaveProperty('traceparent')
})

test('after the end nothing is observed, and the class is as it was', async () => {
  const prototype = (): object => Object.getPrototypeOf(session) as object
  const session = connect(await startMirror())
  const before = Object.getOwnPropertyDescriptor(prototype(), 'request')
  const { stop, spans } = observe()
  expect(Object.getOwnPropertyDescriptor(prototype(), 'request')).not.toEqual(before)
  stop()
  expect(Object.getOwnPropertyDescriptor(prototype(), 'request')).toEqual(before)
  await fetchHttp2(session)
  await expect(spans(0)).resolves.toEqual([])
})

test('a session that its owner destroys cancels what has not begun, which is no error', async () => {
  const { spans } = observe()
  const session = connect(await startMirror())
  const stream = session.request({ ':path': '/' })
  stream.on('error', () => {})
  session.destroy()
  const [client] = await spans(1)
  expect(client?.status.code).toBe(SpanStatusCode.UNSET)
})

/** A server of gRPC by hand: what it answers is in the path of the call. */
async function startCalls(onSilent: () => void): Promise<string> {
  const server = http2.createServer()
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    stream.resume()
    const what = String(headers[':path']).split('/').at(-1)
    const contentType = { 'content-type': 'application/grpc' }
    if (what === 'TrailersOnly') return stream.respond({ ...contentType, 'grpc-status': '5' }, { endStream: true })
    if (what === 'Proxy') return stream.respond({ ':status': 503 }, { endStream: true })
    if (what === 'Refused') return stream.close(http2.constants.NGHTTP2_REFUSED_STREAM)
    if (what === 'Silent') return onSilent()
    if (what === 'Mute') {
      stream.respond(contentType)
      return stream.end()
    }
    stream.respond(contentType, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': what === 'Strange' ? '99' : '0' }))
    return stream.end()
  })
  return `http://127.0.0.1:${await listen(server)}`
}

test('a call of gRPC by any other client has the status that the protocol gives it, on both sides', async () => {
  const { spans } = observe()
  let onSilent = (): void => {}
  const session = connect(await startCalls(() => onSilent()))
  const send = async (name: string, headers: http2.OutgoingHttpHeaders = {}): Promise<http2.ClientHttp2Stream> => {
    const stream = session.request({
      ':method': 'POST',
      ':path': `/shop.Orders/${name}`,
      'content-type': 'application/grpc+proto',
      te: 'trailers',
      ...headers,
    })
    stream.on('error', () => {}).resume()
    stream.end()
    await new Promise<void>((resolve) => {
      onSilent = resolve
      stream.on('close', resolve)
    })
    return stream
  }
  for (const name of ['Get', 'TrailersOnly', 'Proxy', 'Refused', 'Strange', 'Mute']) await send(name)
  ;(await send('Silent')).close(http2.constants.NGHTTP2_CANCEL)
  const late = await send('Silent', { 'grpc-timeout': '1n' })
  late.close(http2.constants.NGHTTP2_CANCEL)

  // Of a session that its own owner destroys, what is under way is cancelled.
  await send('Silent')
  session.destroy()

  const all = await spans(18)
  const byName = (a: unknown[], b: unknown[]): number => (String(a) < String(b) ? -1 : 1)
  const tell = (kind: SpanKind): unknown[] =>
    ofKind(all, kind)
      .map(({ name, status, attributes }) => [
        name,
        attributes['rpc.status_code'],
        status.code,
        attributes['error.type'],
      ])
      .toSorted(byName)
  const { ERROR, UNSET } = SpanStatusCode
  expect(tell(SpanKind.CLIENT)).toEqual([
    ['shop.Orders/Get', 'OK', UNSET, undefined],
    ['shop.Orders/Mute', 'UNKNOWN', ERROR, 'UNKNOWN'],
    ['shop.Orders/Proxy', 'UNAVAILABLE', ERROR, 'UNAVAILABLE'],
    ['shop.Orders/Refused', 'UNAVAILABLE', ERROR, 'UNAVAILABLE'],
    ['shop.Orders/Silent', 'CANCELLED', ERROR, 'CANCELLED'],
    ['shop.Orders/Silent', 'CANCELLED', ERROR, 'CANCELLED'],
    ['shop.Orders/Silent', 'DEADLINE_EXCEEDED', ERROR, 'DEADLINE_EXCEEDED'],
    ['shop.Orders/Strange', 'UNKNOWN', ERROR, 'UNKNOWN'],
    ['shop.Orders/TrailersOnly', 'NOT_FOUND', ERROR, 'NOT_FOUND'],
  ])
  expect(tell(SpanKind.SERVER)).toEqual([
    ['shop.Orders/Get', 'OK', UNSET, undefined],
    ['shop.Orders/Mute', 'UNKNOWN', ERROR, 'UNKNOWN'],
    ['shop.Orders/Proxy', 'UNAVAILABLE', ERROR, 'UNAVAILABLE'],
    ['shop.Orders/Refused', 'UNAVAILABLE', ERROR, 'UNAVAILABLE'],
    ['shop.Orders/Silent', 'CANCELLED', UNSET, undefined],
    ['shop.Orders/Silent', 'CANCELLED', UNSET, undefined],
    ['shop.Orders/Silent', 'DEADLINE_EXCEEDED', ERROR, 'DEADLINE_EXCEEDED'],
    ['shop.Orders/Strange', 'UNKNOWN', ERROR, 'UNKNOWN'],
    ['shop.Orders/TrailersOnly', 'NOT_FOUND', UNSET, undefined],
  ])
})

test('a call to a server that is not there was not available; gRPC-Web is a request like any other', async () => {
  const { spans } = observe()
  const server = http2.createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => {
    server.close(resolve)
  })
  const call = { ':method': 'POST', ':path': '/shop.Orders/Get', 'content-type': 'application/grpc' }
  const stream = connect(`http://127.0.0.1:${port}`).request(call)
  await once(stream, 'error')
  await fetchHttp2(connect(await startMirror()), { 'content-type': 'application/grpc-web' }, 'x')
  // Whoever destroys its session has no more use for what waits for it.
  const session = connect(await startMirror())
  const waiting = session.request(call)
  session.destroy()
  await once(waiting, 'error')
  const clients = ofKind(await spans(4), SpanKind.CLIENT)
  expect(clients.map(({ name, attributes }) => `${name} ${String(attributes['error.type'])}`).toSorted()).toEqual([
    'POST undefined',
    'shop.Orders/Get CANCELLED',
    'shop.Orders/Get UNAVAILABLE',
  ])
})
