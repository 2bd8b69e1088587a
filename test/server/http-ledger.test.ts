import { request as httpRequest, createServer, type RequestListener, type ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { trackHttpServer } from '../../src/server/http-drain.ts'
import { bindForTest, gate, startDrainedServer, startServer, until } from './start-server.ts'

/** Holds every answer until the test sends it. */
function holding() {
  const responses: ServerResponse[] = []
  const handler: RequestListener = (_, response) => void responses.push(response)
  return { responses, handler, arrived: (count: number) => until(() => responses.length === count) }
}

/** More than the kernel takes for a client that does not read. */
const HUGE = Buffer.alloc(16 * 1024 * 1024)

test('a request is in flight from its headers to the last byte of its answer', async () => {
  const { responses, handler, arrived } = holding()
  const { drain, connect } = await startDrainedServer(handler)
  const answer = connect().request({ path: '/' })
  await arrived(1)
  expect(drain.inFlight).toBe(1)
  responses[0]?.write('beginning')
  expect(drain.inFlight).toBe(1)
  responses[0]?.end()
  expect((await answer).outcome).toBe('answered')
  await until(() => drain.inFlight === 0)
  expect(drain.totals).toEqual({ requests: 1, answered: 1, clientGone: 0, cut: 0, upgraded: 0 })
})

test('an answer that a slow client does not read stays in flight, and is answered once it is read', async () => {
  const { drain, connect } = await startDrainedServer((_, response) => void response.end(HUGE))
  const slow = connect()
  await slow.connect()
  slow.pause()
  const answer = slow.request({ path: '/' })
  await until(() => drain.totals.requests === 1)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(drain.inFlight).toBe(1)
  slow.resume()
  expect(await answer).toMatchObject({ outcome: 'answered', bodyBytes: HUGE.length })
  await until(() => drain.inFlight === 0)
  expect(drain.totals).toMatchObject({ answered: 1, clientGone: 0 })
})

test.each(['close', 'reset'] as const)(
  'a client that goes away (%s) while it waits leaves nothing behind',
  async (how) => {
    const { handler, arrived } = holding()
    const { drain, connect } = await startDrainedServer(handler)
    const client = connect()
    void client.request({ path: '/' })
    await arrived(1)
    client[how]()
    await until(() => drain.inFlight === 0)
    await until(() => drain.connections.open === 0)
    expect(drain.totals).toEqual({ requests: 1, answered: 0, clientGone: 1, cut: 0, upgraded: 0 })
  },
)

test('an answer cut off in the middle counts as aborted, also where Node says that it was finished', async () => {
  const { drain, connect } = await startDrainedServer((_, response) => void response.end(HUGE))
  const client = connect()
  await client.connect()
  client.pause()
  void client.request({ path: '/' })
  await until(() => drain.totals.requests === 1)
  client.reset()
  await until(() => drain.inFlight === 0)
  expect(drain.totals).toMatchObject({ answered: 0, clientGone: 1 })
})

test('pipelined requests of a client that goes away are all over, also those that waited for their turn', async () => {
  const { handler, arrived } = holding()
  const { drain, connect } = await startDrainedServer(handler)
  const client = connect()
  for (const path of ['/a', '/b', '/c']) void client.request({ path })
  await arrived(3)
  expect(drain.inFlight).toBe(3)
  client.close()
  await until(() => drain.connections.open === 0)
  expect(drain.inFlight).toBe(0)
  expect(drain.totals).toMatchObject({ requests: 3, clientGone: 3 })
})

test('a handler that destroys its response has given it up', async () => {
  const { drain, connect } = await startDrainedServer((_, response) => void response.destroy())
  expect(await connect().request({ path: '/' })).toMatchObject({ outcome: 'reset-fresh' })
  expect(drain.inFlight).toBe(0)
  expect(drain.totals).toMatchObject({ requests: 1, clientGone: 1 })
})

test('work in flight is told by method, by route or path without query, and by age', async () => {
  const clock = new ManualClock()
  const { handler, arrived } = holding()
  const { drain, connect } = await startDrainedServer(handler, {
    drain: { clock, routeOf: (request) => (request.url?.startsWith('/orders/') === true ? '/orders/:id' : undefined) },
  })
  void connect().request({ method: 'POST', path: '/orders/7?card=4111' })
  await arrived(1)
  await clock.advance(1500)
  void connect().request({ path: `/${'x'.repeat(400)}` })
  await arrived(2)
  expect(drain.openWork()).toEqual([
    { kind: 'request', name: 'POST /orders/:id', ageMs: 1500 },
    { kind: 'request', name: `GET /${'x'.repeat(251)}`, ageMs: 0 },
  ])
})

test('connections are open, idle or upgraded', async () => {
  const { responses, handler, arrived } = holding()
  const { server, drain, connect } = await startDrainedServer(handler)
  server.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
    socket.resume().on('end', () => socket.end())
  })
  const [silent, busy, upgraded] = [connect(), connect(), connect()]
  await silent.connect()
  const answer = busy.request({ path: '/' })
  await arrived(1)
  await upgraded.request({ path: '/', headers: { Connection: 'Upgrade', Upgrade: 'x' } })
  expect(drain.connections).toEqual({ open: 3, idle: 1, upgraded: 1 })
  responses[0]?.end()
  await answer
  await until(() => drain.connections.idle === 2)
  for (const client of [silent, busy, upgraded]) client.close()
  await until(() => drain.connections.open === 0)
  expect(drain.connections).toEqual({ open: 0, idle: 0, upgraded: 0 })
})

