import { once } from 'node:events'
import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { io as connectSocketIo } from 'socket.io-client'
import { HttpProblem } from 'seaworthy/problem'
import { onEvent, withSocketIo } from 'seaworthy/socket.io'
import { onMessage, withWebSockets } from 'seaworthy/ws'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { quietService } from '../service/open-service.ts'
import { secretError } from './errors/deeds.ts'

const answer = (text: string): unknown => {
  if (text === 'sync') throw secretError()
  if (text === 'refuse') throw new HttpProblem(422, 'no such room')
  if (text === 'long') throw new HttpProblem(422, 'é'.repeat(62))
  return Promise.reject(secretError())
}

test.each([
  ['sync', 1011, 'Internal error'],
  ['async', 1011, 'Internal error'],
  ['refuse', 1008, 'no such room'],
  ['long', 1008, 'Refused'],
])('a WebSocket whose message is failed at by %s is closed with %s, %s', async (text, code, reason) => {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, request) => onMessage(socket, request, (data: Buffer) => answer(String(data))))
  const service = quietService()
  const web = service.listener('web', { start: () => withWebSockets(sockets, server) })
  await service.start()
  onTestFinished(() => void service.stop())
  const socket = new WebSocket(`ws://127.0.0.1:${service.address(web)?.port}`)
  await once(socket, 'open')
  socket.send(text)
  const [closed, why] = (await once(socket, 'close')) as [number, Buffer]
  expect([closed, String(why)]).toEqual([code, reason])
})

test('an event of Socket.IO that is failed at is acknowledged with the problem, and the next one is served', async () => {
  const server = createServer()
  const io = new Server(server)
  io.on('connection', (socket) => {
    onEvent(socket, 'order', (text: string) => answer(text))
    onEvent(socket, 'fine', (acknowledge: (text: string) => void) => acknowledge('fine'))
  })
  const service = quietService()
  const web = service.listener('web', { start: () => withSocketIo(io as never, server) })
  await service.start()
  const client = connectSocketIo(`http://127.0.0.1:${service.address(web)?.port}`, { transports: ['websocket'] })
  onTestFinished(async () => {
    client.close()
    await service.stop()
  })
  await once(client as never, 'connect')
  const internal = { problem: { type: 'about:blank', title: 'Internal Server Error', status: 500 } }
  expect(await client.emitWithAck('order', 'sync')).toEqual(internal)
  expect(await client.emitWithAck('order', 'async')).toEqual(internal)
  expect(await client.emitWithAck('order', 'refuse')).toMatchObject({
    problem: { status: 422, detail: 'no such room' },
  })
  client.emit('order', 'sync')
  expect(await client.emitWithAck('fine')).toBe('fine')
})
