import { createServer, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createHash } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { startLoads, untilWritten } from './start-loads.ts'

const CLOSE_1001 = Buffer.from([0x88, 0x02, 0x03, 0xe9])

/** Takes WebSockets at `/ws` and streams of events at `/events`; `onSocket` has each after its handshake. */
async function serve(
  onSocket: (socket: Socket) => void,
  onEvents: (response: ServerResponse) => void,
): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((_, response) => onEvents(response))
  server.on('connection', (socket) => sockets.add(socket))
  server.on('upgrade', (request, socket: Socket) => {
    socket.on('error', () => {})
    const key = `${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
    const accept = createHash('sha1').update(key).digest('base64')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    onSocket(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}

const notFound = (response: ServerResponse): void => void response.writeHead(404).end()

test('a socket that the service ends with 1001 says so; one that dies without a frame has 1006', async () => {
  const sockets: Socket[] = []
  const port = await serve((socket) => sockets.push(socket), notFound)
  const { loads, history } = startLoads(port)
  loads.webSockets({ path: '/ws', idle: 2, chatting: 0 })
  await untilWritten(history, 'socket', 2, ({ what }) => what === 'opened')
  sockets[0]?.end(CLOSE_1001)
  sockets[1]?.destroy()
  const closed = await untilWritten(history, 'socket', 2, ({ what }) => what === 'closed')
  expect(closed.map(({ code }) => String(code)).toSorted()).toEqual(['1001', '1006'])
  expect(closed.every(({ by, type, isChatting }) => by === 'service' && type === 'websocket' && !isChatting)).toBe(true)
  expect(history.soFar('request')).toEqual([])
})

test('chatting sockets say something, and what comes back is noted', async () => {
  const port = await serve(
    // An unmasked frame of text, for each frame that comes.
    (socket) => socket.on('data', () => socket.write(Buffer.from([0x81, 0x02, 0x6f, 0x6b]))),
    notFound,
  )
  const { loads, history } = startLoads(port)
  const load = loads.webSockets({ path: '/ws', idle: 1, chatting: 1 })
  const messages = await untilWritten(history, 'socket', 2, ({ what }) => what === 'message')
  expect(messages.every(({ isChatting }) => isChatting)).toBe(true)
  await load.stop()
  const closed = await untilWritten(history, 'socket', 2, ({ what }) => what === 'closed')
  expect(closed.every(({ by }) => by === 'client')).toBe(true)
})

test('a service that takes no WebSockets refuses them', async () => {
  const server = createServer((_, response) => notFound(response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { loads, history } = startLoads((server.address() as AddressInfo).port)
  loads.webSockets({ path: '/ws', idle: 1, chatting: 0 })
  expect(await untilWritten(history, 'socket', 1)).toMatchObject([{ what: 'refused' }])
})

test('streams of events: opened, messages, 1000 for an end in good order, 1006 for any other', async () => {
  const responses: ServerResponse[] = []
  const port = await serve(
    () => {},
    (response) => {
      responses.push(response)
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: hello\n\n')
    },
  )
  const { loads, history } = startLoads(port)
  loads.eventStreams({ path: '/events', count: 2 })
  await untilWritten(history, 'socket', 2, ({ what }) => what === 'message')
  responses[0]?.end()
  responses[1]?.destroy()
  const closed = await untilWritten(history, 'socket', 2, ({ what }) => what === 'closed')
  expect(closed.map(({ code }) => String(code)).toSorted()).toEqual(['1000', '1006'])
  expect(closed.every(({ by, type }) => by === 'service' && type === 'sse')).toBe(true)
})

test('an answer that is no stream of events is a refusal', async () => {
  const port = await serve(() => {}, notFound)
  const { loads, history } = startLoads(port)
  loads.eventStreams({ path: '/events', count: 1 })
  expect(await untilWritten(history, 'socket', 1)).toMatchObject([{ what: 'refused' }])
})
