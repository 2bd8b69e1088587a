import express from 'express'
import { createServer } from 'node:http'
import { fromExpress } from 'seaworthy/express'
import { attach, withSocketIo } from 'seaworthy/socket.io'
import { Server } from 'socket.io'
import { io as connect, type Socket } from 'socket.io-client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { contractService, startOn } from './contract/start-kind.ts'

/** Found dead by pings only after all tests are over: a waiting poll is ended by nobody but the drain. */
const PATIENT = { pingInterval: 60_000, serveClient: false } as const
const TRANSPORTS = ['websocket', 'polling'] as const

function buildServer(): Server {
  const io = new Server(PATIENT)
  io.on('connection', (socket) => {
    socket.on('ask', (text: string, answer: (text: string) => void) => answer(text.toUpperCase()))
  })
  return io
}

/** A client as users have it, that comes back by itself; to wherever `port` says at that time. */
function client(port: number, transport: (typeof TRANSPORTS)[number]): Socket {
  const socket = connect(`http://127.0.0.1:${port}`, {
    transports: [transport],
    forceNew: true,
    reconnectionDelay: 20,
    reconnectionDelayMax: 50,
  })
  onTestFinished(() => void socket.close())
  return socket
}

/** Nothing but an event: Socket.IO has no promise for it. */
function event(socket: Socket, name: string): Promise<unknown> {
  return new Promise((resolve) => socket.once(name, resolve))
}

describe.each(TRANSPORTS)('%s', (transport) => {
  test('a client is sent away in the way in which it comes back by itself', async () => {
    const io = buildServer()
    const service = contractService({ drainDelayMs: 100 })
    const listener = service.listener('api', {
      host: '127.0.0.1',
      start: () => withSocketIo(io, fromExpress(express())),
    })
    const { port } = await startOn(service, listener)
    const socket = client(port, transport)
    await event(socket, 'connect')
    expect(await socket.emitWithAck('ask', 'hello')).toBe('HELLO')
    const gone = event(socket, 'disconnect')

    const ended = service.stop()

    // Of these reasons only "io server disconnect" keeps a client away.
    expect(await gone).toMatch(/^transport (?:close|error)$/)
    const isComingBack = socket.active
    expect(await ended).toMatchObject({ clean: true, aborted: [] })
    expect(isComingBack).toBe(true)
  })

  test('what is queued for a client arrives before it is sent away', async () => {
    const io = buildServer()
    const service = contractService({ drainDelayMs: 100 })
    const listener = service.listener('api', { host: '127.0.0.1', start: () => withSocketIo(io, createServer()) })
    const { port } = await startOn(service, listener)
    const socket = client(port, transport)
    await event(socket, 'connect')
    const received: number[] = []
    socket.on('news', (id: number) => received.push(id))
    const gone = event(socket, 'disconnect')
    for (let id = 0; id < 50; id++) io.emit('news', id)

    await service.stop()

    await gone
    expect(received).toEqual(Array.from({ length: 50 }, (_, id) => id))
  })
})

test('a WebSocket is closed with the code 1001 and a reason', async () => {
  const io = buildServer()
  const service = contractService({ drainDelayMs: 50 })
  const listener = service.listener('api', { host: '127.0.0.1', start: () => withSocketIo(io, createServer()) })
  const { port } = await startOn(service, listener)
  const socket = client(port, 'websocket')
  await event(socket, 'connect')
  const { ws } = socket.io.engine.transport as unknown as { readonly ws: WebSocket }
  const closed = new Promise<CloseEvent>((resolve) => ws.addEventListener('close', resolve))
  await service.stop()
  expect(await closed).toMatchObject({ code: 1001, reason: expect.stringMatching(/\w/) })
})

test('a message of a polling client that is being received is let in before the client is sent away', async () => {
  const io = new Server(PATIENT)
  const received = Promise.withResolvers<string>()
  io.on('connection', (socket) => socket.on('upload', (text: string) => received.resolve(text)))
  const service = contractService({ drainDelayMs: 300 })
  const listener = service.listener('api', { host: '127.0.0.1', start: () => withSocketIo(io, createServer()) })
  const running = await startOn(service, listener)
  const base = '/socket.io/?EIO=4&transport=polling'
  const opened = await (await running.connect()).ask({ path: base })
  const { sid } = JSON.parse(opened.body.slice(1)) as { sid: string }
  const path = `${base}&sid=${sid}`
  await (await running.connect()).ask({ path, method: 'POST', body: '40' })
  const message = '42["upload","the whole of it"]'
  const upload = (await running.connect()).askInHalves(path, [message.slice(0, 12), message.slice(12)])
  // The half is there when the server has answered something that came later.
  await (await running.connect()).ask({ path: '/socket.io/nothing' })

  const ended = service.stop()
  upload.rest()

  expect(await upload.reply).toMatchObject({ outcome: 'answered', status: 200 })
  expect(await received.promise).toBe('the whole of it')
  await ended
})

test('attach: a server that listens already is adopted, with the clients that it has', async () => {
  const io = new Server(0, PATIENT)
  await new Promise<void>((resolve) => (io.httpServer.listening ? resolve() : io.httpServer.once('listening', resolve)))
  const { port } = io.httpServer.address() as { port: number }
  const socket = client(port, 'websocket')
  await event(socket, 'connect')
  const service = contractService({ drainDelayMs: 50 })
  const listener = attach(service, io)
  await startOn(service, listener)
  expect(service.address(listener)).toMatchObject({ port })
  const gone = event(socket, 'disconnect')

  expect(await service.stop()).toMatchObject({ clean: true, aborted: [] })
  expect(await gone).toBe('transport close')
})

test('a Socket.IO server without HTTP is refused where it is handed over', () => {
  expect(() => withSocketIo(new Server(PATIENT))).toThrow(
    expect.objectContaining({ code: 'SEA_LISTENER_NOT_LISTENABLE' }),
  )
})
