import * as grpc from '@grpc/grpc-js'
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import http2 from 'node:http2'
import { createServer as createNetServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { suppressTracing } from '../../../src/telemetry/context-keys.ts'
import { closedPort, deliverSpans, startTelemetry } from '../telemetry-fixture.ts'
import { CLIENT, createOrders, outcomes, SERVER, startGrpc } from './grpc-fixture.ts'
import { connect, fetchHttp2, listen } from './http2-fixture.ts'

const ERROR = 2
const UNSET = 0

test('a call has one span on either side, by the conventions for RPC, in one trace, and is measured', async () => {
  await using started = await startTelemetry()
  await using server = await startGrpc({ Place: (_call, callback) => callback(null, 'placed') })
  using orders = createOrders(`dns:///localhost:${server.port}`)
  expect(await orders.call('Place')).toBe(0)

  const spans = await deliverSpans(started, 2)
  const of = (kind: number) => spans.find((span) => span.kind === kind)
  expect(spans).toHaveLength(2)
  expect(of(SERVER)?.parentSpanId).toBe(of(CLIENT)?.spanId)
  expect(of(SERVER)?.traceId).toBe(of(CLIENT)?.traceId)
  expect(of(CLIENT)).toMatchObject({ name: 'shop.Orders/Place', status: { code: UNSET } })
  expect(of(CLIENT)?.attributes).toEqual({
    'network.peer.address': expect.stringMatching(/^(?:127\.0\.0\.1|::1)$/),
    'network.peer.port': server.port,
    'rpc.method': 'shop.Orders/Place',
    'rpc.status_code': 'OK',
    'rpc.system.name': 'grpc',
    'server.address': 'localhost',
    'server.port': server.port,
  })
  expect(of(SERVER)).toMatchObject({ name: 'shop.Orders/Place', status: { code: UNSET } })
  expect(of(SERVER)?.attributes).toEqual({
    'client.address': '127.0.0.1',
    'network.peer.address': '127.0.0.1',
    'network.peer.port': expect.any(Number),
    'rpc.method': 'shop.Orders/Place',
    'rpc.status_code': 'OK',
    'rpc.system.name': 'grpc',
    'server.address': 'localhost',
    'server.port': server.port,
  })
  const { store } = started.receiver
  const shared = { 'rpc.method': 'shop.Orders/Place', 'rpc.status_code': 'OK', 'rpc.system.name': 'grpc' }
  const [client] = store.metrics({ name: 'rpc.client.call.duration' })
  expect(client?.latest).toMatchObject({ count: 1, unit: 's' })
  expect(client?.latest.attributes).toEqual({ ...shared, 'server.address': 'localhost', 'server.port': server.port })
  const [taken] = store.metrics({ name: 'rpc.server.call.duration' })
  expect(taken?.latest).toMatchObject({ count: 1, unit: 's' })
  expect(taken?.latest.attributes).toEqual(shared)
  for (const name of ['http.server.request.duration', 'http.client.request.duration']) {
    expect(store.metrics({ name })).toEqual([])
  }
})

test('what a server answers is an error of the caller, and one of the server where it is the fault of that', async () => {
  await using started = await startTelemetry()
  const codes = [grpc.status.NOT_FOUND, grpc.status.INTERNAL]
  await using server = await startGrpc({ Place: (_call, callback) => callback({ code: codes.shift() ?? 0 }) })
  using orders = createOrders(server.target)
  expect([await orders.call('Place'), await orders.call('Place')]).toEqual([5, 13])

  const spans = await deliverSpans(started, 4)
  expect(outcomes(spans, CLIENT)).toEqual([
    ['shop.Orders/Place', ERROR, 'shop.Orders/Place', 'NOT_FOUND', 'NOT_FOUND'],
    ['shop.Orders/Place', ERROR, 'shop.Orders/Place', 'INTERNAL', 'INTERNAL'],
  ])
  expect(outcomes(spans, SERVER)).toEqual([
    ['shop.Orders/Place', UNSET, 'shop.Orders/Place', 'NOT_FOUND', undefined],
    ['shop.Orders/Place', ERROR, 'shop.Orders/Place', 'INTERNAL', 'INTERNAL'],
  ])
})

test('a method that the server does not have makes no name and no series there', async () => {
  await using started = await startTelemetry()
  await using server = await startGrpc({ Place: (_call, callback) => callback({ code: grpc.status.UNIMPLEMENTED }) })
  using orders = createOrders(server.target)
  expect(await orders.call('Missing')).toBe(grpc.status.UNIMPLEMENTED)

  const spans = await deliverSpans(started, 2)
  expect(outcomes(spans, SERVER)).toEqual([['grpc', ERROR, '_OTHER', 'UNIMPLEMENTED', 'UNIMPLEMENTED']])
  expect(spans.find(({ kind }) => kind === SERVER)?.attributes['rpc.method_original']).toBe('shop.Orders/Missing')
  expect(outcomes(spans, CLIENT)).toEqual([
    ['shop.Orders/Missing', ERROR, 'shop.Orders/Missing', 'UNIMPLEMENTED', 'UNIMPLEMENTED'],
  ])
  const [series] = started.receiver.store.metrics({ name: 'rpc.server.call.duration' })
  expect(series?.latest.attributes).toMatchObject({ 'rpc.method': '_OTHER' })
})

test('a method that has answered before keeps its name whatever it answers', async () => {
  await using started = await startTelemetry()
  const codes = [grpc.status.OK, grpc.status.UNIMPLEMENTED]
  await using server = await startGrpc({
    Place(_call, callback) {
      const code = codes.shift() ?? 0
      callback(code === 0 ? null : { code }, 'placed')
    },
  })
  using orders = createOrders(server.target)
  await orders.call('Place')
  await orders.call('Place')
  expect(outcomes(await deliverSpans(started, 4), SERVER)).toEqual([
    ['shop.Orders/Place', UNSET, 'shop.Orders/Place', 'OK', undefined],
    ['shop.Orders/Place', ERROR, 'shop.Orders/Place', 'UNIMPLEMENTED', 'UNIMPLEMENTED'],
  ])
})

test('a deadline that runs out and a call that is cancelled end on both sides', async () => {
  await using started = await startTelemetry()
  let arrived = (): void => {}
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve
  })
  await using server = await startGrpc({
    Place(call) {
      if (call.getDeadline() === Infinity) arrived()
    },
  })
  using orders = createOrders(server.target)
  expect(await orders.call('Place', { deadline: Date.now() + 300 })).toBe(grpc.status.DEADLINE_EXCEEDED)
  const { call, code } = orders.begin('Place')
  await arrival
  call.cancel()
  expect(await code).toBe(grpc.status.CANCELLED)

  const spans = await deliverSpans(started, 4)
  expect(outcomes(spans, CLIENT)).toEqual([
    ['shop.Orders/Place', ERROR, 'shop.Orders/Place', 'DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED'],
    ['shop.Orders/Place', ERROR, 'shop.Orders/Place', 'CANCELLED', 'CANCELLED'],
  ])
  const cancelled = ['shop.Orders/Place', UNSET, 'shop.Orders/Place', 'CANCELLED', undefined]
  // Either the server's own timer is first, or the client, which gives up at the same moment.
  const [late, second] = outcomes(spans, SERVER)
  expect([
    ['shop.Orders/Place', ERROR, 'shop.Orders/Place', 'DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED'],
    cancelled,
  ]).toContainEqual(late)
  expect(second).toEqual(cancelled)
})

