import { constants, type ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { writeNotice } from '../../src/server/http2-notice.ts'
import { bindHttp2, secureServer, startHttp2 } from './start-http2.ts'
import { gate, until } from './start-server.ts'

// What the drain of HTTP/2 relies on in Node, and what it exists for; checked by hand on 22.15, 22.23, 24.21 and 26.10,
// and the same there unless a test says otherwise. When one of these fails on a new version of Node, the code that its
// name speaks of has lost its reason or its footing.

const NODE_MAJOR = Number(process.versions.node.split('.')[0])
const HIGHEST_STREAM = 2 ** 31 - 1
const soon = (ms = 80): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

test('goaway() with the highest stream is no notice: streams that come after it are ignored, not even refused', async () => {
  const seen: string[] = []
  const { sessions, connect } = await startHttp2((request, response) => {
    seen.push(request.url)
    response.end('ok')
  })
  const client = connect({ wireDelayMs: 20 })
  await client.request({ path: '/first' })
  const crossing = client.request({ path: '/crossing', timeoutMs: 300 })
  await new Promise((resolve) => setImmediate(resolve))
  sessions[0]?.goaway(constants.NGHTTP2_NO_ERROR, HIGHEST_STREAM)
  expect((await crossing).outcome).toBe('timeout')
  expect(seen).toEqual(['/first'])
})

test('a notice that is written past the session refuses nothing', async () => {
  const { server, connect } = await startHttp2((_, response) => void response.end('ok'))
  const sockets: Socket[] = []
  server.on('connection', (socket: Socket) => sockets.push(socket))
  const client = connect({ wireDelayMs: 20 })
  await client.request({ path: '/first' })
  const crossing = client.request({ path: '/crossing' })
  await new Promise((resolve) => setImmediate(resolve))
  expect(sockets.map((socket) => writeNotice(socket))).toEqual(['sent'])
  expect((await crossing).outcome).toBe('answered')
  expect(client.goaways[0]).toBe(HIGHEST_STREAM)
})

test('session.close() refuses streams that are on the wire, in a way that lets them be sent again', async () => {
  const answer = gate()
  const { sessions, connect } = await startHttp2((_, response) => void answer.opened.then(() => response.end('ok')))
  const client = connect({ wireDelayMs: 20 })
  const inFlight = client.request({ path: '/' })
  await until(() => sessions.length === 1)
  await soon()
  const crossing = client.request({ path: '/crossing' })
  await new Promise((resolve) => setImmediate(resolve))
  sessions[0]?.close()
  expect(await crossing).toMatchObject({ outcome: 'reset-reused', isRetrySafe: true })
  answer.open()
  expect(await inFlight).toMatchObject({ outcome: 'answered' })
})

test('server.close() ends idle sessions from Node 24 on; on 22 it leaves them and never ends itself', async () => {
  const { server, connect } = await startHttp2((_, response) => void response.end('ok'))
  const client = connect()
  await client.request({ path: '/' })
  server.close()
  await soon()
  expect(client.isUsable).toBe(NODE_MAJOR < 24)
})

test('a session that knows of no streams any more is closed by its own close() only with the client', async () => {
  const { sessions, connect } = await startHttp2((_, response) => void response.end('ok'))
  const client = connect()
  await client.request({ path: '/' })
  client.pause()
  const [session] = sessions
  let isClosed = false
  session?.on('close', () => (isClosed = true))
  session?.close()
  await soon()
  // It has sent its FIN and waits for that of the client without a limit.
  expect(isClosed).toBe(false)
  client.resume()
  await client.closed
  await until(() => isClosed)
})

test('the session begins within the event of its connection, which is how the two are known to belong together', async () => {
  const { server, connect } = await startHttp2((_, response) => void response.end('ok'))
  const order: string[] = []
  server.prependListener('connection', () => {
    order.push('connection')
    queueMicrotask(() => order.push('later'))
  })
  server.prependListener('session', () => order.push('session'))
  await connect().request({ path: '/' })
  expect(order).toEqual(['connection', 'session', 'later'])
})

test('with TLS, the session begins within the event of its secure connection', async () => {
  const server = secureServer((_, response) => void response.end('ok'))
  const order: string[] = []
  server.prependListener('secureConnection', () => {
    order.push('secureConnection')
    queueMicrotask(() => order.push('later'))
  })
  server.prependListener('session', () => order.push('session'))
  const { connect } = await bindHttp2(server)
  await connect().request({ path: '/' })
  expect(order).toEqual(['secureConnection', 'session', 'later'])
})

test('a TLS socket is never written to past its session: only the final GOAWAY can go there', async () => {
  const server = secureServer((_, response) => void response.end('ok'))
  const sockets: Socket[] = []
  server.on('secureConnection', (socket) => sockets.push(socket))
  const { connect } = await bindHttp2(server)
  await connect().request({ path: '/' })
  expect(sockets.map((socket) => writeNotice(socket))).toEqual(['impossible'])
})

test('a session takes its streams through its own emit(), also an overridden one', async () => {
  const { server, connect } = await startHttp2((_, response) => void response.end('ok'))
  const events: (string | symbol)[] = []
  server.on('session', (session: ServerHttp2Session) => {
    const emit = session.emit.bind(session) as (...args: unknown[]) => boolean
    session.emit = ((...args: [string | symbol, ...unknown[]]) => {
      events.push(args[0])
      return emit(...args)
    }) as typeof session.emit
  })
  await connect().request({ path: '/' })
  expect(events).toContain('stream')
})
