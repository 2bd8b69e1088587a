import {
  createServer as createHttp2,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import { type AddressInfo, createServer as createNet, type Server, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { RawHttp2Connection } from '../../src/load/http2-client.ts'
import type { RawConnectionOptions } from '../../src/load/raw-connection-options.ts'

async function bind<S extends Server | Http2Server>(server: S): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => void sockets.add(socket))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}

function open(port: number, options: Partial<RawConnectionOptions> = {}): RawHttp2Connection {
  const connection = new RawHttp2Connection({ clock: systemClock, host: '127.0.0.1', port, ...options })
  onTestFinished(() => connection.close())
  return connection
}

async function serve(onStream: (stream: ServerHttp2Stream, path: string, session: ServerHttp2Session) => void) {
  const server = createHttp2()
  server.on('sessionError', () => {})
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    onStream(stream, headers[':path'] ?? '', stream.session as ServerHttp2Session)
  })
  return bind(server)
}

test('an answer comes whole, with status, headers, body, interim answers and trailers', async () => {
  const port = await serve((stream) => {
    stream.additionalHeaders({ ':status': 103, link: '</a>' })
    stream.respond({ ':status': 201, 'x-a': 'b' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '1' }))
    stream.pipe(stream)
  })
  const client = open(port, { wireDelayMs: 5 })
  expect(await client.connect()).toBe(true)
  const result = await client.request({ method: 'POST', path: '/', body: 'hello' })
  expect(result).toMatchObject({ outcome: 'answered', status: 201, interim: [103], bodyBytes: 5, reuse: 0 })
  expect(result.headers?.['x-a']).toBe('b')
  expect(result.trailers).toEqual({ 'x-sum': '1' })
  expect(result.body?.toString()).toBe('hello')
  expect(await client.request({ path: '/' })).toMatchObject({ outcome: 'answered', reuse: 1 })
})

test('cancel gives up what waits by RST_STREAM and CANCEL, and the connection goes on', async () => {
  const codes: number[] = []
  const port = await serve((stream, path) => {
    stream.once('close', () => codes.push(stream.rstCode))
    if (path === '/now') stream.respond({ ':status': 204 }, { endStream: true })
  })
  const client = open(port, { wireDelayMs: 5 })
  expect(await client.request({ path: '/now' })).toMatchObject({ outcome: 'answered' })
  const waiting = [client.request({ path: '/a' }), client.request({ path: '/b' })]
  await new Promise((resolve) => setTimeout(resolve, 50))
  client.cancel()
  for (const { errorCode, resetCode, outcome } of await Promise.all(waiting)) {
    expect([errorCode, resetCode, outcome]).toEqual(['RST_STREAM 8', undefined, 'reset-reused'])
  }
  expect(await client.request({ path: '/now' })).toMatchObject({ outcome: 'answered', reuse: 3 })
  expect(codes).toEqual([0, 8, 8, 0])
})

test('nobody listens: refused, nothing was sent, and the connection is over', async () => {
  const server = createNet()
  const port = await bind(server)
  await new Promise((resolve) => void server.close(resolve))
  const client = open(port)
  let closed = 0
  client.onClosed = () => void closed++
  expect(await client.request({ path: '/' })).toMatchObject({ outcome: 'refused', errorCode: 'ECONNREFUSED' })
  expect(client.isUsable).toBe(false)
  await client.closed
  expect(closed).toBe(1)
  expect(() => client.request({ path: '/' })).toThrow(expect.objectContaining({ code: 'SEA_LOAD_CONNECTION_CLOSED' }))
})

test('what became of a stream: refused by the server, reset, cut off, too late', async () => {
  const port = await serve((stream, path, session) => {
    if (path === '/refuse') stream.close(7)
    if (path === '/reset') stream.close(2)
    if (path === '/begin') {
      stream.respond({ ':status': 200 })
      stream.write('some')
      setTimeout(() => session.destroy(), 20)
    }
  })
  const client = open(port)
  expect(await client.request({ path: '/refuse' })).toMatchObject({ outcome: 'reset-fresh', isRetrySafe: true })
  expect(await client.request({ path: '/reset' })).toMatchObject({
    outcome: 'reset-reused',
    isRetrySafe: false,
    errorCode: 'RST_STREAM 2',
  })
  expect(await client.request({ path: '/hangs', timeoutMs: 30 })).toMatchObject({ outcome: 'timeout' })
  expect(await client.request({ path: '/begin' })).toMatchObject({ outcome: 'truncated' })
})

test('a stream that is on the wire when a GOAWAY leaves it out is lost, and known to be safe to send again', async () => {
  const port = await serve((stream, path, session) => {
    stream.respond({ ':status': 200 })
    stream.end()
    if (path === '/last') session.close()
  })
  const client = open(port, { wireDelayMs: 20 })
  let ended = 0
  client.onClosed = () => void ended++
  const last = client.request({ path: '/last' })
  await new Promise((resolve) => setTimeout(resolve, 10))
  const late = client.request({ path: '/late' })
  expect(await last).toMatchObject({ outcome: 'answered' })
  expect(await late).toMatchObject({ outcome: 'reset-reused', isRetrySafe: true })
  expect(client.goaways).toContain(1)
  expect(client.isUsable).toBe(false)
  await client.closed
  expect(ended).toBe(1)
})

test('bytes that are no HTTP/2 are malformed', async () => {
  const port = await bind(
    createNet((socket) => void socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  )
  expect((await open(port).request({ path: '/' })).outcome).toBe('malformed')
})

test('the delay is on the wire: what is sent is not there before it', async () => {
  let seenAt = 0
  const port = await serve((stream) => {
    seenAt = performance.now()
    stream.respond({ ':status': 200 })
    stream.end()
  })
  const client = open(port, { wireDelayMs: 30 })
  const startedAt = performance.now()
  await client.request({ path: '/' })
  expect(seenAt - startedAt).toBeGreaterThanOrEqual(29)
  expect(performance.now() - seenAt).toBeGreaterThanOrEqual(29)
})
