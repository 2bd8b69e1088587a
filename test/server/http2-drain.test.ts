import { constants, type ServerHttp2Stream } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { signalOf } from '../../src/server/request-signal.ts'
import { systemClock } from '../../src/core/clock.ts'
import { trackHttp2Server } from '../../src/server/http2-drain.ts'
import { startDrainedHttp2, startHttp2 } from './start-http2.ts'
import { gate, until } from './start-server.ts'

const NOTICE = 2 ** 31 - 1
const WIRE_DELAY_MS = 25

test('in flight: the client is told, its streams are finished, and the connection ends behind them', async () => {
  const answer = gate()
  const { server, drain, connect } = await startDrainedHttp2((request, response) => {
    void (request.url.startsWith('/slow') ? answer.opened : Promise.resolve()).then(() => response.end(request.url))
  })
  const client = connect()
  expect(await client.request({ path: '/quick' })).toMatchObject({ outcome: 'answered', saidClose: false })
  const slow = client.request({ path: '/slow?secret=1' })
  await until(() => drain.inFlight === 1)
  expect(drain.openWork()).toMatchObject([{ kind: 'stream', name: 'GET /slow' }])
  const finished = drain.finish({ limitMs: 60_000 })
  await until(() => client.goaways.length === 2)
  expect(client.goaways[0]).toBe(NOTICE)
  answer.open()
  expect(await slow).toMatchObject({ outcome: 'answered', status: 200 })
  await client.closed
  expect(await finished).toMatchObject({
    clean: true,
    cutCount: 0,
    figures: { sessions: 1, requests: 2, answered: 2, clientGone: 0, cut: 0, noticed: 1 },
  })
  expect(drain.inFlight).toBe(0)
  expect(server.listening).toBe(false)
})

test('streams that are on the wire when the notice goes out are all served', async () => {
  const seen: string[] = []
  const { drain, connect } = await startDrainedHttp2((request, response) => {
    seen.push(request.url)
    response.end('ok')
  })
  const clients = Array.from({ length: 10 }, () => connect({ wireDelayMs: WIRE_DELAY_MS }))
  await Promise.all(clients.map((client) => client.request({ path: '/first' })))
  const crossing = clients.flatMap((client) => ['/a', '/b', '/c'].map((path) => client.request({ path })))
  // They leave the clients now and arrive behind the notice.
  await new Promise((resolve) => setImmediate(resolve))
  const finished = drain.finish({ limitMs: 60_000 })
  const outcomes = (await Promise.all(crossing)).map(({ outcome }) => outcome)
  expect(outcomes).toEqual(crossing.map(() => 'answered'))
  expect(seen).toHaveLength(40)
  expect(await finished).toMatchObject({ clean: true, figures: { requests: 40, answered: 40, noticed: 10 } })
})

test('a session that has carried nothing yet is served for its first stream, and told with it', async () => {
  const { drain, connect } = await startDrainedHttp2((_, response) => void response.end('ok'))
  const early = connect()
  await early.connect()
  await until(() => drain.sessionCount === 1)
  drain.startDraining()
  drain.startDraining()
  const late = connect()
  expect(await late.request({ path: '/' })).toMatchObject({ outcome: 'answered' })
  await until(() => late.goaways.length > 0)
  expect(early.goaways).toEqual([])
  expect(await early.request({ path: '/' })).toMatchObject({ outcome: 'answered' })
  await until(() => early.goaways.length > 0)
  await Promise.all([early.closed, late.closed])
  expect(drain.isDraining).toBe(true)
  expect(drain.totals).toMatchObject({ requests: 2, answered: 2 })
})

test('sessions whose connection the kernel holds when the listener closes are served', async () => {
  const { drain, connect } = await startDrainedHttp2((_, response) => void response.end('ok'))
  const clients = Array.from({ length: 20 }, () => connect())
  const answers = clients.map((client) => client.request({ path: '/' }))
  const finished = drain.finish({ limitMs: 60_000 })
  expect((await Promise.all(answers)).map(({ outcome }) => outcome)).toEqual(clients.map(() => 'answered'))
  expect(await finished).toMatchObject({ clean: true, figures: { sessions: 20, answered: 20 } })
})

test('connections that say nothing, half a preface, or never acknowledge anything end in time, with a GOAWAY', async () => {
  const { drain, port } = await startDrainedHttp2(undefined, { drain: { lateRequestGraceMs: 20, lingerMs: 40 } })
  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  const emptySettings = Buffer.from('000000040000000000', 'hex')
  const said = [Buffer.alloc(0), preface.subarray(0, 10), Buffer.concat([preface, emptySettings])]
  const received = said.map((bytes) => {
    const socket = connectTcp({ port, host: '127.0.0.1' })
    onTestFinished(() => void socket.destroy())
    socket.write(bytes)
    const parts: Buffer[] = []
    return new Promise<Buffer>((resolve) => {
      socket.on('data', (part: Buffer) => parts.push(part)).on('error', () => {})
      socket.on('close', () => resolve(Buffer.concat(parts)))
    })
  })
  await until(() => drain.sessionCount === 3)
  expect(await drain.finish({ limitMs: 60_000 })).toMatchObject({ clean: true, figures: { sessions: 3, requests: 0 } })
  for (const bytes of await Promise.all(received)) expect(frameTypes(bytes)).toContain(GOAWAY)
})

const GOAWAY = 0x7

function frameTypes(bytes: Buffer): readonly number[] {
  const types: number[] = []
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) types.push(bytes[at + 3] ?? -1)
  return types
}

