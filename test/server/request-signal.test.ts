import { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createHttp2Server, connect as connectHttp2, type Http2ServerRequest } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { trackHttpServer } from '../../src/server/http-drain.ts'
import { countInterrupted, endSignal, endSignals, signalOf } from '../../src/server/request-signal.ts'
import { startDrainedServer, startServer, until } from './start-server.ts'

const GONE = { name: 'AbortError', code: 'SEA_REQUEST_CLIENT_GONE' }
const SHUTDOWN = { name: 'AbortError', code: 'SEA_REQUEST_SHUTDOWN' }

/** Keeps every request and its signal, and answers nothing. */
function keeping() {
  const requests: IncomingMessage[] = []
  const responses: ServerResponse[] = []
  const signals: AbortSignal[] = []
  const handler: RequestListener = (request, response) => {
    requests.push(request)
    responses.push(response)
    signals.push(signalOf(request))
  }
  return { requests, responses, signals, handler, arrived: (count: number) => until(() => signals.length === count) }
}

test.each(['close', 'reset'] as const)('a client that goes away (%s) aborts the signal of its request', async (how) => {
  const { signals, handler, arrived } = keeping()
  const { drain, connect } = await startDrainedServer(handler)
  const client = connect()
  void client.request({ path: '/' })
  await arrived(1)
  expect(signals[0]?.aborted).toBe(false)
  client[how]()
  await until(() => signals[0]?.aborted === true)
  expect(signals[0]?.reason).toMatchObject(GONE)
  expect(drain.inFlight).toBe(0)
})

test('an answered request is never aborted: not by the end of its connection, and not by a shutdown', async () => {
  const { requests, responses, signals, handler, arrived } = keeping()
  const { server, drain, connect } = await startDrainedServer(handler)
  const client = connect()
  const answer = client.request({ path: '/' })
  await arrived(1)
  responses[0]?.end('ok')
  await answer
  await until(() => drain.inFlight === 0)
  client.close()
  await until(() => drain.connections.open === 0)
  endSignals(server, 'test')
  expect(signals[0]?.aborted).toBe(false)
  // Also when it is asked for only now.
  expect(signalOf(requests[0] as IncomingMessage)).toBe(signals[0])
})

test('a signal that is asked for when all is over tells what became of the request', async () => {
  const requests: IncomingMessage[] = []
  const { drain, connect } = await startDrainedServer((request, response) => {
    requests.push(request)
    if (request.url === '/answered') response.end('ok')
  })
  await connect().request({ path: '/answered' })
  const client = connect()
  void client.request({ path: '/given-up' })
  await until(() => requests.length === 2)
  client.close()
  await until(() => drain.inFlight === 0)
  await until(() => requests[1]?.socket.destroyed === true)
  const [answered, givenUp] = requests.map(signalOf)
  expect(answered?.aborted).toBe(false)
  expect(givenUp?.reason).toMatchObject(GONE)
})

test('the soft deadline aborts the signals of all requests in flight, and those that are asked for later', async () => {
  const { signals, handler, arrived } = keeping()
  const seen: IncomingMessage[] = []
  const { server, drain, connect } = await startDrainedServer((request, response) => {
    if (request.url === '/late') seen.push(request)
    else handler(request, response)
  })
  for (const path of ['/a', '/b', '/late']) void connect().request({ path })
  await arrived(2)
  await until(() => seen.length === 1)
  const giveUp = new AbortController()
  const finished = drain.finish({ limitMs: 60_000, softLimitMs: 10, signal: giveUp.signal })
  await until(() => signals.every(({ aborted }) => aborted))
  for (const { reason } of [...signals, signalOf(seen[0] as IncomingMessage)]) expect(reason).toMatchObject(SHUTDOWN)
  giveUp.abort()
  expect((await finished).cutCount).toBe(3)
  expect(server.listening).toBe(false)
})

