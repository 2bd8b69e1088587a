import { once } from 'node:events'
import { createServer as createTlsServer } from 'node:https'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { channel } from 'node:diagnostics_channel'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import type { SheddingOptions } from '../../../src/server/shedding/shedding-options.ts'
import { trackHttpServer } from '../../../src/server/http-drain.ts'
import { selfSignedCertificate } from '../self-signed-certificate.ts'
import { bindForTest, type DrainedServer, gate, startDrainedServer, until } from '../start-server.ts'
import { settingsOf, type SheddingUnderTest, sheddingForTest } from './shedding-for-test.ts'

const FULL: SheddingOptions = { maxMemoryPercent: 50, after: 0 }

type Guarded = DrainedServer & SheddingUnderTest

async function startGuarded(options: SheddingOptions, handler: RequestListener = ok): Promise<Guarded> {
  const server = await startDrainedServer(handler)
  const under = sheddingForTest(options)
  server.drain.guard(under.guard)
  return { ...server, ...under }
}

const ok: RequestListener = (_request, response) => response.end('served')

/** From now on everything that is not exempt is refused. */
async function overload({ memory, clock }: SheddingUnderTest): Promise<void> {
  memory.mebibytes = 900
  await clock.advance(1000)
}

async function relax({ memory, clock }: SheddingUnderTest): Promise<void> {
  memory.mebibytes = 100
  await clock.advance(1000)
}

test('a request that is refused gets 503, when to come back and a problem, and keeps its connection', async () => {
  const served: string[] = []
  const under = await startGuarded(FULL, (request, response) => {
    served.push(request.url ?? '')
    response.end('served')
  })
  const connection = under.connect()
  expect(await connection.request({ path: '/before' })).toMatchObject({ status: 200 })
  await overload(under)
  const refused = await connection.request({ path: '/order' })
  expect(refused).toMatchObject({ outcome: 'answered', status: 503, saidClose: false, reuse: 1 })
  expect(refused.headers).toMatchObject({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'retry-after': '1',
  })
  expect(JSON.parse(String(refused.body))).toMatchObject({
    type: 'about:blank',
    title: 'Service Unavailable',
    status: 503,
  })
  const head = await connection.request({ method: 'HEAD', path: '/order' })
  expect(head).toMatchObject({ status: 503, bodyBytes: 0, reuse: 2 })
  await relax(under)
  expect(await connection.request({ path: '/after' })).toMatchObject({ status: 200, reuse: 3 })
  expect(served).toEqual(['/before', '/after'])
})

test('when to come back differs from one to the next, within the range', async () => {
  const under = await startGuarded({ ...FULL, retryAfter: { min: '10s', max: '12s' } })
  await overload(under)
  const connection = under.connect()
  const said: (string | undefined)[] = []
  for (const next of [0, 0.34, 0.67, 0.99]) {
    under.chance.next = next
    said.push((await connection.request({ path: '/' })).headers?.['retry-after'])
  }
  expect(said).toEqual(['10', '11', '12', '12'])
})

test('of a share, as many are refused as chance says', async () => {
  const under = await startGuarded(FULL)
  // The limit and a fortieth of it more: three quarters of the way from the lower mark to the upper.
  under.memory.mebibytes = 512.5
  await under.clock.advance(1000)
  expect(under.guard.pressures.find(({ kind }) => kind === 'memory')?.share).toBeCloseTo(0.75)
  const connection = under.connect()
  const statuses: (number | undefined)[] = []
  for (const next of [0, 0.5, 0.74, 0.76, 0.99]) {
    under.chance.next = next
    statuses.push((await connection.request({ path: '/' })).status)
  }
  expect(statuses).toEqual([503, 503, 503, 200, 200])
})

test('probes and what is exempt are answered, whatever else is refused', async () => {
  const under = await startGuarded({ ...FULL, exempt: ['/pay'] })
  await overload(under)
  const connection = under.connect()
  const statuses: (number | undefined)[] = []
  for (const path of ['/livez', '/readyz?verbose', '/pay?x=1', '/', '/payment'])
    statuses.push((await connection.request({ path })).status)
  expect(statuses).toEqual([200, 200, 200, 503, 503])
})

