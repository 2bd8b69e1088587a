import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { attach, withWebSockets } from 'seaworthy/ws'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { contractService, startOn } from './contract/start-kind.ts'
import { openWebSocket } from './contract/web-socket.ts'

test('messages that are queued arrive before the goodbye', async () => {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  const service = contractService({ drainDelayMs: 50 })
  const listener = service.listener('api', { host: '127.0.0.1', start: () => withWebSockets(sockets) })
  const running = await startOn(service, listener)
  const client = await openWebSocket(running)
  const received: string[] = []
  client.socket.on('message', (data) => received.push((data as Buffer).toString()))
  // Compressed or large messages are what `ws` queues; this one is larger than any buffer of a socket.
  const large = 'x'.repeat(5_000_000)
  for (const socket of sockets.clients) {
    socket.send(large)
    socket.send('last')
  }

  expect(await service.stop()).toMatchObject({ clean: true, aborted: [] })
  expect(await client.closed).toMatchObject({ code: 1001 })
  expect(received.map((each) => each.length)).toEqual([large.length, 4])
})

test('noServer: the server that takes the upgrades is drained, and its WebSockets are told goodbye', async () => {
  const sockets = new WebSocketServer({ noServer: true })
  const server = createServer()
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request))
  })
  const service = contractService({ drainDelayMs: 50 })
  const listener = service.listener('api', { host: '127.0.0.1', start: () => withWebSockets(sockets, server) })
  const client = await openWebSocket(await startOn(service, listener))

  expect(await service.stop()).toMatchObject({ clean: true, aborted: [] })
  expect(await client.closed).toMatchObject({ code: 1001 })
})

test('a client that does not answer the goodbye is cut at the deadline, and counted', async () => {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  const service = contractService({ drainDelayMs: 0, inFlightMs: 300 })
  const listener = service.listener('api', { host: '127.0.0.1', start: () => withWebSockets(sockets) })
  const client = await openWebSocket(await startOn(service, listener))
  client.socket.pause()

  const report = await service.stop()

  expect(report.clean).toBe(false)
  expect(report.aborted).toHaveLength(1)
  expect(sockets.clients.size).toBe(0)
})

test('a handler that sends after the goodbye gets an error of its own, and nothing else breaks', async () => {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  const service = contractService({ drainDelayMs: 50 })
  const listener = service.listener('api', { host: '127.0.0.1', start: () => withWebSockets(sockets) })
  const client = await openWebSocket(await startOn(service, listener))
  const [socket] = sockets.clients
  const ended = service.stop()
  await client.closed
  const failure = await new Promise<Error | undefined>((resolve) => socket?.send('too late', resolve))
  expect(failure).toBeInstanceOf(Error)
  expect(await ended).toMatchObject({ clean: true })
})

test('attach: a WebSocketServer with a port of its own is adopted, with the clients that it has', async () => {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(sockets, 'listening')
  const { port } = sockets.address() as AddressInfo
  const client = await openWebSocket({ wire: 'http', port })
  const service = contractService({ drainDelayMs: 50 })
  const listener = attach(service, sockets, { name: 'chat' })
  await startOn(service, listener)
  expect(service.address(listener)).toMatchObject({ port })

  expect(await service.stop()).toMatchObject({ clean: true, aborted: [] })
  expect(await client.closed).toMatchObject({ code: 1001 })
})

test('attach with a port: the service listens', async () => {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  const service = contractService({ drainDelayMs: 50 })
  const client = await openWebSocket(await startOn(service, attach(service, sockets, { port: 0, host: '127.0.0.1' })))
  await service.stop()
  expect(await client.closed).toMatchObject({ code: 1001 })
})

test('a WebSocketServer without a server is refused where it is handed over', () => {
  const sockets = new WebSocketServer({ noServer: true })
  expect(() => withWebSockets(sockets)).toThrow(expect.objectContaining({ code: 'SEA_LISTENER_NOT_LISTENABLE' }))
})

test('closing ws by itself leaves its clients open for ever, which is why this is here', async () => {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => server.closeAllConnections())
  const client = await openWebSocket({ wire: 'http', port: (server.address() as AddressInfo).port })
  let isClosed = false
  sockets.close(() => (isClosed = true))
  server.close(() => (isClosed = true))
  client.socket.ping()
  await once(client.socket, 'pong')
  expect({ isClosed, state: client.socket.readyState }).toEqual({ isClosed: false, state: WebSocket.OPEN })
})