test('at the soft deadline handlers see their signal, at the limit streams are cut with CANCEL, counted and named', async () => {
  const reasons: unknown[] = []
  const { drain, connect } = await startDrainedHttp2((request, response) => {
    const signal = signalOf(request)
    signal.addEventListener('abort', () => {
      reasons.push((signal.reason as { code?: string }).code)
      if (request.url === '/obedient') response.end('partly')
    })
  })
  const client = connect()
  const obedient = client.request({ path: '/obedient' })
  const hung = client.request({ method: 'POST', path: '/hung?token=1', body: 'x' })
  const call = client.request({
    method: 'POST',
    path: '/shop.Orders/Watch',
    headers: { 'content-type': 'application/grpc' },
  })
  await until(() => drain.inFlight === 3)
  const report = await drain.finish({ limitMs: 300, softLimitMs: 100 })
  expect(reasons).toEqual(['SEA_REQUEST_SHUTDOWN', 'SEA_REQUEST_SHUTDOWN', 'SEA_REQUEST_SHUTDOWN'])
  expect(await obedient).toMatchObject({ outcome: 'answered' })
  expect(await hung).toMatchObject({ errorCode: `RST_STREAM ${constants.NGHTTP2_CANCEL}`, isRetrySafe: false })
  expect(await call).toMatchObject({ errorCode: `RST_STREAM ${constants.NGHTTP2_CANCEL}` })
  expect(report).toMatchObject({
    clean: false,
    cutCount: 2,
    cut: [
      { kind: 'stream', name: 'POST /hung' },
      { kind: 'stream', name: '/shop.Orders/Watch' },
    ],
    figures: { requests: 3, answered: 1, cut: 2, clientGone: 0, interrupted: 1 },
  })
  expect(drain.inFlight).toBe(0)
})

test('the signal of a request is not aborted by its own answer', async () => {
  const signals: AbortSignal[] = []
  const { drain, connect } = await startDrainedHttp2((request, response) => {
    signals.push(signalOf(request))
    response.end('ok')
  })
  expect(await connect().request({ path: '/' })).toMatchObject({ outcome: 'answered' })
  await until(() => drain.inFlight === 0)
  expect(signals.map(({ aborted }) => aborted)).toEqual([false])
  expect((await drain.finish({ limitMs: 60_000 })).clean).toBe(true)
  expect(signals[0]?.aborted).toBe(false)
})

test('a client that does not read what it asked for is cut at the limit, and named', async () => {
  const { drain, connect } = await startDrainedHttp2((_, response) => void response.end(Buffer.alloc(4 * 1024 * 1024)))
  const client = connect()
  await client.connect()
  const answer = client.request({ path: '/big' })
  client.pause()
  await until(() => drain.inFlight === 1)
  const report = await drain.finish({ limitMs: 200 })
  expect(report).toMatchObject({ clean: false, cutCount: 1, cut: [{ name: 'GET /big' }] })
  client.resume()
  expect((await answer).outcome).not.toBe('answered')
})

test('the core API, files, pushes, trailers and aborted uploads: each stream is counted once', async () => {
  const { server, drain, connect } = await startDrainedHttp2()
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => {})
    switch (headers[':path']) {
      case '/file':
        stream.respondWithFile(import.meta.filename, { ':status': 200 })
        return
      case '/trailers':
        stream.respond({ ':status': 200 }, { waitForTrailers: true })
        stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '1' }))
        stream.end('body')
        return
      case '/push':
        stream.pushStream({ ':path': '/pushed' }, (error, pushed) => {
          if (error !== null) return
          pushed.respond({ ':status': 200 })
          pushed.end('pushed')
        })
        stream.respond({ ':status': 200 })
        stream.end('ok')
        return
      case '/upload':
        stream.resume()
        return
      default:
        stream.close(constants.NGHTTP2_INTERNAL_ERROR)
    }
  })
  const client = connect()
  expect(await client.request({ path: '/file' })).toMatchObject({ outcome: 'answered', status: 200 })
  expect(await client.request({ path: '/trailers' })).toMatchObject({ outcome: 'answered', trailers: { 'x-sum': '1' } })
  expect(await client.request({ path: '/push' })).toMatchObject({ outcome: 'answered' })
  expect(await client.request({ path: '/fails' })).toMatchObject({ outcome: 'reset-reused' })
  const upload = client.open({ ':method': 'POST', ':path': '/upload' })
  upload.write('half')
  await until(() => drain.inFlight === 1)
  upload.close(constants.NGHTTP2_CANCEL)
  await until(() => drain.inFlight === 0)
  expect(drain.totals).toMatchObject({ requests: 5, pushed: 1, answered: 4, clientGone: 2, cut: 0 })
  expect(await drain.finish({ limitMs: 60_000 })).toMatchObject({ clean: true })
})

test('sessions and streams that were open before anyone watched are in the account', async () => {
  const answer = gate()
  const { server, connect } = await startHttp2((_, response) => void answer.opened.then(() => response.end('ok')))
  const client = connect()
  let streams = 0
  server.on('stream', () => streams++)
  const slow = client.request({ path: '/early?secret=1' })
  await until(() => streams === 1)
  const drain = trackHttp2Server(server, { clock: systemClock, name: 'late' })
  expect(drain.openWork()).toMatchObject([{ kind: 'stream', name: 'GET /early' }])
  const finished = drain.finish({ limitMs: 60_000 })
  await until(() => client.goaways.length > 0)
  answer.open()
  expect(await slow).toMatchObject({ outcome: 'answered' })
  expect(await finished).toMatchObject({ clean: true, figures: { sessions: 1, requests: 1, answered: 1, noticed: 1 } })
})