test('no more are in flight than may be, and the next one is served as soon as one has ended', async () => {
  const { opened, open } = gate()
  const under = await startGuarded({ maxInFlight: 2 }, (request, response) => {
    if (request.url === '/slow') void opened.then(() => response.end('at last'))
    else response.end('served')
  })
  const slow = [under.connect().request({ path: '/slow' }), under.connect().request({ path: '/slow' })]
  await until(() => under.drain.inFlight === 2)
  const connection = under.connect()
  expect(await connection.request({ path: '/third' })).toMatchObject({ status: 503 })
  expect(await connection.request({ path: '/livez' })).toMatchObject({ status: 200 })
  open()
  for (const each of await Promise.all(slow)) expect(each).toMatchObject({ status: 200 })
  expect(await connection.request({ path: '/third' })).toMatchObject({ status: 200 })
  expect(under.guard.load).toBe(0)
})

test('what is exempt, what is refused, and connections of other protocols are none of those in flight', async () => {
  const { opened, open } = gate()
  const under = await startGuarded({ maxInFlight: 1, exempt: ['/events'] }, (request, response) => {
    if (request.url === '/quick') response.end('served')
    else void opened.then(() => response.end('at last'))
  })
  under.server.on('upgrade', (_request: IncomingMessage, socket: NodeJS.WritableStream) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
  })
  const events = [under.connect(), under.connect()].map((each) => each.request({ path: '/events' }))
  const upgraded = under.connect()
  await upgraded.connect()
  upgraded.send('GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
  await until(() => under.drain.inFlight === 3)
  expect(under.guard.load).toBe(0)
  const slow = under.connect().request({ path: '/slow' })
  await until(() => under.drain.inFlight === 4)
  // Pipelined behind one that is served, a refusal waits for its turn and is in flight as long as that.
  const pipelining = under.connect()
  const behind = [pipelining.request({ path: '/events' }), pipelining.request({ path: '/refused' })]
  await until(() => under.drain.inFlight === 6)
  expect(under.guard.load).toBe(1)
  open()
  expect((await Promise.all([...events, slow, ...behind])).map(({ status }) => status)).toEqual([
    200, 200, 200, 200, 503,
  ])
  expect(await under.connect().request({ path: '/quick' })).toMatchObject({ status: 200 })
})

test('a handshake for another protocol is one too many where there is no room', async () => {
  const { opened, open } = gate()
  const under = await startGuarded({ maxInFlight: 1 }, (_request, response) => void opened.then(() => response.end()))
  under.server.on('upgrade', (_request: IncomingMessage, socket: Socket) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
  })
  const slow = under.connect().request({ path: '/slow' })
  await until(() => under.drain.inFlight === 1)
  const upgrading = under.connect()
  await upgrading.connect()
  const answer = upgrading.expect()
  upgrading.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
  expect(await answer).toMatchObject({ status: 503 })
  open()
  await slow
})

test('of what is in flight already when it comes before a server, what is exempt does not count', async () => {
  const { opened, open } = gate()
  const { drain, connect } = await startDrainedServer((_request, response) => void opened.then(() => response.end()))
  const long = ['/events', '/slow'].map((path) => connect().request({ path }))
  await until(() => drain.inFlight === 2)
  const { guard } = sheddingForTest({ maxInFlight: 5, exempt: ['/events'] })
  drain.guard(guard)
  expect(guard.load).toBe(1)
  open()
  await Promise.all(long)
})

test('a limit on the delay that changes while the loop is late goes on from what is known', () => {
  const { shedding, guard } = sheddingForTest({ maxEventLoopDelay: 200, after: '1s' })
  const [delay] = guard.pressures
  for (let nowMs = 0; nowMs < 3000; nowMs += 300) guard.take({ nowMs, lateMs: 250, passedMs: 300 })
  shedding.guard('web', settingsOf({ maxEventLoopDelay: 220, after: '1s' }))
  guard.take({ nowMs: 3010, lateMs: 250, passedMs: 10 })
  expect(delay?.ratio).toBeGreaterThan(1)
  shedding.guard('web', settingsOf({}))
  shedding.guard('web', settingsOf({ maxEventLoopDelay: 200, after: 0 }))
  // What was long ago says nothing.
  guard.take({ nowMs: 60_000, lateMs: 0, passedMs: 10 })
  expect(delay?.value).toBe(0)
})

test('what is exempt and open already does not count either when a limit comes later', async () => {
  const { opened, open } = gate()
  const under = await startGuarded({ exempt: ['/events'] }, (request, response) => {
    if (request.url === '/quick') response.end('served')
    // As Express does for a router, for as long as its handlers run.
    else if (request.url === '/events') void Object.assign(request, { originalUrl: request.url, url: '/' })
    void opened.then(() => response.end('at last'))
  })
  const open2 = ['/events', '/events', '/slow'].map((path) => under.connect().request({ path }))
  await until(() => under.drain.inFlight === 3)
  expect(under.guard.load).toBe(3)
  under.shedding.guard('web', settingsOf({ exempt: ['/events'], maxInFlight: 2 }))
  expect(under.guard.load).toBe(1)
  expect(await under.connect().request({ path: '/quick' })).toMatchObject({ status: 200 })
  open()
  await Promise.all(open2)
  expect(under.guard.load).toBe(0)
})