test('a request that its signal has ended is counted as interrupted: not one that nobody listens for, and not one that is cut', async () => {
  const arrived: string[] = []
  const { drain, connect } = await startDrainedServer((request, response) => {
    arrived.push(request.url ?? '')
    if (request.url === '/deaf') setTimeout(() => response.end('late'), 200)
    else if (request.url === '/asks-late')
      setTimeout(() => signalOf(request).aborted && response.writeHead(503).end(), 100)
    else {
      signalOf(request).addEventListener('abort', () => {
        if (request.url === '/listens') response.writeHead(503).end()
        if (request.url === '/gives-up') response.destroy()
      })
    }
  })
  const paths = ['/listens', '/gives-up', '/hangs', '/deaf', '/asks-late']
  for (const path of paths) void connect().request({ path })
  await until(() => arrived.length === paths.length)
  const report = await drain.finish({ limitMs: 2000, softLimitMs: 10 })
  expect(report).toMatchObject({ cutCount: 1, figures: { interrupted: 3, answered: 3, clientGone: 1, cut: 1 } })
})

test('a request that is ended one by one, as server-sent events are, has no part in that count', async () => {
  const requests: IncomingMessage[] = []
  const { server, connect } = await startDrainedServer((request) => void requests.push(request))
  for (const path of ['/before', '/after']) void connect().request({ path })
  await until(() => requests.length === 2)
  const [before, after] = requests as [IncomingMessage, IncomingMessage]
  endSignal(before, 'test')
  endSignals(server, 'test')
  endSignal(after, 'test')
  expect(requests.every((request) => signalOf(request).aborted)).toBe(true)
  expect(countInterrupted(server, 'http1', [])).toBe(0)
})

test('each of several pipelined requests has a signal of its own', async () => {
  const { responses, signals, handler, arrived } = keeping()
  const { drain, connect } = await startDrainedServer(handler)
  const client = connect()
  const answers = ['/a', '/b'].map((path) => client.request({ path }))
  void client.request({ path: '/c' })
  await arrived(3)
  responses[0]?.end('ok')
  responses[1]?.end('ok')
  await Promise.all(answers)
  client.close()
  await until(() => signals[2]?.aborted === true)
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, true])
  expect(drain.totals).toMatchObject({ answered: 2, clientGone: 1 })
})

test('a signal that was asked for before the server was tracked hears of the soft deadline', async () => {
  const { signals, handler, arrived } = keeping()
  const { server, connect } = await startServer(handler)
  const client = connect()
  void client.request({ path: '/' })
  await arrived(1)
  const drain = trackHttpServer(server, { clock: systemClock, name: 'late' })
  await drain.finish({ limitMs: 60, softLimitMs: 0 })
  expect(signals[0]?.reason).toMatchObject(SHUTDOWN)
})

test('on a server that nobody tracks the signal tells of the client', async () => {
  const { signals, handler, arrived } = keeping()
  const { connect } = await startServer(handler)
  const client = connect()
  void client.request({ path: '/' })
  await arrived(1)
  client.close()
  await until(() => signals[0]?.aborted === true)
  expect(signals[0]?.reason).toMatchObject(GONE)
})

test('a signal is made when it is asked for, and once: until then a request carries no listener for it', async () => {
  const added: number[] = []
  const { connect } = await startDrainedServer((request, response) => {
    const before = response.listenerCount('close')
    expect(signalOf(request)).toBe(signalOf(request))
    added.push(response.listenerCount('close') - before)
    response.end()
  })
  await connect().request({ path: '/' })
  expect(added).toEqual([1])
})

test('a request that never came over a connection has a signal that nobody aborts', () => {
  expect(signalOf({ url: '/', headers: {} } as unknown as IncomingMessage).aborted).toBe(false)
})

test('requests of HTTP/2 have one, too: aborted by the end of their stream and by the soft deadline', async () => {
  const signals = new Map<string, AbortSignal>()
  const server = createHttp2Server((request: Http2ServerRequest, response) => {
    signals.set(request.url, signalOf(request))
    if (request.url === '/answered') response.end('ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  onTestFinished(() => {
    client.destroy()
    server.close()
  })
  const ask = (path: string) =>
    client
      .request({ ':path': path })
      .on('error', () => {})
      .resume()
  const [answered, given, waiting] = [ask('/answered'), ask('/given-up'), ask('/waiting')]
  await new Promise((resolve) => answered.once('close', resolve))
  await until(() => signals.size === 3)
  given.close(8)
  await until(() => signals.get('/given-up')?.aborted === true)
  expect(signals.get('/given-up')?.reason).toMatchObject(GONE)
  expect(signals.get('/waiting')?.aborted).toBe(false)
  endSignals(server, 'grpc')
  expect(signals.get('/waiting')?.reason).toMatchObject(SHUTDOWN)
  expect(signals.get('/answered')?.aborted).toBe(false)
  waiting.close()
})