test('a server that is not there fails the call, which has a span all the same', async () => {
  await using started = await startTelemetry()
  const port = await closedPort()
  using orders = createOrders(`127.0.0.1:${port}`)
  expect(await orders.call('Place')).toBe(grpc.status.UNAVAILABLE)

  const spans = await deliverSpans(started, 1)
  expect(outcomes(spans, CLIENT)).toEqual([
    ['shop.Orders/Place', ERROR, 'shop.Orders/Place', 'UNAVAILABLE', 'UNAVAILABLE'],
  ])
  expect(spans[0]?.attributes).toMatchObject({ 'server.address': '127.0.0.1', 'server.port': port })
  expect(spans[0]?.attributes).not.toHaveProperty('network.peer.address')
})

test('streams in both directions have one span on either side, and their events have its context', async () => {
  await using started = await startTelemetry()
  const seen: (string | undefined)[] = []
  const here = (): string | undefined => trace.getActiveSpan()?.spanContext().traceId
  await using server = await startGrpc({
    Chat(call) {
      call.on('data', (text: string) => {
        seen.push(here())
        call.write(text)
      })
      call.on('end', () => {
        seen.push(here())
        call.end()
      })
    },
    List(call) {
      call.write('1')
      call.emit('error', Object.assign(new Error('lost'), { code: grpc.status.DATA_LOSS }))
    },
  })
  using orders = createOrders(server.target)
  const root = trace.getTracer('test').startSpan('root')
  await context.with(trace.setSpan(context.active(), root), async () => {
    const chat = orders.raw['Chat']?.() as grpc.ClientDuplexStream<string, string>
    chat.on('data', () => seen.push(here()))
    chat.write('one')
    chat.end('two')
    await new Promise((resolve) => {
      chat.on('end', resolve)
    })
    const list = orders.raw['List']?.('all') as grpc.ClientReadableStream<string>
    list.on('data', () => seen.push(here())).on('error', () => {})
    await new Promise((resolve) => {
      list.on('status', resolve)
    })
  })
  root.end()

  const spans = await deliverSpans(started, 5)
  expect(outcomes(spans, CLIENT)).toEqual([
    ['shop.Orders/Chat', UNSET, 'shop.Orders/Chat', 'OK', undefined],
    ['shop.Orders/List', ERROR, 'shop.Orders/List', 'DATA_LOSS', 'DATA_LOSS'],
  ])
  expect(outcomes(spans, SERVER)).toEqual([
    ['shop.Orders/Chat', UNSET, 'shop.Orders/Chat', 'OK', undefined],
    ['shop.Orders/List', ERROR, 'shop.Orders/List', 'DATA_LOSS', 'DATA_LOSS'],
  ])
  expect(seen.length).toBeGreaterThanOrEqual(5)
  expect(new Set(seen)).toEqual(new Set([root.spanContext().traceId]))
})

