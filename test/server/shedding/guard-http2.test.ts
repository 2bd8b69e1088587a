import { connect, type ClientHttp2Session, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from 'node:http2'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { trackServer } from '../../../src/server/track-server.ts'
import type { SheddingOptions } from '../../../src/server/shedding/shedding-options.ts'
import { bindHttp2, type Http2Handler, secureServer, startDrainedHttp2 } from '../start-http2.ts'
import { gate, openConnection, until } from '../start-server.ts'
import { settingsOf, type SheddingUnderTest, sheddingForTest } from './shedding-for-test.ts'

const FULL: SheddingOptions = { maxMemoryPercent: 50, after: 0 }

const ok: Http2Handler = (_request, response) => response.end('served')

async function overload({ memory, clock }: SheddingUnderTest): Promise<void> {
  memory.mebibytes = 900
  await clock.advance(1000)
}

async function startGuarded(options: SheddingOptions, handler = ok) {
  const server = await startDrainedHttp2(handler)
  const under = sheddingForTest(options)
  server.drain.guard(under.guard)
  const client = connect(`http://127.0.0.1:${server.port}`)
  onTestFinished(() => client.destroy())
  return { ...server, ...under, client }
}

interface Answer {
  readonly headers: IncomingHttpHeaders & IncomingHttpStatusHeader
  readonly body: string
  readonly rstCode: number
}

async function ask(client: ClientHttp2Session, headers: Record<string, string>, body?: Buffer): Promise<Answer> {
  const stream = client.request({ ':path': '/', ...headers }, { endStream: body === undefined })
  stream.on('error', () => {})
  if (body !== undefined) stream.end(body)
  const [answer] = (await once(stream, 'response')) as [Answer['headers']]
  const pieces: Buffer[] = []
  stream.on('data', (piece: Buffer) => pieces.push(piece))
  await once(stream, 'close')
  return { headers: answer, body: Buffer.concat(pieces).toString(), rstCode: stream.rstCode ?? -1 }
}

test('a stream that is refused gets 503, when to come back and a problem, and its session goes on', async () => {
  const under = await startGuarded(FULL)
  const { client } = under
  expect((await ask(client, {})).body).toBe('served')
  await overload(under)
  const { headers, body, rstCode } = await ask(client, {})
  expect(headers).toMatchObject({ ':status': 503, 'content-type': 'application/problem+json', 'retry-after': '1' })
  expect(JSON.parse(body)).toMatchObject({ status: 503 })
  expect(rstCode).toBe(0)
  expect(await ask(client, { ':method': 'HEAD' })).toMatchObject({ headers: { ':status': 503 }, body: '' })
  expect((await ask(client, { ':path': '/livez' })).headers[':status']).toBe(200)
  under.memory.mebibytes = 100
  await under.clock.advance(1000)
  expect((await ask(client, {})).body).toBe('served')
  await until(() => under.drain.inFlight === 0)
  expect(under.drain.totals).toMatchObject({ sessions: 1, requests: 5, answered: 5, clientGone: 0 })
})

test('what the client still sends is thrown away, and the session goes on', async () => {
  const under = await startGuarded(FULL)
  await overload(under)
  // Far more than the session's window, to which all that is thrown away must be given back.
  for (let round = 0; round < 4; round++) {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ask(under.client, { ':method': 'POST' }, Buffer.alloc(500_000))),
    )
    expect(answers.map(({ headers, rstCode }) => [headers[':status'], rstCode])).toEqual(answers.map(() => [503, 0]))
  }
  expect((await ask(under.client, { ':path': '/livez' })).body).toBe('served')
})

test('a call of gRPC is refused in the way of gRPC, the health service never', async () => {
  const under = await startGuarded(FULL)
  await overload(under)
  const call = { ':method': 'POST', 'content-type': 'application/grpc+proto', te: 'trailers' }
  const { headers, body } = await ask(under.client, { ...call, ':path': '/shop.Shop/Pay' }, Buffer.alloc(5))
  expect(headers).toMatchObject({ ':status': 200, 'grpc-status': '14', 'grpc-retry-pushback-ms': '1000' })
  expect(body).toBe('')
  expect((await ask(under.client, { ...call, ':path': '/grpc.health.v1.Health/Check' })).body).toBe('served')
  const web = { ...call, 'content-type': 'application/grpc-web+proto', ':path': '/shop.Shop/Pay' }
  expect((await ask(under.client, web)).headers[':status']).toBe(503)
})

