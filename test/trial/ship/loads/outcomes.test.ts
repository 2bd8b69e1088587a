import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { expect, test } from 'vitest'
import { startWireServer } from '../../../load/wire-server.ts'
import { startLoads, untilWritten } from './start-loads.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const LAST = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'

/** Does the same with every request. */
const onRequest =
  (answer: (socket: Socket) => void) =>
  (socket: Socket): void =>
    void socket.on('data', () => answer(socket))

test.each<[string, (socket: Socket) => void, object]>([
  ['answered', (socket) => socket.write(OK), { outcome: 'answered', status: 200, saidClose: false, bodyBytes: 2 }],
  ['answered, then closed', (socket) => socket.end(OK), { outcome: 'answered', status: 200, saidClose: false }],
  ['answered, with the word that it closes', (socket) => socket.end(LAST), { outcome: 'answered', saidClose: true }],
  ['closed without a word', (socket) => socket.end(), { outcome: 'reset-fresh' }],
  ['reset', (socket) => socket.resetAndDestroy(), { outcome: 'reset-fresh', errorCode: 'ECONNRESET' }],
  ['an answer that is cut off', (socket) => socket.end(OK.slice(0, -1)), { outcome: 'truncated' }],
  [
    'an answer without a length, reset',
    (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nhalf', () => socket.resetAndDestroy()),
    { outcome: 'truncated', errorCode: 'ECONNRESET' },
  ],
  ['an answer without a length, ended', (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nall'), { outcome: 'answered' }],
  ['no HTTP', (socket) => socket.write('hello\r\n\r\n'), { outcome: 'malformed' }],
])('%s: the outcome is the same with and without the delay of the wire', async (_, answer, expected) => {
  const { port } = await startWireServer(onRequest(answer))
  const { loads } = startLoads(port)
  expect(await loads.once('test', {})).toMatchObject(expected)
  loads.wireDelayMs = 25
  expect(await loads.once('test', {})).toMatchObject(expected)
})

test('refused: nobody listens; nothing was sent, and there was no connection', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  const { loads, history } = startLoads(port)
  const event = await loads.once('test', {})
  expect(event).toMatchObject({ outcome: 'refused', errorCode: 'ECONNREFUSED' })
  expect(event.headSentAt).toBeUndefined()
  expect(history.soFar('connection')).toEqual([])
})

test('no endpoint: refused, and said so', async () => {
  const { loads } = startLoads(1, { target: () => undefined })
  expect(await loads.once('test', {})).toMatchObject({ outcome: 'refused', errorCode: 'NO_ENDPOINT' })
})

test('each new connection asks where to go, and its events name the replica', async () => {
  const { port } = await startWireServer(onRequest((socket) => socket.write(OK)))
  const pods = ['one', 'two']
  const { loads, history } = startLoads(1, {
    target: () => ({ host: '127.0.0.1', port, pod: pods.shift() ?? 'none' }),
  })
  expect(await loads.once('test', {})).toMatchObject({ pod: 'one', connection: 0 })
  expect(await loads.once('test', {})).toMatchObject({ pod: 'two', connection: 1 })
  expect(history.soFar('connection').map(({ id, what, by, pod }) => [id, what, by, pod])).toEqual([
    [0, 'opened', undefined, 'one'],
    [0, 'closed', 'client', 'one'],
    [1, 'opened', undefined, 'two'],
    [1, 'closed', 'client', 'two'],
  ])
})

test('an answer that comes too late is a time-out, and the connection is closed by the client', async () => {
  const { port } = await startWireServer(() => {})
  const { loads, history } = startLoads(port)
  expect(await loads.once('test', { timeoutMs: 1000 })).toMatchObject({ outcome: 'timeout' })
  expect(history.soFar('connection').at(-1)).toMatchObject({ what: 'closed', by: 'client' })
})

test('a kept connection that the service closes at the moment of the request: lost, and its times say why', async () => {
  const { port } = await startWireServer((socket) => {
    let count = 0
    socket.on('data', () => {
      count++
      if (count === 1) socket.write(OK)
      // The end of the idle connection crosses the next request, which is on the wire already.
      if (count === 1) setTimeout(() => socket.end(), 100)
    })
  })
  const { loads, history } = startLoads(port)
  loads.wireDelayMs = 200
  loads.keepAlive({ connections: 1, perSecond: 50 })
  const [lost] = await untilWritten(history, 'request', 1, ({ outcome }) => outcome === 'reset-reused')
  const { startedAt, sentAt = Infinity, serverClosedAt = 0, at, reuse } = lost ?? { startedAt: 0, at: 0, reuse: 0 }
  expect(reuse).toBe(1)
  // The client could not know: it began before the close had come over the wire.
  expect(startedAt).toBeLessThan(at)
  expect(at - serverClosedAt).toBeGreaterThan(195)
  expect(sentAt - startedAt).toBeGreaterThan(195)
})

test('the times of a request are in order, and the head leaves the wire later by the delay', async () => {
  const { port } = await startWireServer(onRequest((socket) => socket.write(OK)))
  const { loads } = startLoads(port)
  loads.wireDelayMs = 30
  const { intendedAt, startedAt, headSentAt = 0, sentAt = 0, firstByteAt = 0, at } = await loads.once('test', {})
  expect(startedAt).toBeGreaterThanOrEqual(intendedAt)
  // SYN, its answer, and the request.
  expect(headSentAt - startedAt).toBeGreaterThan(85)
  expect(sentAt).toBe(headSentAt)
  expect(firstByteAt - sentAt).toBeGreaterThan(28)
  expect(at).toBeGreaterThanOrEqual(firstByteAt)
})

test('an answer that carries the nonce of another request is the wrong one', async () => {
  let last = ''
  const { port } = await startWireServer((socket) =>
    socket.on('data', (bytes) => {
      const own = /swn[\da-f]+/.exec(String(bytes))?.[0] ?? ''
      const body = last === '' ? own : last
      last = own
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    }),
  )
  const { loads } = startLoads(port)
  const route = { method: 'GET', path: '/a?b=c', headers: {} }
  expect(await loads.once('test', { nonce: true, route })).toMatchObject({ outcome: 'answered', path: '/a?b=c' })
  expect(await loads.once('test', { nonce: true, route })).toMatchObject({ outcome: 'wrong-body' })
  expect(await loads.once('test', { route })).toMatchObject({ outcome: 'answered' })
})