test('calls that wait for the same connection are each below their own caller, and so is what they are answered with', async () => {
  await using started = await startTelemetry()
  await using server = await startGrpc({ Place: (_call, callback) => callback(null, 'placed') })
  using orders = createOrders(server.target)
  const tracer = trace.getTracer('test')
  const seen: (string | undefined)[] = []
  const here = (): string | undefined => trace.getActiveSpan()?.spanContext().spanId
  const callers = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const caller = tracer.startSpan('caller')
      const answered = await context.with(trace.setSpan(context.active(), caller), async () => {
        return await new Promise<string | undefined>((resolve) => {
          const call = orders.raw['Place']?.('order', () => resolve(here())) as grpc.ClientUnaryCall
          call.on('metadata', () => seen.push(here()))
        })
      })
      caller.end()
      expect(answered).toBe(caller.spanContext().spanId)
      return caller.spanContext()
    }),
  )
  const spans = await deliverSpans(started, 30)
  const clients = spans.filter(({ kind }) => kind === CLIENT)
  expect(new Set(clients.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set(callers.map(({ spanId }) => spanId)))
  expect([seen.length, new Set(seen)]).toEqual([10, new Set(callers.map(({ spanId }) => spanId))])
  const servers = spans.filter(({ kind }) => kind === SERVER)
  expect(new Set(servers.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set(clients.map(({ spanId }) => spanId)))
})

test('a call that an interceptor starts later and elsewhere belongs to its caller', async () => {
  await using started = await startTelemetry()
  await using server = await startGrpc({ Place: (_call, callback) => callback(null, 'placed') })
  const later: grpc.Interceptor = (options, nextCall) =>
    new grpc.InterceptingCall(nextCall(options), {
      start(metadata, listener, next) {
        context.with(ROOT_CONTEXT, () => setImmediate(() => next(metadata, listener)))
      },
    })
  using orders = createOrders(server.target, { interceptors: [later] })
  const caller = trace.getTracer('test').startSpan('caller')
  expect(await context.with(trace.setSpan(context.active(), caller), () => orders.call('Place'))).toBe(0)
  caller.end()
  const client = (await deliverSpans(started, 3)).find(({ kind }) => kind === CLIENT)
  expect(client?.parentSpanId).toBe(caller.spanContext().spanId)
})

test('outside of any span, a context that the caller has put into the metadata is continued', async () => {
  await using started = await startTelemetry()
  await using server = await startGrpc({ Place: (_call, callback) => callback(null, 'placed') })
  using orders = createOrders(server.target)
  const metadata = new grpc.Metadata()
  metadata.set('traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')
  await orders.call('Place', {}, metadata)
  const spans = await deliverSpans(started, 2)
  const client = spans.find(({ kind }) => kind === CLIENT)
  expect(client).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', parentSpanId: 'b7ad6b7169203331' })
  expect(spans.find(({ kind }) => kind === SERVER)?.parentSpanId).toBe(client?.spanId)
})

test('after the end calls are not observed, also where somebody else has put something over it meanwhile', async () => {
  await using started = await startTelemetry()
  await using server = await startGrpc({ Place: (_call, callback) => callback(null, 'placed') })
  using orders = createOrders(server.target)
  const prototype = grpc.Channel.prototype as unknown as { createCall: (...args: unknown[]) => object }
  const { createCall } = prototype
  const theirs: object[] = []
  prototype.createCall = function createCallOfOthers(this: object, ...args: unknown[]) {
    const call = createCall.apply(this, args)
    theirs.push(call)
    return call
  }
  try {
    expect(await orders.call('Place')).toBe(0)
    expect(await deliverSpans(started, 2)).toHaveLength(2)
    started.telemetry.uninstall()
    expect(await orders.call('Place')).toBe(0)
  } finally {
    prototype.createCall = createCall
  }
  expect(theirs.map((call) => Object.hasOwn(call, 'start'))).toEqual([true, false])
})