test('no more streams are in flight than may be, over all sessions', async () => {
  const { opened, open } = gate()
  const under = await startGuarded({ maxInFlight: 2 }, (request, response) => {
    if (request.url === '/slow') void opened.then(() => response.end('at last'))
    else response.end('served')
  })
  const other = connect(`http://127.0.0.1:${under.port}`)
  onTestFinished(() => other.destroy())
  const slow = [under.client, other].map((client) => ask(client, { ':path': '/slow' }))
  await until(() => under.drain.inFlight === 2)
  expect((await ask(under.client, {})).headers[':status']).toBe(503)
  expect((await ask(other, {})).headers[':status']).toBe(503)
  // One that is refused and goes on to send is not over, and takes nobody's place.
  const sending = other.request({ ':path': '/', ':method': 'POST' }, { endStream: false })
  sending.on('error', () => {}).resume()
  expect(((await once(sending, 'response')) as [Answer['headers']])[0][':status']).toBe(503)
  expect([under.drain.inFlight, under.guard.load]).toEqual([3, 2])
  sending.end()
  open()
  for (const { body } of await Promise.all(slow)) expect(body).toBe('at last')
  expect((await ask(other, {})).body).toBe('served')
  expect(under.guard.load).toBe(0)
})

test('tunnels are refused, but are none of those in flight', async () => {
  const server = await startDrainedHttp2(ok)
  server.server.on('connect', (_request: unknown, response: { writeHead(status: number): void }) =>
    response.writeHead(200),
  )
  const under = sheddingForTest({ maxInFlight: 1, ...FULL })
  server.drain.guard(under.guard)
  const client = connect(`http://127.0.0.1:${server.port}`)
  onTestFinished(() => client.destroy())
  const tunnel = client.request({ ':method': 'CONNECT', ':authority': 'a.example:443' })
  tunnel.on('error', () => {})
  expect(((await once(tunnel, 'response')) as [Answer['headers']])[0][':status']).toBe(200)
  expect([server.drain.inFlight, under.guard.load]).toEqual([1, 0])
  expect((await ask(client, {})).body).toBe('served')
  await overload(under)
  const second = client.request({ ':method': 'CONNECT', ':authority': 'a.example:443' })
  second.on('error', () => {})
  expect(((await once(second, 'response')) as [Answer['headers']])[0][':status']).toBe(503)
  tunnel.close()
  await until(() => server.drain.inFlight === 0)
  expect(under.guard.load).toBe(0)
})

test('a client that gives up what is about to be refused harms nobody', async () => {
  const under = await startGuarded(FULL)
  await overload(under)
  for (let round = 0; round < 50; round++) {
    const stream = under.client.request({ ':path': '/', ':method': 'POST' }, { endStream: false })
    stream.on('error', () => {})
    stream.close(round % 2 === 0 ? 0x8 : 0x2)
  }
  expect((await ask(under.client, { ':path': '/livez' })).body).toBe('served')
  await until(() => under.drain.inFlight === 0)
})

test('a server of both versions refuses each in its own way, and counts them together', async () => {
  const { opened, open } = gate()
  const server = secureServer(
    (request, response) => {
      if (request.url === '/slow') void opened.then(() => response.end('at last'))
      else response.end('served')
    },
    { allowHTTP1: true },
  )
  const drain = trackServer(server, { clock: systemClock, name: 'test' })
  const { port } = await bindHttp2(server)
  const under = sheddingForTest({ maxInFlight: 2 })
  drain.guard?.(under.guard)
  const client = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
  onTestFinished(() => client.destroy())
  const old = (path: string) => openConnection(port, { tls: { rejectUnauthorized: false } }).request({ path })
  const slow = [ask(client, { ':path': '/slow' }), old('/slow')]
  await until(() => drain.inFlight === 2)
  expect((await ask(client, {})).headers[':status']).toBe(503)
  expect(await old('/')).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
  open()
  await Promise.all(slow)
  expect((await ask(client, {})).body).toBe('served')
  expect(await old('/')).toMatchObject({ status: 200 })
})

test('what is exempt and open already does not count either when a limit comes later', async () => {
  const { opened, open } = gate()
  const under = await startGuarded({ exempt: ['/events'] }, (request, response) => {
    if (request.url === '/quick') response.end('served')
    else void opened.then(() => response.end('at last'))
  })
  const long = ['/events', '/events', '/slow'].map((path) => ask(under.client, { ':path': path }))
  await until(() => under.drain.inFlight === 3)
  under.shedding.guard('web', settingsOf({ exempt: ['/events'], maxInFlight: 2 }))
  expect(under.guard.load).toBe(1)
  expect((await ask(under.client, { ':path': '/quick' })).body).toBe('served')
  open()
  await Promise.all(long)
})

test('on a server of both versions, who asks before sending a body is told to go on in each of them', async () => {
  const server = secureServer((request, response) => void request.resume().on('end', () => response.end('served')), {
    allowHTTP1: true,
  })
  const drain = trackServer(server, { clock: systemClock, name: 'test' })
  const { port } = await bindHttp2(server)
  const under = sheddingForTest({ ...FULL, exempt: ['/pay'] })
  drain.guard?.(under.guard)
  await overload(under)
  const client = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
  onTestFinished(() => client.destroy())
  const stream = client.request({ ':path': '/pay', ':method': 'POST', expect: '100-continue' }, { endStream: false })
  await once(stream, 'continue')
  stream.end('body')
  expect(((await once(stream, 'response')) as [Answer['headers']])[0][':status']).toBe(200)
})
