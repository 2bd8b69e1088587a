import { fastify } from 'fastify'
import fastifyWebSocket from '@fastify/websocket'
import { createServer, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { Server as SocketIoServer } from 'socket.io'
import { io } from 'socket.io-client'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { systemClock } from '../../src/core/clock.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'
import type { HttpDrainOptions } from '../../src/server/http-drain-options.ts'
import { type HttpDrain, trackHttpServer } from '../../src/server/http-drain.ts'
import { closeFrame } from '../../src/server/websocket-goodbye.ts'
import { selfSignedCertificate } from './self-signed-certificate.ts'
import { bindForTest, until } from './start-server.ts'

const NEVER_REACHED = { limitMs: 60_000 }
const REASON = 'the service is shutting down'
const PLAIN = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const HANDSHAKE =
  'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'

interface Served {
  readonly port: number
  readonly accepted: readonly Socket[]
  readonly drain: HttpDrain
}

async function serve(server: Server, options: Partial<HttpDrainOptions> = {}): Promise<Served> {
  const drain = trackHttpServer(server, { clock: systemClock, name: 'test', quietMs: 0, ...options })
  const { port, accepted } = await bindForTest(server)
  return { port, accepted, drain }
}

/** A client that keeps what it gets, and the way in which it was closed. */
function open(url: string) {
  const socket = new WebSocket(url, { rejectUnauthorized: false })
  const client = { socket, messages: [] as string[], closed: undefined as { code: number; reason: string } | undefined }
  socket.on('message', (data) => client.messages.push((data as Buffer).toString()))
  socket.on('close', (code, reason) => (client.closed = { code, reason: reason.toString() }))
  socket.on('error', () => {})
  onTestFinished(() => socket.terminate())
  return client
}

test.each(['ws', 'wss'])(
  'a WebSocket of the ws library over %s is closed with 1001, and ends on both sides',
  async (scheme) => {
    const server = scheme === 'ws' ? createServer() : createSecureServer(selfSignedCertificate())
    const ended: number[] = []
    const sockets = new WebSocketServer({ server: server as Server })
    sockets.on('connection', (socket) => {
      socket.on('close', (code) => ended.push(code))
      for (let index = 0; index < 100; index++) socket.send(`message ${index}`)
    })
    const { port, drain } = await serve(server)
    const client = open(`${scheme}://127.0.0.1:${port}/chat?token=1`)
    await until(() => drain.connections.upgraded === 1)
    expect(drain.openWork()).toMatchObject([{ kind: 'connection', name: 'websocket /chat' }])
    drain.startDraining()
    await until(() => client.closed !== undefined)
    expect(client.closed).toEqual({ code: 1001, reason: REASON })
    expect(client.messages).toEqual(Array.from({ length: 100 }, (_, index) => `message ${index}`))
    await until(() => drain.inFlight === 0)
    expect(ended).toEqual([1001])
    const report = await drain.finish(NEVER_REACHED)
    expect(report).toMatchObject({ clean: true, figures: { upgraded: 1, toldGoodbye: 1, upgradedCut: 0 } })
  },
)

test('socket.io over WebSocket: the client sees the end of its transport, and not an error', async () => {
  const server = createServer()
  const sockets = new SocketIoServer(server, { transports: ['websocket'] })
  const ended: string[] = []
  sockets.on('connection', (socket) => {
    socket.on('disconnect', (reason) => ended.push(reason))
    for (let index = 0; index < 20; index++) socket.emit('tick', index)
  })
  const { port, drain } = await serve(server)
  const client = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], reconnection: false })
  onTestFinished(() => void client.close())
  const seen: number[] = []
  const disconnects: [string, number | undefined][] = []
  client.on('tick', (index: number) => seen.push(index))
  client.on('disconnect', (reason, details) => {
    const context = (details as { context?: { code?: number } } | undefined)?.context
    disconnects.push([reason, context?.code])
  })
  await until(() => seen.length === 20)
  drain.startDraining()
  await until(() => disconnects.length === 1 && ended.length === 1)
  expect(disconnects).toEqual([['transport close', 1001]])
  expect(ended).toEqual(['transport close'])
  expect(await drain.finish(NEVER_REACHED)).toMatchObject({ clean: true, figures: { toldGoodbye: 1 } })
})

test('@fastify/websocket: closed with 1001, and its handler sees the close', async () => {
  const app = fastify({ forceCloseConnections: false })
  const ended: number[] = []
  await app.register(fastifyWebSocket)
  app.get('/live', { websocket: true }, (socket) => {
    socket.on('close', (code) => ended.push(code))
    socket.send('hello')
  })
  await app.ready()
  const { port, drain } = await serve(app.server)
  const client = open(`ws://127.0.0.1:${port}/live`)
  await until(() => client.messages.length === 1)
  expect(await drain.finish(NEVER_REACHED)).toMatchObject({ clean: true, figures: { toldGoodbye: 1 } })
  await until(() => client.closed !== undefined)
  expect(client.closed).toMatchObject({ code: 1001 })
  expect(ended).toEqual([1001])
})