test("the caller's metadata stays as it is, and may be used again", async () => {
  await using started = await startTelemetry()
  const received: unknown[] = []
  await using server = await startGrpc({
    Place(call, callback) {
      received.push(call.metadata.get('traceparent').length, call.metadata.get('tenant'))
      callback(null, 'placed')
    },
  })
  using orders = createOrders(server.target)
  const metadata = new grpc.Metadata()
  metadata.set('tenant', 'acme')
  await orders.call('Place', {}, metadata)
  await orders.call('Place', {}, metadata)
  expect(metadata.getMap()).toEqual({ tenant: 'acme' })
  expect(received).toEqual([1, ['acme'], 1, ['acme']])
  const spans = await deliverSpans(started, 4)
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2)
})

test('where tracing is suppressed a call leaves nothing at its client, also one that waits for its connection', async () => {
  await using started = await startTelemetry()
  const received: unknown[] = []
  await using server = await startGrpc({
    Place(call, callback) {
      received.push(...call.metadata.get('traceparent'))
      callback(null, 'placed')
    },
  })
  using orders = createOrders(server.target)
  await context.with(suppressTracing(context.active()), async () => await orders.call('Place'))
  const spans = await deliverSpans(started, 1)
  expect(spans.map(({ kind }) => kind)).toEqual([SERVER])
  expect(received).toEqual([])
  expect(started.receiver.store.metrics({ name: 'rpc.client.call.duration' })).toEqual([])
})

test('a connection that is cut before anything is answered leaves a call that was not available', async () => {
  await using started = await startTelemetry()
  const server = createNetServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  using orders = createOrders(`127.0.0.1:${(server.address() as AddressInfo).port}`)
  expect(await orders.call('Place', { deadline: Date.now() + 5000 })).toBe(grpc.status.UNAVAILABLE)
  server.close()
  expect(outcomes(await deliverSpans(started, 1), CLIENT)).toEqual([
    ['shop.Orders/Place', ERROR, 'shop.Orders/Place', 'UNAVAILABLE', 'UNAVAILABLE'],
  ])
})

test('calls that are not sampled are measured, and carry the decision along', async () => {
  await using started = await startTelemetry({ env: { OTEL_TRACES_SAMPLER: 'always_off' } })
  const received: string[] = []
  await using server = await startGrpc({
    Place(call, callback) {
      received.push(String(call.metadata.get('traceparent')[0]))
      callback(null, 'placed')
    },
  })
  using orders = createOrders(server.target)
  await orders.call('Place')
  await started.telemetry.flush(5000)
  expect(received[0]).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-0[02]$/)
  expect(started.receiver.store.spans()).toEqual([])
  for (const name of ['rpc.client.call.duration', 'rpc.server.call.duration']) {
    expect(started.receiver.store.metrics({ name })[0]?.latest).toMatchObject({ count: 1 })
  }
})

test('what telemetry itself sends by gRPC leaves nothing', async () => {
  await using started = await startTelemetry({
    env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_BSP_SCHEDULE_DELAY: '1' },
  })
  trace.getTracer('test').startSpan('the only one').end()
  const spans = await deliverSpans(started, 1)
  expect(spans.map(({ name }) => name)).toEqual(['the only one'])
  const { store } = started.receiver
  for (const side of ['client', 'server']) expect(store.metrics({ name: `rpc.${side}.call.duration` })).toEqual([])
})

test.for([
  ['OTEL_NODE_DISABLED_INSTRUMENTATIONS', ['GET', 'GET']],
  ['OTEL_NODE_ENABLED_INSTRUMENTATIONS', ['shop.Orders/Place', 'shop.Orders/Place']],
] as const)('gRPC is switched off, or everything else, by %s', async ([name, left]) => {
  await using started = await startTelemetry({ env: { [name]: 'grpc' } })
  await using server = await startGrpc({ Place: (_call, callback) => callback(null, 'placed') })
  using orders = createOrders(server.target)
  expect(await orders.call('Place')).toBe(0)
  const port = await listen(http2.createServer((_request, response) => response.end()))
  await fetchHttp2(connect(`http://127.0.0.1:${port}`))
  const spans = await deliverSpans(started, 2)
  expect(spans.map((span) => span.name)).toEqual(left)
})