test('watching does not turn a request that offers an upgrade into one', async () => {
  const { connect } = await startDrainedServer((_, response) => void response.end('plain'))
  const answer = await connect().request({ path: '/', headers: { Connection: 'Upgrade', Upgrade: 'h2c' } })
  expect(answer).toMatchObject({ outcome: 'answered', status: 200 })
})

test('100-continue: without a listener Node says it, and the request is counted once', async () => {
  const { drain, connect } = await startDrainedServer((request, response) => {
    request.resume().on('end', () => response.end('got it'))
  })
  const client = connect()
  const answer = client.expect()
  client.send('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n')
  await until(() => drain.inFlight === 1)
  client.send('data')
  expect(await answer).toMatchObject({ outcome: 'answered', interim: [100] })
  expect(drain.totals).toMatchObject({ requests: 1, answered: 1 })
})

test('100-continue: with a listener of the user, the request is counted as well', async () => {
  const { server, drain, connect } = await startDrainedServer(() => {})
  server.on('checkContinue', (_, response) => {
    response.writeHead(413)
    response.end()
  })
  const answer = await connect().request({
    method: 'POST',
    path: '/',
    headers: { Expect: '100-continue', 'Content-Length': '4' },
  })
  expect(answer).toMatchObject({ outcome: 'answered', status: 413, interim: [] })
  expect(drain.totals).toMatchObject({ requests: 1, answered: 1 })
  expect(drain.inFlight).toBe(0)
})

test('what was open before anyone watched is found: connections, and the request that they wait for', async () => {
  const { responses, handler, arrived } = holding()
  const { server, accepted, connect } = await startServer(handler)
  const [busy, silent] = [connect(), connect()]
  const answer = busy.request({ path: '/early' })
  await silent.connect()
  await arrived(1)
  await until(() => accepted.length === 2)

  const drain = trackHttpServer(server, { clock: systemClock, name: 'late' })
  expect(drain.inFlight).toBe(1)
  expect(drain.openWork()[0]?.name).toBe('GET /early')
  expect(drain.connections).toEqual({ open: 2, idle: 1, upgraded: 0 })
  responses[0]?.end()
  expect((await answer).outcome).toBe('answered')
  await until(() => drain.inFlight === 0)
})

test('a library that replaces all request listeners and calls them from its own loses no count', async () => {
  const server = createServer((_, response) => void response.end('inner'))
  const drain = trackHttpServer(server, { clock: systemClock, name: 'test' })
  const inner = server.listeners('request') as RequestListener[]
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    if (request.url === '/poll') response.end('library')
    else for (const each of inner) each.call(server, request, response)
  })
  const { connect } = await bindForTest(server)
  await connect().request({ path: '/poll' })
  await connect().request({ path: '/' })
  expect(drain.totals).toEqual({ requests: 2, answered: 2, clientGone: 0, cut: 0, upgraded: 0 })
})

test('a library that calls them only when the answer is over does not open the request again', async () => {
  const server = createServer()
  server.on('request', () => {})
  const drain = trackHttpServer(server, { clock: systemClock, name: 'test' })
  const inner = server.listeners('request') as RequestListener[]
  let calledLate = false
  server.on('request', (request, response) => {
    response.on('close', () => {
      for (const each of inner) each.call(server, request, response)
      calledLate = true
    })
    response.end('library')
  })
  const { connect } = await bindForTest(server)
  await connect().request({ path: '/' })
  await until(() => calledLate)
  expect(drain.inFlight).toBe(0)
  expect(drain.totals).toMatchObject({ requests: 1, answered: 1 })
})

test('requests that never came over a connection are left alone', async () => {
  const seen = gate()
  const { server, drain } = await startDrainedServer(() => seen.open())
  server.emit('request', { url: '/', method: 'GET', headers: {} }, {})
  await seen.opened
  expect(drain.totals.requests).toBe(0)
})

test('an ordinary client of Node is counted like any other', async () => {
  const { drain, port } = await startDrainedServer((_, response) => void response.end('ok'))
  await new Promise<void>((resolve) => {
    httpRequest({ port, host: '127.0.0.1' }, (response) => response.resume().on('end', resolve)).end()
  })
  await until(() => drain.inFlight === 0)
  expect(drain.totals).toMatchObject({ requests: 1, answered: 1 })
})
