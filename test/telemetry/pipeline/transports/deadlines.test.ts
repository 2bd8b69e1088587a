import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { ClientRequest } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../../src/core/manual-clock.ts'
import type { Environment } from '../../../../src/core/env-reader.ts'
import { http, grpc, opened, PROTOCOL_NAMES, PROTOCOLS, rawHttpServer, rawServer } from './transport-fixture.ts'

const LIMIT_MS = 5000
const LARGE = [Buffer.alloc(16 * 1024 * 1024, 'x')]

/** Ways of a server to keep a client waiting, and in what the attempt then is. */
const STALLS: readonly {
  readonly name: string
  readonly env: (port: number) => Environment
  readonly onConnection: (socket: Socket) => void
  readonly body?: readonly Uint8Array[]
  readonly stage: RegExp
}[] = [
  {
    name: 'takes an HTTP request and never answers',
    env: http,
    onConnection: (socket) => socket.resume(),
    stage: /^waiting for the answer of 127\.0\.0\.1:\d+ took longer than the 5000 ms of the attempt$/,
  },
  {
    name: 'takes a connection for gRPC and never speaks',
    env: grpc,
    onConnection: (socket) => socket.resume(),
    stage: /^waiting for the answer of /,
  },
  {
    name: 'never reads an HTTP request',
    env: http,
    onConnection: () => {},
    body: LARGE,
    stage: /^sending to /,
  },
  {
    name: 'never reads what comes for gRPC',
    env: grpc,
    onConnection: () => {},
    body: LARGE,
    stage: /^sending to /,
  },
  {
    name: 'never answers the TLS handshake of HTTP',
    env: (port) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `https://localhost:${port}` }),
    onConnection: (socket) => socket.resume(),
    stage: /^the TLS handshake with localhost:\d+ took/,
  },
  {
    name: 'never answers the TLS handshake of gRPC',
    env: (port) => ({ ...grpc(port), OTEL_EXPORTER_OTLP_ENDPOINT: `https://localhost:${port}` }),
    onConnection: (socket) => socket.resume(),
    stage: /^the TLS handshake with localhost:\d+ took/,
  },
  {
    name: 'is a proxy that never answers, before HTTP with TLS',
    env: (port) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.test',
      https_proxy: `http://127.0.0.1:${port}`,
    }),
    onConnection: (socket) => socket.resume(),
    stage: /^waiting for the proxy 127\.0\.0\.1:\d+ to connect to collector\.test:443 took/,
  },
  {
    name: 'is a proxy that never answers, before gRPC',
    env: (port) => ({
      ...grpc(port),
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.test:4317',
      http_proxy: `http://127.0.0.1:${port}`,
    }),
    onConnection: (socket) => socket.resume(),
    stage: /^waiting for the proxy 127\.0\.0\.1:\d+ to connect to collector\.test:4317 took/,
  },
]

/** Resolves when a server has got something from its first client. */
function firstBytes(onConnection: (socket: Socket) => void) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const listener = (socket: Socket): void => {
    onConnection(socket)
    if (socket.readableFlowing === true) socket.once('data', () => resolve())
    else socket.once('readable', resolve)
  }
  return { promise, listener }
}

test.for(STALLS)('the limit holds against a server that $name', async ({ env, onConnection, body, stage }) => {
  const clock = new ManualClock()
  const { promise: isReached, listener } = firstBytes(onConnection)
  await using server = await rawServer(listener)
  using opening = await opened(env(server.port), { clock })

  const sending = opening.send({ timeoutMs: LIMIT_MS, ...(body === undefined ? {} : { body }) })
  await isReached
  await turns(20)
  await clock.advance(LIMIT_MS)

  expect(await sending).toEqual({ kind: 'retry', reason: expect.stringMatching(stage) as string })
  await server.allClosed()
  expect(clock.pending).toBe(0)
})

test.for(STALLS)('an abort ends an attempt at a server that $name', async ({ env, onConnection, body }) => {
  const { promise: isReached, listener } = firstBytes(onConnection)
  await using server = await rawServer(listener)
  using opening = await opened(env(server.port))
  const abort = new AbortController()

  const sending = opening.send({ signal: abort.signal, ...(body === undefined ? {} : { body }) })
  await isReached
  abort.abort()

  expect(await sending).toEqual({ kind: 'retry', reason: 'the attempt was given up' })
  opening.transport.close()
  await server.allClosed()
})