test('a body that is small is thrown away, and its connection is used again', async () => {
  const under = await startGuarded(FULL)
  await overload(under)
  const connection = under.connect()
  const body = Buffer.alloc(60_000)
  expect(await connection.request({ method: 'POST', path: '/', body })).toMatchObject({ status: 503, saidClose: false })
  expect(await connection.request({ method: 'POST', path: '/', body })).toMatchObject({ status: 503, reuse: 1 })
  await relax(under)
  expect(await connection.request({ method: 'POST', path: '/', body })).toMatchObject({ status: 200, reuse: 2 })
})

test('one that is large is not waited for: the answer comes while it is being sent, and says close', async () => {
  const under = await startGuarded(FULL)
  await overload(under)
  const connection = under.connect()
  const headers = { 'Content-Length': String(100 * 1024 * 1024) }
  const result = connection.request({ method: 'POST', path: '/', headers })
  expect(await result).toMatchObject({ outcome: 'answered', status: 503, saidClose: true })
  const ofUnknownSize = under
    .connect()
    .request({ method: 'POST', path: '/', headers: { 'Transfer-Encoding': 'chunked' } })
  expect(await ofUnknownSize).toMatchObject({ outcome: 'answered', status: 503, saidClose: true })
})

test('the answer is not lost with the connection, although the client goes on to send and reads only then', async () => {
  const under = await startGuarded(FULL)
  await overload(under)
  const client = connect(under.port, '127.0.0.1')
  onTestFinished(() => void client.destroy())
  client.pause()
  client.write('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n')
  client.write(Buffer.alloc(4_000_000))
  await until(() => under.accepted.length === 1)
  const accepted = under.accepted[0] as Socket
  await until(() => accepted.destroyed || accepted.bytesRead > 4_000_000)
  // What is not read when the connection goes becomes a reset, and that can take the answer with it.
  expect(accepted.destroyed).toBe(false)
  await under.clock.advance(1000)
  await until(() => accepted.destroyed)
  const pieces: Buffer[] = []
  client.on('data', (piece: Buffer) => pieces.push(piece))
  client.resume()
  await once(client, 'close')
  expect(Buffer.concat(pieces).toString()).toMatch(/^HTTP\/1\.1 503 .*"status":503/s)
})

test('who asks before sending a body is told no, and not to go on first', async () => {
  const under = await startGuarded(FULL)
  const headers = { Expect: '100-continue', 'Content-Length': '5' }
  const served = under.connect()
  const first = served.request({ method: 'POST', path: '/', headers })
  await until(() => under.drain.inFlight === 1 || under.drain.totals.requests === 1)
  served.send('hello')
  expect(await first).toMatchObject({ status: 200, interim: [100] })
  await overload(under)
  const refused = await under.connect().request({ method: 'POST', path: '/', headers })
  expect(refused).toMatchObject({ status: 503, saidClose: true })
  expect(refused.interim ?? []).toEqual([])
  // What may pass is told to go on as ever, although somebody listens now.
  const passing = under.connect()
  const probe = passing.request({ method: 'POST', path: '/livez', headers })
  passing.send('hello')
  expect(await probe).toMatchObject({ status: 200, interim: [100] })
  await relax(under)
  // Nothing is refused any more, and it does not count as over yet.
  const late = under.connect()
  const served2 = late.request({ method: 'POST', path: '/', headers })
  late.send('hello')
  expect(await served2).toMatchObject({ status: 200, interim: [100] })
  await under.clock.advance(10_000)
  expect(under.server.listenerCount('checkContinue')).toBe(0)
})