test('a WebSocket with much unsent data gets all of it before the close', async () => {
  const server = createServer()
  const huge = Buffer.alloc(4 * 1024 * 1024, 1)
  let serverSide: WebSocket | undefined
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => {
    serverSide = socket
    for (let index = 0; index < 4; index++) socket.send(huge)
    socket.send('last words')
  })
  const { port, drain } = await serve(server)
  const client = open(`ws://127.0.0.1:${port}`)
  client.socket.on('open', () => client.socket.pause())
  await until(() => client.socket.isPaused && (serverSide?.bufferedAmount ?? 0) > 0)
  const finished = drain.finish(NEVER_REACHED)
  await until(() => drain.isDraining)
  client.socket.resume()
  expect(await finished).toMatchObject({ clean: true })
  await until(() => client.closed !== undefined)
  expect(client.closed?.code).toBe(1001)
  expect(client.messages.map(({ length }) => length)).toEqual([...Array<number>(4).fill(huge.length), 10])
})

test('what a library writes after the goodbye does not reach the wire', async () => {
  const server = createServer()
  let serverSide: WebSocket | undefined
  new WebSocketServer({ server }).on('connection', (socket) => (serverSide = socket))
  const { port, drain } = await serve(server)
  const received: Buffer[] = []
  const client = open(`ws://127.0.0.1:${port}`)
  client.socket.on('upgrade', (response) => response.socket.on('data', (bytes: Buffer) => received.push(bytes)))
  await until(() => serverSide !== undefined && client.socket.readyState === WebSocket.OPEN)
  drain.startDraining()
  let wasSent = false
  serverSide?.send('too late', () => (wasSent = true))
  await until(() => client.closed !== undefined && drain.inFlight === 0)
  expect(Buffer.concat(received)).toEqual(closeFrame(REASON))
  expect(wasSent).toBe(true)
})

test('WebSockets are told goodbye one after the other, evenly over the spread', async () => {
  const clock = new ManualClock()
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  expect(sockets.clients.size).toBe(0)
  const { port, drain } = await serve(server, { clock })
  const clients = Array.from({ length: 4 }, () => open(`ws://127.0.0.1:${port}`))
  await until(() => clients.every(({ socket }) => socket.readyState === WebSocket.OPEN))
  drain.startDraining({ spreadMs: 4000 })
  const left: number[] = []
  for (let second = 0; second < 4; second++) {
    await until(() => drain.inFlight <= 3 - second)
    left.push(drain.inFlight)
    await clock.advance(1000)
  }
  expect(left).toEqual([3, 2, 1, 0])
})

test('a WebSocket that is opened during the delay is served, and told goodbye when the listener closes', async () => {
  const server = createServer()
  new WebSocketServer({ server }).on('connection', (socket) =>
    socket.on('message', (data) => socket.send(data as Buffer)),
  )
  const { port, drain } = await serve(server)
  drain.startDraining()
  const client = open(`ws://127.0.0.1:${port}`)
  client.socket.on('open', () => client.socket.send('echo'))
  await until(() => client.messages.length === 1)
  expect(client.closed).toBeUndefined()
  expect(await drain.finish(NEVER_REACHED)).toMatchObject({ clean: true, figures: { toldGoodbye: 1 } })
  await until(() => client.closed !== undefined)
  expect(client.closed).toMatchObject({ code: 1001 })
})

test('a handshake that is answered only after the listener has closed is answered first, then told goodbye', async () => {
  const server = createServer()
  let accept = (): void => {}
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    accept = () => sockets.handleUpgrade(request, socket, head, (opened) => opened.send('welcome'))
  })
  const { port, drain } = await serve(server)
  const client = open(`ws://127.0.0.1:${port}`)
  await until(() => drain.connections.upgraded === 1)
  const finished = drain.finish(NEVER_REACHED)
  await until(() => !server.listening)
  await new Promise((resolve) => setTimeout(resolve, 10))
  accept()
  expect(await finished).toMatchObject({ clean: true, figures: { toldGoodbye: 1 } })
  await until(() => client.closed !== undefined)
  expect(client).toMatchObject({ messages: ['welcome'], closed: { code: 1001 } })
})