test.for(STALLS)('close() ends attempts at a server that $name', async ({ env, onConnection, body }) => {
  const { promise: isReached, listener } = firstBytes(onConnection)
  await using server = await rawServer(listener)
  using opening = await opened(env(server.port))

  const sending = Promise.all([opening.send(body === undefined ? {} : { body }), opening.send()])
  await isReached
  opening.transport.close()
  opening.transport.close()

  const closed = { kind: 'retry', reason: 'the transport was closed' }
  expect(await sending).toEqual([closed, closed])
  await server.allClosed()
  expect(await opening.send()).toEqual({ kind: 'retry', reason: 'the transport is closed' })
})

test('an attempt whose signal is aborted already does not begin', async () => {
  for (const protocol of PROTOCOL_NAMES) {
    await using server = await rawServer(() => {})
    using opening = await opened(PROTOCOLS[protocol](server.port))
    expect(await opening.send({ signal: AbortSignal.abort() })).toMatchObject({ kind: 'retry' })
    expect(server.sockets).toEqual([])
  }
})

test('the limit holds against an answer that trickles: an error stays to be tried again', async () => {
  const clock = new ManualClock()
  const { promise: isAnswered, resolve } = Promise.withResolvers<void>()
  await using server = await rawHttpServer((_request, _index, socket) => {
    socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 1000\r\n\r\nx', () => resolve())
    return undefined
  })
  using opening = await opened(http(server.port), { clock })
  const sending = opening.send({ timeoutMs: LIMIT_MS })
  await isAnswered
  await turns(20)
  await clock.advance(LIMIT_MS)

  expect(await sending).toMatchObject({ kind: 'retry', reason: expect.stringMatching(/^reading the answer/) as string })
  await server.allClosed()
})

test('a yes whose rest does not come within the limit is a yes, and its connection is not used again', async () => {
  const clock = new ManualClock()
  const { promise: isAnswered, resolve } = Promise.withResolvers<void>()
  await using server = await rawHttpServer((_request, _index, socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx', () => resolve())
    return undefined
  })
  using opening = await opened(http(server.port), { clock })
  const sending = opening.send({ timeoutMs: LIMIT_MS })
  await isAnswered
  await turns(20)
  await clock.advance(LIMIT_MS)

  expect(await sending).toMatchObject({ kind: 'delivered' })
  await server.allClosed()
})

test('over gRPC, a slow collector that still answers pings keeps its connection', async () => {
  const clock = new ManualClock()
  const { promise: isCalled, resolve } = Promise.withResolvers<void>()
  const server = createHttp2Server()
  let sessions = 0
  let calls = 0
  server.on('session', () => sessions++)
  server.on('stream', (stream) => {
    stream.on('error', () => {})
    if (calls++ === 0) return resolve()
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '0' }, { endStream: true })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  using opening = await opened(grpc((server.address() as AddressInfo).port), { clock })

  const sending = opening.send({ timeoutMs: LIMIT_MS })
  await isCalled
  await clock.advance(LIMIT_MS / 2)
  // The answer to the ping is on its way.
  await turns(50)
  await clock.advance(LIMIT_MS / 2)

  expect(await sending).toMatchObject({
    kind: 'retry',
    reason: expect.stringMatching(/^waiting for the answer/) as string,
  })
  expect(await opening.send()).toEqual({ kind: 'delivered' })
  expect(sessions).toBe(1)
  opening.transport.close()
  server.close()
  await once(server, 'close')
})

test('a body is handed to the connection no faster than it takes it', async () => {
  const requests: ClientRequest[] = []
  const onRequest = (message: unknown): void => void requests.push((message as { request: ClientRequest }).request)
  subscribe('http.client.request.created', onRequest)
  await using server = await rawServer(() => {})
  using opening = await opened(http(server.port))
  const pieces = Array.from({ length: 256 }, () => Buffer.alloc(65_536))
  const isHere = once(server.server, 'connection')
  const sending = opening.send({ body: pieces })
  await isHere
  await turns(20)
  unsubscribe('http.client.request.created', onRequest)
  expect(requests).toHaveLength(1)
  expect(requests[0]?.writableLength).toBeLessThan(4 * 65_536)
  opening.transport.close()
  expect(await sending).toMatchObject({ kind: 'retry' })
})

test('the timers of attempts are gone when they are over', async () => {
  for (const protocol of PROTOCOL_NAMES) {
    const clock = new ManualClock()
    await using server = await rawServer((socket) => socket.destroy())
    using opening = await opened(PROTOCOLS[protocol](server.port), { clock })
    expect(await opening.send()).toMatchObject({ kind: 'retry' })
    expect(clock.pending).toBe(0)
  }
})

/** Turns of the event loop, for what has been sent to arrive in the same process. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}
