import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { Http2Drain } from '../../src/server/http2-drain.ts'
import { HttpDrain } from '../../src/server/http-drain.ts'
import { JointDrain } from '../../src/server/joint-drain.ts'
import { NetDrain } from '../../src/server/net-drain.ts'
import { signalOf } from '../../src/server/request-signal.ts'
import { trackServer } from '../../src/server/track-server.ts'
import { bindHttp2, secureServer, type Http2Handler } from './start-http2.ts'
import { gate, openConnection, until } from './start-server.ts'
import { createServer as createHttp } from 'node:http'
import { createServer as createHttp2 } from 'node:http2'
import { createServer as createNet } from 'node:net'

const TLS = { tls: { rejectUnauthorized: false } }

async function startSecure(handler: Http2Handler) {
  const server = secureServer(handler, { allowHTTP1: true })
  const drain = trackServer(server, { clock: systemClock, name: 'secure' })
  return { ...(await bindHttp2(server)), drain }
}

test('every kind of server gets the drain of its protocol', () => {
  const options = { clock: systemClock, name: 'any' }
  expect(trackServer(createHttp(), options)).toBeInstanceOf(HttpDrain)
  expect(trackServer(createHttp2(), options)).toBeInstanceOf(Http2Drain)
  expect(trackServer(secureServer(), options)).toBeInstanceOf(JointDrain)
  expect(trackServer(createNet(), options)).toBeInstanceOf(NetDrain)
  expect(() => trackServer({} as never, options)).toThrow(
    expect.objectContaining({ code: 'SEA_LISTENER_NOT_LISTENABLE' }),
  )
})

test('one port, two protocols: requests of both are in the account, finished, and the connections end', async () => {
  const answer = gate()
  const { server, port, drain, connect } = await startSecure((request, response) => {
    void (request.url === '/slow' ? answer.opened : Promise.resolve()).then(() => response.end(request.httpVersion))
  })
  const old = openConnection(port, TLS)
  const modern = connect()
  expect((await old.request({ path: '/' })).body?.toString()).toBe('1.1')
  expect((await modern.request({ path: '/' })).body?.toString()).toBe('2.0')
  const slow = [old.request({ path: '/slow' }), modern.request({ path: '/slow' })] as const
  await until(() => drain.inFlight === 2)
  expect(drain.openWork().map(({ kind, name }) => `${kind} ${name}`)).toEqual(
    expect.arrayContaining(['request GET /slow', 'stream GET /slow']),
  )
  drain.startDraining()
  const finished = drain.finish({ limitMs: 60_000 })
  answer.open()
  expect(await slow[0]).toMatchObject({ outcome: 'answered', saidClose: true })
  expect(await slow[1]).toMatchObject({ outcome: 'answered' })
  expect(await finished).toMatchObject({
    clean: true,
    figures: { requests: 4, answered: 4, clientGone: 0, cut: 0, sessions: 1 },
  })
  await modern.closed
  expect(modern.goaways.length).toBeGreaterThan(0)
  expect(server.listening).toBe(false)
})

test('one port, two protocols: what the soft deadline interrupts is counted once, whichever it speaks', async () => {
  const { port, drain, connect } = await startSecure((request, response) => {
    signalOf(request).addEventListener('abort', () => response.writeHead(503).end())
  })
  const modern = connect()
  const answers = [
    openConnection(port, TLS).request({ path: '/old' }),
    modern.request({ path: '/a' }),
    modern.request({ path: '/b' }),
  ]
  await until(() => drain.inFlight === 3)
  const report = await drain.finish({ limitMs: 60_000, softLimitMs: 10 })
  expect(report).toMatchObject({ clean: true, figures: { interrupted: 3, answered: 3 } })
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([503, 503, 503])
})

test('a client that waits for each answer loses nothing: the final GOAWAY comes with its last one', async () => {
  const { drain, connect } = await startSecure((_, response) => void response.end('ok'))
  const clients = Array.from({ length: 8 }, () => connect({ wireDelayMs: 25 }))
  let isFinished = false
  const losses: unknown[] = []
  let answered = 0
  const playing = clients.map(async (client) => {
    while (client.isUsable && !isFinished) {
      const result = await client.request({ path: '/' })
      if (result.outcome === 'answered') answered++
      else if (result.outcome !== 'refused') losses.push(result)
    }
  })
  await until(() => answered > 30)
  drain.startDraining()
  await Promise.all(playing)
  isFinished = true
  expect(losses).toEqual([])
  expect(await drain.finish({ limitMs: 60_000 })).toMatchObject({ clean: true, figures: { answered } })
})

