import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import { systemClock } from '../../src/core/clock.ts'
import { RawWebSocket, type RawWebSocketOptions } from '../../src/load/raw-web-socket.ts'
import { answering, startWireServer } from './wire-server.ts'

function open(port: number, options: Partial<RawWebSocketOptions> = {}): RawWebSocket {
  const socket = new RawWebSocket({ clock: systemClock, host: '127.0.0.1', port, ...options })
  onTestFinished(() => socket.close())
  return socket
}

/** A server of the package ws, so that the client is held against somebody else's reading of the protocol. */
async function startSockets(onSocket: (socket: WebSocket) => void): Promise<number> {
  const server = createServer()
  new WebSocketServer({ server }).on('connection', onSocket)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

test('answered: the server says goodbye, and its code is the status', async () => {
  const port = await startSockets((socket) => socket.close(1001, 'going away'))
  expect(await open(port).request({ path: '/' })).toMatchObject({ outcome: 'answered', status: 1001 })
})

test('the goodbye is returned, so that the server sees a clean end', async () => {
  const { promise: closed, resolve } = Promise.withResolvers<number>()
  const port = await startSockets((socket) => {
    socket.once('close', resolve)
    socket.close(1001)
  })
  await open(port, { wireDelayMs: 5 }).request({ path: '/' })
  expect(await closed).toBe(1001)
})

test('a goodbye without a code is one, too', async () => {
  const port = await startSockets((socket) => socket.close())
  expect(await open(port).request({ path: '/' })).toMatchObject({ outcome: 'answered', status: 1005 })
})

test('truncated: the connection ends without a goodbye', async () => {
  const port = await startSockets((socket) => socket.terminate())
  expect(await open(port).request({ path: '/' })).toMatchObject({ outcome: 'truncated' })
})

test('a message goes out again whenever it comes back, pings are answered, and messages are counted', async () => {
  const { promise: ponged, resolve } = Promise.withResolvers<void>()
  const seen: string[] = []
  const port = await startSockets((socket) => {
    socket.once('pong', resolve)
    socket.on('message', (data) => {
      seen.push((data as Buffer).toString())
      if (seen.length === 3) socket.ping()
      if (seen.length === 5) void ponged.then(() => socket.close(1000))
      else socket.send(data)
    })
  })
  const socket = open(port, { message: 'ahoy' })
  expect(await socket.request({ path: '/' })).toMatchObject({ outcome: 'answered', status: 1000 })
  expect(seen).toEqual(['ahoy', 'ahoy', 'ahoy', 'ahoy', 'ahoy'])
  expect(socket.messageCount).toBe(4)
  expect(socket.isOpen).toBe(false)
})

test('a long message from the server is read to its end, however it is cut', async () => {
  const port = await startSockets((socket) => {
    socket.send('x'.repeat(60_000))
    socket.close(1001)
  })
  const socket = open(port)
  expect(await socket.request({ path: '/' })).toMatchObject({ outcome: 'answered', status: 1001 })
  expect(socket.messageCount).toBe(1)
})

test('an answer of HTTP in place of a WebSocket is an answer', async () => {
  const { port } = await startWireServer(answering('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n'))
  expect(await open(port).request({ path: '/' })).toMatchObject({ outcome: 'answered', status: 503 })
})

test('malformed: a handshake that proves nothing, and bytes that are no frame', async () => {
  const unproven = await startWireServer(
    answering('HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: AAAA\r\n\r\n'),
  )
  expect(await open(unproven.port).request({ path: '/' })).toMatchObject({ outcome: 'malformed' })
  const masked = await startSockets((socket) => {
    ;(socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(Buffer.from([0x81, 0x84, 0, 0]))
  })
  expect(await open(masked).request({ path: '/' })).toMatchObject({ outcome: 'malformed' })
})

test('refused, reset in the handshake, and no end in time', async () => {
  const { port, server } = await startWireServer(() => {})
  await new Promise((resolve) => server.close(resolve))
  expect(await open(port).request({ path: '/' })).toMatchObject({ outcome: 'refused', errorCode: 'ECONNREFUSED' })

  const resetting = await startWireServer((socket) => socket.on('data', () => socket.resetAndDestroy()))
  expect(await open(resetting.port).request({ path: '/' })).toMatchObject({ outcome: 'reset-fresh' })

  const silent = await startSockets(() => {})
  expect(await open(silent).request({ path: '/', timeoutMs: 50 })).toMatchObject({ outcome: 'timeout' })
})