test.each([
  ['an upgrade', 'upgrade', 'GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ['CONNECT', 'connect', 'CONNECT a.example:443 HTTP/1.1\r\nHost: x\r\n\r\n'],
])('%s is refused before anybody sees it', async (_name, event, bytes) => {
  const under = await startGuarded(FULL)
  const seen: string[] = []
  under.server.on(event, () => seen.push(event))
  await overload(under)
  const connection = under.connect()
  await connection.connect()
  const answer = connection.expect()
  connection.send(bytes)
  expect(await answer).toMatchObject({ outcome: 'answered', status: 503, headers: { 'retry-after': '1' } })
  expect(seen).toEqual([])
  await until(() => under.drain.connections.open === 0)
})

test('whoever observes the class of servers and the answers sees the refused ones, too', async () => {
  const started: string[] = []
  const finished: number[] = []
  const onStart = (message: unknown): void =>
    void started.push((message as { request: IncomingMessage }).request.url ?? '')
  const onFinish = (message: unknown): void =>
    void finished.push((message as { response: ServerResponse }).response.statusCode)
  channel('http.server.request.start').subscribe(onStart)
  channel('http.server.response.finish').subscribe(onFinish)
  const under = await startGuarded(FULL)
  const emitted: string[] = []
  const prototype = Object.getPrototypeOf(under.server) as { emit: (...args: unknown[]) => boolean }
  const { emit } = prototype
  prototype.emit = function observed(this: unknown, ...args) {
    if (args[0] === 'request') emitted.push((args[1] as IncomingMessage).url ?? '')
    return emit.apply(this, args)
  }
  await overload(under)
  await under.connect().request({ path: '/refused' })
  await under.connect().request({ path: '/livez' })
  Reflect.deleteProperty(prototype, 'emit')
  await until(() => finished.length === 2)
  channel('http.server.request.start').unsubscribe(onStart)
  channel('http.server.response.finish').unsubscribe(onFinish)
  expect(started).toEqual(['/refused', '/livez'])
  expect(emitted).toEqual(['/refused', '/livez'])
  expect(finished).toEqual([503, 200])
})

test('a refused request is in the account: it has come, and it was answered', async () => {
  const under = await startGuarded(FULL)
  await overload(under)
  const connection = under.connect()
  for (let round = 0; round < 3; round++) await connection.request({ path: '/' })
  await until(() => under.drain.inFlight === 0)
  expect(under.drain.totals).toMatchObject({ requests: 3, answered: 3, clientGone: 0, cut: 0 })
})

test('pipelined requests are answered in their order, whichever of them are refused', async () => {
  const under = await startGuarded(FULL)
  await overload(under)
  const connection = under.connect()
  await connection.connect()
  const answers = [connection.expect(), connection.expect(), connection.expect()]
  const line = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`
  connection.send(`${line('/')}${line('/livez')}${line('/')}`)
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([503, 200, 503])
})

test('while the server drains, requests are refused as before, and told that their connection closes', async () => {
  const under = await startGuarded(FULL)
  const connection = under.connect()
  expect(await connection.request({ path: '/' })).toMatchObject({ status: 200, saidClose: false })
  await overload(under)
  under.drain.startDraining()
  expect(await connection.request({ path: '/' })).toMatchObject({ status: 503, saidClose: true })
  expect(await under.drain.finish({ limitMs: 2000 })).toMatchObject({ clean: true })
  expect(Object.hasOwn(under.server, 'emit')).toBe(false)
  expect(Object.hasOwn(under.server, 'listenerCount')).toBe(false)
  expect(under.clock.pending).toBe(0)
})

test('whoever overrides emit of the server beside it keeps what they have', async () => {
  const seen: string[] = []
  const { server, drain, connect } = await startDrainedServer(ok)
  const layer = (name: string): void => {
    // oxlint-disable-next-line typescript/unbound-method -- it is called on the server
    const { emit } = server
    server.emit = function layered(this: typeof server, ...args: unknown[]) {
      if (args[0] === 'request') seen.push(name)
      return Reflect.apply(emit, this, args)
    } as typeof emit
  }
  layer('before')
  const under = sheddingForTest(FULL)
  drain.guard(under.guard)
  layer('after')
  await overload(under)
  expect(await connect().request({ path: '/' })).toMatchObject({ status: 503 })
  expect(seen).toEqual(['after'])
  await relax(under)
  expect(await connect().request({ path: '/' })).toMatchObject({ status: 200 })
  expect(seen).toEqual(['after', 'after', 'before'])
  drain.release()
  expect(await connect().request({ path: '/' })).toMatchObject({ status: 200 })
  expect(seen).toEqual(['after', 'after', 'before', 'after', 'before'])
})

test('over TLS it is the same', async () => {
  const server = createTlsServer(selfSignedCertificate(), ok)
  const drain = trackHttpServer(server, { clock: systemClock, name: 'test', quietMs: 0 })
  const { connect } = await bindForTest(server)
  const under = sheddingForTest(FULL)
  drain.guard(under.guard)
  await overload(under)
  const tls = { rejectUnauthorized: false }
  expect(await connect({ tls }).request({ path: '/' })).toMatchObject({ status: 503, saidClose: false })
  const headers = { 'Content-Length': '100000000' }
  expect(await connect({ tls }).request({ method: 'PUT', path: '/', headers })).toMatchObject({
    status: 503,
    saidClose: true,
  })
})