test('streams of one packet are all served, even when the handler answers at once', async () => {
  const { drain, connect } = await startSecure((request, response) => void response.end(request.url))
  const client = connect()
  await client.connect()
  drain.startDraining()
  const answers = await Promise.all(['/a', '/b', '/c'].map((path) => client.request({ path })))
  expect(answers.map(({ outcome }) => outcome)).toEqual(['answered', 'answered', 'answered'])
})

test('streams that never leave the client a pause are refused in a way that allows to send them again', async () => {
  const { drain, connect } = await startSecure((_, response) => void setTimeout(() => response.end('ok'), 20))
  const client = connect({ wireDelayMs: 10 })
  const results: Promise<{ outcome: string; isRetrySafe: boolean }>[] = []
  const timer = setInterval(() => {
    if (client.isUsable) results.push(client.request({ path: '/' }))
  }, 2)
  onTestFinished(() => clearInterval(timer))
  await until(() => results.length > 30)
  const report = await drain.finish({ limitMs: 60_000 })
  const settled = await Promise.all(results)
  expect(settled.filter(({ outcome, isRetrySafe }) => outcome !== 'answered' && !isRetrySafe)).toEqual([])
  expect(report).toMatchObject({ clean: true, figures: { clientGone: 0 } })
  expect(report.figures['answered']).toBe(settled.filter(({ outcome }) => outcome === 'answered').length)
})

test('half-open: a handshake that never starts, an agreed protocol that is never spoken', async () => {
  const server = secureServer()
  const drain = trackServer(server, { clock: systemClock, name: 'secure' })
  const { port, sessions } = await bindHttp2(server)
  const silent = connectTcp({ port, host: '127.0.0.1' })
  const agreed = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] })
  const closed = [silent, agreed].map((socket) => {
    onTestFinished(() => void socket.destroy())
    return new Promise<boolean>((resolve) =>
      socket
        .on('error', () => {})
        .on('close', resolve)
        .resume(),
    )
  })
  await until(() => sessions.length === 1)
  expect(await drain.finish({ limitMs: 60_000 })).toMatchObject({ clean: true, cutCount: 0, figures: { requests: 0 } })
  await Promise.all(closed)
})

test('with TLS, sessions that were open before anyone watched are found from Node 24 on', async () => {
  const server = secureServer((_, response) => void setTimeout(() => response.end('ok'), 50))
  const { connect } = await bindHttp2(server)
  const client = connect()
  let streams = 0
  server.on('stream', () => streams++)
  const slow = client.request({ path: '/early' })
  await until(() => streams === 1)
  const drain = trackServer(server, { clock: systemClock, name: 'late' })
  const isKnown = Number(process.versions.node.split('.')[0]) >= 24
  expect(drain.inFlight).toBe(isKnown ? 1 : 0)
  const finished = drain.finish({ limitMs: 60_000 })
  expect(await slow).toMatchObject({ outcome: 'answered' })
  expect((await finished).clean).toBe(true)
})

test('a connection whose handshake is not over when the listener closes becomes a session, and is served', async () => {
  const server = secureServer((_, response) => void response.end('ok'))
  const clock = new ManualClock()
  const drain = trackServer(server, { clock, name: 'secure' })
  const { port } = await bindHttp2(server)
  const [accepted, socket] = await Promise.all([once(server, 'connection'), connectedTcp(port)])
  expect(accepted).toHaveLength(1)
  const finished = drain.finish({ limitMs: 60_000 })
  while (server.listening) await pass(clock, 1)
  const client = connectHttp2(`https://127.0.0.1:${port}`, {
    createConnection: () => connectTls({ socket, rejectUnauthorized: false, ALPNProtocols: ['h2'] }),
  })
  onTestFinished(() => client.destroy())
  client.on('error', () => {})
  const stream = client.request({ ':path': '/' })
  const [headers] = (await once(stream, 'response')) as [{ ':status': number }]
  expect(headers[':status']).toBe(200)
  stream.resume()
  await until(() => drain.inFlight === 0)
  let isOver = false
  void finished.then(() => (isOver = true))
  while (!isOver) await pass(clock, 10)
  expect(await finished).toMatchObject({ clean: true, figures: { sessions: 1, answered: 1 } })
})

/** With a turn for what only the system can do. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  await clock.advance(ms)
  await new Promise((resolve) => setImmediate(resolve))
}

function connectedTcp(port: number): Promise<Socket> {
  const socket = connectTcp({ port, host: '127.0.0.1' })
  return new Promise((resolve) => socket.once('connect', () => resolve(socket)))
}
