import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { isSeaworthyError } from '../../src/core/seaworthy-error.ts'
import { RawConnection } from '../../src/load/raw-client.ts'
import { answering, openConnection, startWireServer } from './wire-server.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const LAST = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'

test('requests share a connection, and each result says how often it had been used', async () => {
  const { port } = await startWireServer(answering(OK))
  const connection = openConnection(port)
  expect(await connection.request({ path: '/' })).toMatchObject({ outcome: 'answered', status: 200, reuse: 0 })
  expect(await connection.request({ path: '/' })).toMatchObject({ outcome: 'answered', reuse: 1, saidClose: false })
  expect(connection.isUsable).toBe(true)
})

test('what goes on the wire is what was asked for and nothing more', async () => {
  let seen = ''
  const { port } = await startWireServer((socket) =>
    socket.on('data', (bytes) => {
      seen += bytes.toString('latin1')
      socket.write(OK)
    }),
  )
  await openConnection(port).request({ method: 'PUT', path: '/a?b', headers: { traceparent: '00-x' }, body: 'data' })
  expect(seen).toBe(
    `PUT /a?b HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\ntraceparent: 00-x\r\nContent-Length: 4\r\n\r\ndata`,
  )
})

test('after Connection: close the connection is not usable, and the next request is refused at once', async () => {
  const { port } = await startWireServer(answering(LAST))
  const connection = openConnection(port)
  expect(await connection.request({ path: '/' })).toMatchObject({ outcome: 'answered', saidClose: true })
  expect(connection.isUsable).toBe(false)
  let thrown: unknown
  try {
    void connection.request({ path: '/' })
  } catch (error) {
    thrown = error
  }
  expect(isSeaworthyError(thrown, 'SEA_LOAD_CONNECTION_CLOSED')).toBe(true)
})

test('refused: nobody listens', async () => {
  const { port, server } = await startWireServer(() => {})
  await new Promise((resolve) => server.close(resolve))
  expect(await openConnection(port).request({ path: '/' })).toMatchObject({
    outcome: 'refused',
    errorCode: 'ECONNREFUSED',
  })
})

test('reset-fresh: a new connection dies before a byte of the answer, by reset or by an orderly close', async () => {
  const reset = await startWireServer((socket) => socket.on('data', () => socket.resetAndDestroy()))
  const result = await openConnection(reset.port).request({ path: '/' })
  expect(result).toMatchObject({ outcome: 'reset-fresh', errorCode: 'ECONNRESET', reuse: 0 })

  const closed = await startWireServer((socket) => socket.on('data', () => socket.end()))
  expect(await openConnection(closed.port).request({ path: '/' })).toMatchObject({ outcome: 'reset-fresh' })
})

test('reset-reused: a kept-alive connection dies under the request', async () => {
  const { port } = await startWireServer((socket) => {
    socket.once('data', () => {
      socket.write(OK)
      socket.once('data', () => socket.resetAndDestroy())
    })
  })
  const connection = openConnection(port)
  await connection.request({ path: '/' })
  expect(await connection.request({ path: '/' })).toMatchObject({ outcome: 'reset-reused', reuse: 1 })
})

test('truncated: the answer begins and does not end', async () => {
  const { port } = await startWireServer((socket) =>
    socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal')),
  )
  expect(await openConnection(port).request({ path: '/' })).toMatchObject({ outcome: 'truncated' })
})

test('timeout: no complete answer in time', async () => {
  const { port } = await startWireServer(answering('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal'))
  expect(await openConnection(port).request({ path: '/', timeoutMs: 50 })).toMatchObject({ outcome: 'timeout' })
})

test('malformed: bytes that are no answer, and an answer that nobody asked for', async () => {
  const { port } = await startWireServer(answering('220 mail ready\r\n\r\n'))
  expect(await openConnection(port).request({ path: '/' })).toMatchObject({ outcome: 'malformed' })

  const eager = await startWireServer((socket) => socket.write(OK))
  const connection = openConnection(eager.port)
  await connection.connect()
  await new Promise<void>((resolve) => (connection.onClosed = resolve))
  expect(connection.isUsable).toBe(false)
})

test('requests sent without waiting are pipelined, and answered in order', async () => {
  let heads = 0
  const { port } = await startWireServer((socket) =>
    socket.on('data', (bytes) => {
      for (const _ of bytes.toString('latin1').matchAll(/\r\n\r\n/g)) {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${heads++}`)
      }
    }),
  )
  const connection = openConnection(port)
  const results = await Promise.all(['/a', '/b', '/c'].map((path) => connection.request({ path })))
  expect(results.map(({ body, reuse }) => [body?.toString(), reuse])).toEqual([
    ['0', 0],
    ['1', 1],
    ['2', 2],
  ])
})

test('pipelined requests behind an answer that says close end as a connection that died', async () => {
  const { port } = await startWireServer((socket) => socket.once('data', () => socket.end(LAST)))
  const connection = openConnection(port)
  const results = await Promise.all(['/a', '/b'].map((path) => connection.request({ path })))
  expect(results.map(({ outcome }) => outcome)).toEqual(['answered', 'reset-reused'])
})

test('a close of the server while nothing is asked makes the connection unusable', async () => {
  const { port } = await startWireServer((socket) => socket.once('data', () => socket.write(OK, () => socket.end())))
  const connection = openConnection(port)
  const closed = new Promise<void>((resolve) => (connection.onClosed = resolve))
  await connection.request({ path: '/' })
  await closed
  expect(connection.isUsable).toBe(false)
})

test('with a wire delay, a request that crosses the close of the server on the wire is lost, every time', async () => {
  let closeNow = (): void => {}
  const { port } = await startWireServer((socket) => {
    socket.on('data', () => socket.write(OK))
    closeNow = () => socket.destroy()
  })
  const connection = openConnection(port, { wireDelayMs: 20 })
  await connection.request({ path: '/' })
  closeNow()
  expect(connection.isUsable).toBe(true)
  expect(await connection.request({ path: '/' })).toMatchObject({ outcome: 'reset-reused' })
})

test('with a wire delay, an answer and the close behind it arrive in that order', async () => {
  const { port } = await startWireServer((socket) => socket.on('data', () => socket.end(OK)))
  for (let run = 0; run < 20; run++) {
    expect(await openConnection(port, { wireDelayMs: 2 }).request({ path: '/' })).toMatchObject({ outcome: 'answered' })
  }
})

test('closing ends what waits', async () => {
  const { port } = await startWireServer(() => {})
  const connection = new RawConnection({ clock: systemClock, host: '127.0.0.1', port })
  await connection.connect()
  const result = connection.request({ path: '/' })
  connection.close()
  expect(await result).toMatchObject({ outcome: 'reset-fresh' })
})

test('a lost request says when it went out and when the server closed, before the delay of the wire', async () => {
  const { port } = await startWireServer((socket) => socket.once('data', () => socket.end()))
  const connection = openConnection(port, { wireDelayMs: 20 })
  const { outcome, wire } = await connection.request({ path: '/' })
  expect(outcome).toBe('reset-fresh')
  expect(wire).toEqual({
    connectedAt: expect.any(Number),
    lastWriteAt: expect.any(Number),
    headSentAt: expect.any(Number),
    sentAt: expect.any(Number),
    serverClosedAt: expect.any(Number),
  })
  const { connectedAt = 0, lastWriteAt = 0, serverClosedAt = 0 } = wire ?? {}
  expect(lastWriteAt - connectedAt).toBeGreaterThan(0)
  expect(serverClosedAt - lastWriteAt).toBeGreaterThan(0)
})