test('an upgrade that comes after the listener has closed is served and told goodbye at once, or refused after a close', async () => {
  const server = createServer((_, response) => void response.end('ok'))
  new WebSocketServer({ server }).on('connection', (socket) => socket.send('welcome'))
  const { port, accepted, drain } = await serve(server, { clock: new ManualClock() })
  const [silent, told] = [
    connect({ port, host: '127.0.0.1' }),
    connect({ port, host: '127.0.0.1', allowHalfOpen: true }),
  ]
  const texts = new Map<Socket, string>([silent, told].map((socket) => [socket, '']))
  for (const socket of [silent, told]) {
    onTestFinished(() => void socket.destroy())
    socket.on('data', (bytes: Buffer) => texts.set(socket, texts.get(socket) + bytes.toString('latin1')))
  }
  await until(() => drain.connections.open === 2)
  const finished = drain.finish(NEVER_REACHED)
  await until(() => !server.listening)
  silent.write(HANDSHAKE)
  // The answer to the first says that the connection ends; the second is none of ours then.
  told.write(PLAIN)
  await until(() => texts.get(told)?.includes('Connection: close') === true)
  told.write(HANDSHAKE)
  const bytesBoth = HANDSHAKE.length + PLAIN.length
  await until(() => accepted.some(({ bytesRead }) => bytesRead === bytesBoth))
  // Nobody of the service has this socket, so its error must be nobody's, too.
  told.resetAndDestroy()
  await until(() => texts.get(silent)?.includes(REASON) === true)
  silent.end()
  expect(await finished).toMatchObject({ clean: true, figures: { upgraded: 1, toldGoodbye: 1, refused: 1 } })
  expect(texts.get(silent)).toMatch(/^HTTP\/1\.1 101 .*welcome.*the service is shutting down$/s)
  expect(texts.get(told)).not.toContain('101')
})

test('bytes that are piped through end anywhere, so nothing is put between them: such a socket is waited for', async () => {
  const server = createServer()
  const upstream = new PassThrough()
  server.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    socket.on('error', () => {})
    upstream.pipe(socket)
  })
  const { port, drain } = await serve(server)
  const received: Buffer[] = []
  const socket = await rawWebSocket(port)
  socket.on('data', (bytes: Buffer) => received.push(bytes))
  upstream.write('half a fra')
  await until(() => received.length > 0)
  const finished = drain.finish({ limitMs: 60, softLimitMs: 30 })
  expect(await finished).toMatchObject({ clean: false, cutCount: 1, figures: { toldGoodbye: 0, upgradedCut: 1 } })
  expect(Buffer.concat(received).toString()).toBe('half a fra')
})

test('a peer that does not answer the goodbye gets our end at the soft deadline, and is cut at the limit', async () => {
  const clock = new ManualClock()
  const server = createServer()
  new WebSocketServer({ server }).on('connection', (socket) => socket.on('error', () => {}))
  const { port, drain } = await serve(server, { clock })
  const socket = await rawWebSocket(port)
  const received: Buffer[] = []
  let hasEnded = false
  socket.on('data', (bytes: Buffer) => received.push(bytes)).on('end', () => (hasEnded = true))
  const finished = drain.finish({ limitMs: 1000, softLimitMs: 800 })
  await until(() => received.length > 0)
  expect(Buffer.concat(received)).toEqual(closeFrame(REASON))
  await clock.advance(799)
  expect(hasEnded).toBe(false)
  await clock.advance(1)
  await until(() => hasEnded)
  await clock.advance(200)
  expect(await finished).toMatchObject({ clean: false, cut: [{ name: 'websocket /' }], figures: { upgradedCut: 1 } })
})

test('who knows the protocol says goodbye in its own way; what it disowns, or fails at, is told in the default way', async () => {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  const own = new Map<unknown, WebSocket>()
  let opened = 0
  sockets.on('connection', (socket, request) => {
    opened++
    if (request.url === '/own') own.set(request.socket, socket)
  })
  const { port, drain } = await serve(server, {
    sayGoodbye: (socket) => {
      if (own.size === 0) throw new Error('nothing is known here')
      own.get(socket)?.close(4001, 'moving')
      return own.has(socket)
    },
  })
  const [known, unknown] = [open(`ws://127.0.0.1:${port}/own`), open(`ws://127.0.0.1:${port}/other`)]
  await until(() => opened === 2)
  drain.startDraining()
  await until(() => known.closed !== undefined && unknown.closed !== undefined)
  expect(known.closed).toEqual({ code: 4001, reason: 'moving' })
  expect(unknown.closed?.code).toBe(1001)
  own.clear()
  const late = open(`ws://127.0.0.1:${port}/late`)
  await until(() => opened === 3)
  expect(await drain.finish(NEVER_REACHED)).toMatchObject({ clean: true, figures: { toldGoodbye: 3 } })
  await until(() => late.closed !== undefined)
  expect(late.closed?.code).toBe(1001)
})

test('a reason that does not fit into a control frame is left out', () => {
  expect(closeFrame('')).toEqual(Buffer.from([0x88, 2, 0x03, 0xe9]))
  expect(closeFrame('x'.repeat(123))).toHaveLength(127)
  expect(closeFrame('x'.repeat(124))).toEqual(closeFrame(''))
})

/** A WebSocket without a library: it speaks no word after its handshake. */
async function rawWebSocket(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  socket.write(HANDSHAKE)
  await new Promise((resolve) => socket.once('data', resolve))
  return socket
}
