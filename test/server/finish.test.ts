import { connect as connectTcp, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Log } from '../../src/core/log.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { signalOf } from '../../src/server/request-signal.ts'
import { passTime } from '../core/pass-time.ts'
import { gate, startDrainedServer, until } from './start-server.ts'

/** More than any test takes: reaching it is a hang, and ends the test by its own limit. */
const NEVER_REACHED = { limitMs: 60_000 }
const HUGE = Buffer.alloc(16 * 1024 * 1024)

test('a server that nobody uses is finished at once', async () => {
  const { drain, server } = await startDrainedServer()
  const report = await drain.finish(NEVER_REACHED)
  expect(report).toEqual({
    clean: true,
    tookMs: expect.any(Number) as number,
    cutCount: 0,
    cut: [],
    figures: {
      requests: 0,
      answered: 0,
      answeredInDrain: 0,
      interrupted: 0,
      clientGone: 0,
      cut: 0,
      upgraded: 0,
      toldGoodbye: 0,
      upgradedCut: 0,
      streamsEnded: 0,
      refused: 0,
      idleClosed: 0,
      metClose: 0,
      acceptedLate: 0,
      stalled: 0,
    },
  })
  expect(server.listening).toBe(false)
})

test('a server that never listened, and one that its owner has closed, are finished as well', async () => {
  const { drain, server } = await startDrainedServer()
  server.close()
  expect((await drain.finish(NEVER_REACHED)).clean).toBe(true)
})

test('requests in flight are answered, new connections are refused, and then it is over', async () => {
  const answer = gate()
  const { server, drain, connect } = await startDrainedServer((_, response) => {
    void answer.opened.then(() => response.end('done'))
  })
  const request = connect().request({ path: '/' })
  await until(() => drain.inFlight === 1)
  const finished = drain.finish(NEVER_REACHED)
  await until(() => !server.listening)
  expect(await connect().request({ path: '/' })).toMatchObject({ outcome: 'refused' })
  answer.open()
  expect(await request).toMatchObject({ outcome: 'answered', saidClose: true })
  expect(await finished).toMatchObject({ clean: true, cutCount: 0, figures: { idleClosed: 0 } })
  expect(drain.inFlight).toBe(0)
  expect(drain.connections.open).toBe(0)
})

test('connections that the kernel has accepted and Node has not are served, not reset', async () => {
  const { drain, port } = await startDrainedServer((_, response) => void response.end('ok'))
  const clients: Socket[] = []
  let answered = 0
  let failed = 0
  for (let count = 0; count < 50; count++) {
    const socket = connectTcp({ port, host: '127.0.0.1' })
    socket.on('data', () => void answered++).on('error', () => void failed++)
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    clients.push(socket)
  }
  onTestFinished(() => clients.forEach((socket) => socket.destroy()))
  // The event loop has not turned: all fifty are in the kernel's queue.
  const report = await drain.finish(NEVER_REACHED)
  expect(report).toMatchObject({ clean: true, figures: { acceptedLate: 50 } })
  await until(() => answered + failed === 50)
  expect({ answered, failed }).toEqual({ answered: 50, failed: 0 })
})

test('the listener closes when nobody has connected for a while; requests wait meanwhile, and are all answered', async () => {
  const clock = new ManualClock()
  let seen = 0
  const { server, drain, connect } = await startDrainedServer(
    (_, response) => {
      seen++
      response.end('ok')
    },
    { drain: { clock, quietMs: 50 } },
  )
  const ask = () => connect().request({ path: '/' })
  const answers = [ask()]
  await until(() => drain.inFlight === 0 && seen === 1)
  const finished = drain.finish({ limitMs: 10_000 })
  for (let count = 2; count <= 4; count++) {
    await clock.advance(49)
    expect(server.listening).toBe(true)
    answers.push(ask())
    await until(() => drain.inFlight === count - 1)
  }
  expect(seen).toBe(1)
  await clock.advance(50)
  await until(() => !server.listening)
  for (const answer of await Promise.all(answers.slice(1)))
    expect(answer).toMatchObject({ outcome: 'answered', saidClose: true })
  await clock.advance(250)
  expect(await finished).toMatchObject({ clean: true })
})

test('a first request that comes after the listener has closed, on a connection made before, is answered', async () => {
  const { drain, server, connect } = await startDrainedServer((_, response) => void response.end('ok'))
  const fresh = connect()
  await fresh.connect()
  const finished = drain.finish(NEVER_REACHED)
  await until(() => !server.listening)
  expect(await fresh.request({ path: '/' })).toMatchObject({ outcome: 'answered', saidClose: true })
  expect(await finished).toMatchObject({ clean: true, figures: { idleClosed: 0 } })
})

test('the next request on a kept-alive connection that was never told is answered when it comes in time', async () => {
  const { drain, server, connect } = await startDrainedServer((_, response) => void response.end('ok'))
  const kept = connect()
  await kept.request({ path: '/' })
  const finished = drain.finish(NEVER_REACHED)
  await until(() => !server.listening)
  expect(kept.isUsable).toBe(true)
  expect(await kept.request({ path: '/' })).toMatchObject({ outcome: 'answered', saidClose: true, reuse: 1 })
  expect(await finished).toMatchObject({ clean: true, figures: { idleClosed: 0 } })
})

test('idle and silent connections are closed in an orderly way after the grace', async () => {
  const { drain, connect } = await startDrainedServer((_, response) => void response.end('ok'))
  const [kept, silent] = [connect(), connect()]
  await kept.request({ path: '/' })
  await silent.connect()
  await until(() => drain.connections.open === 2)
  expect(await drain.finish(NEVER_REACHED)).toMatchObject({ clean: true, cutCount: 0, figures: { idleClosed: 2 } })
  await until(() => !kept.isUsable && !silent.isUsable)
})

test('while requests are in flight idle connections are spared, and one that is used then loses nothing', async () => {
  const clock = new ManualClock()
  const answer = gate()
  const { server, drain, connect } = await startDrainedServer(
    (request, response) => {
      if (request.url === '/slow') void answer.opened.then(() => response.end('slow'))
      else response.end('ok')
    },
    { drain: { clock } },
  )
  const [kept, silent] = [connect(), connect()]
  await kept.request({ path: '/' })
  await silent.connect()
  const slow = connect().request({ path: '/slow' })
  await until(() => drain.inFlight === 1 && drain.connections.open === 3)
  const finished = drain.finish({ limitMs: 60_000, softLimitMs: 50_000 })
  await until(() => !server.listening)
  await clock.advance(40_000)
  expect(drain.connections.open).toBe(3)
  expect(await kept.request({ path: '/' })).toMatchObject({ outcome: 'answered', saidClose: true, reuse: 1 })
  answer.open()
  expect(await slow).toMatchObject({ outcome: 'answered' })
  await until(() => drain.inFlight === 0)
  // Closed as soon as nothing else is waited for.
  await clock.advance(0)
  await until(() => !silent.isUsable)
  expect(await finished).toMatchObject({ clean: true, tookMs: 40_000, figures: { idleClosed: 1, metClose: 0 } })
})

test('idle connections are spared no longer than to the soft limit, so that all are closed in an orderly way', async () => {
  const clock = new ManualClock()
  const { server, drain, connect } = await startDrainedServer(() => {}, { drain: { clock } })
  const silent = connect()
  await silent.connect()
  void connect().request({ path: '/hang' })
  await until(() => drain.inFlight === 1 && drain.connections.open === 2)
  const finished = drain.finish({ limitMs: 10_000, softLimitMs: 8000 })
  await until(() => !server.listening)
  await clock.advance(7999)
  expect(silent.isUsable).toBe(true)
  await clock.advance(1)
  await until(() => !silent.isUsable)
  await clock.advance(2000)
  expect(await finished).toMatchObject({ cutCount: 1, figures: { idleClosed: 1 } })
})

test('a request that meets our close on its way is counted: nobody can answer it', async () => {
  const clock = new ManualClock()
  const { server, drain, connect } = await startDrainedServer((_, response) => void response.end('ok'), {
    drain: { clock, quietMs: 0, lateRequestGraceMs: 20 },
  })
  const far = connect({ clock, wireDelayMs: 30 })
  await passTime(clock, far.request({ path: '/' }))
  const finished = drain.finish(NEVER_REACHED)
  await until(() => !server.listening)
  // The server closes 20 ms from now, and this arrives after 30; the client knows of the close after 50.
  const late = far.request({ path: '/' })
  expect(await passTime(clock, late)).toMatchObject({ outcome: 'reset-reused' })
  expect(await passTime(clock, finished)).toMatchObject({
    clean: true,
    figures: { requests: 1, idleClosed: 1, metClose: 1, refused: 0 },
  })
})

test('an answer whose headers were written before the drain ends, and its connection gets the grace of an idle one', async () => {
  const more = gate()
  const { drain, server, connect } = await startDrainedServer((request, response) => {
    response.flushHeaders()
    if (request.url === '/stream') void more.opened.then(() => response.end('end'))
    else response.end('ok')
  })
  const client = connect()
  const stream = client.request({ path: '/stream' })
  await until(() => drain.inFlight === 1)
  const finished = drain.finish(NEVER_REACHED)
  await until(() => !server.listening)
  more.open()
  expect(await stream).toMatchObject({ outcome: 'answered', saidClose: false })
  expect(await client.request({ path: '/' })).toMatchObject({ outcome: 'answered', saidClose: true })
  expect((await finished).clean).toBe(true)
})

test('headers that are half sent at the close and come in time are a request like any other', async () => {
  const clock = new ManualClock()
  const { drain, server, accepted, connect } = await startDrainedServer((_, response) => void response.end('ok'), {
    drain: { clock, quietMs: 0 },
  })
  const client = connect()
  await client.connect()
  const answer = client.expect()
  client.send('GET / HTTP/1.1\r\nHo')
  await until(() => (accepted[0]?.bytesRead ?? 0) > 0)
  const finished = drain.finish(NEVER_REACHED)
  await until(() => !server.listening)
  // Longer than an idle connection would have.
  await clock.advance(400)
  client.send('st: a\r\n\r\n')
  expect(await answer).toMatchObject({ outcome: 'answered', saidClose: true })
  expect(await passTime(clock, finished)).toMatchObject({ clean: true, figures: { stalled: 0, idleClosed: 0 } })
})

test('headers that stop arriving are given up with 408 long before the limit', async () => {
  const clock = new ManualClock()
  const { drain, server, accepted, connect } = await startDrainedServer(() => {}, { drain: { clock } })
  const client = connect()
  await client.connect()
  const answer = client.expect()
  client.send('GET / HTTP/1.1\r\nHo')
  await until(() => (accepted[0]?.bytesRead ?? 0) > 0)
  const finished = drain.finish({ limitMs: 10_000 })
  await until(() => !server.listening)
  await clock.advance(250)
  await clock.advance(1999)
  expect(drain.connections.open).toBe(1)
  await clock.advance(1)
  expect(await answer).toMatchObject({ outcome: 'answered', status: 408 })
  expect(await finished).toMatchObject({ clean: true, tookMs: 2250, figures: { stalled: 1 } })
})

test('a body that is half sent at the close and comes in time is answered', async () => {
  const clock = new ManualClock()
  const { drain, server, connect } = await startDrainedServer(
    (request, response) => {
      request.resume().on('end', () => response.end('stored'))
    },
    { drain: { clock, quietMs: 0 } },
  )
  const client = connect()
  const answer = client.expect()
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf')
  await until(() => drain.inFlight === 1)
  const finished = drain.finish(NEVER_REACHED)
  await until(() => !server.listening)
  await clock.advance(300)
  client.send('half')
  expect(await answer).toMatchObject({ outcome: 'answered', saidClose: true })
  expect((await passTime(clock, finished)).clean).toBe(true)
})

test('a body that never comes is cut at the limit, and the report names the request', async () => {
  const clock = new ManualClock()
  const warnings: string[] = []
  const log: Log = { debug() {}, info() {}, warn: (_, message) => warnings.push(message), error() {} }
  const { drain, server, connect } = await startDrainedServer(() => {}, { drain: { clock, log } })
  const client = connect()
  const answer = client.expect()
  client.send('POST /orders?card=4111 HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf')
  await until(() => drain.inFlight === 1)
  await clock.advance(1000)
  const finished = drain.finish({ limitMs: 5000 })
  await until(() => !server.listening)
  await clock.advance(4999)
  expect(drain.inFlight).toBe(1)
  await clock.advance(1)
  expect(await finished).toMatchObject({
    clean: false,
    tookMs: 5000,
    cutCount: 1,
    cut: [{ kind: 'request', name: 'POST /orders', ageMs: 6000 }],
  })
  expect(await answer).toMatchObject({ outcome: 'reset-fresh' })
  expect(drain.inFlight).toBe(0)
  expect(drain.totals).toEqual({ requests: 1, answered: 0, clientGone: 0, cut: 1, upgraded: 0 })
  expect(warnings).toEqual(['"test" cut what was still open after 5s'])
})

test('a reader that is slow gets its answer when it reads in time, and is cut when it does not', async () => {
  const { drain, server, connect } = await startDrainedServer((_, response) => void response.end(HUGE))
  const [slow, stuck] = [connect(), connect()]
  for (const client of [slow, stuck]) {
    await client.connect()
    client.pause()
  }
  const slowAnswer = slow.request({ path: '/slow' })
  const stuckAnswer = stuck.request({ path: '/stuck' })
  await until(() => drain.inFlight === 2)
  const giveUp = new AbortController()
  const finished = drain.finish({ ...NEVER_REACHED, signal: giveUp.signal })
  await until(() => !server.listening)
  slow.resume()
  expect(await slowAnswer).toMatchObject({ outcome: 'answered', bodyBytes: HUGE.length })
  await until(() => drain.totals.answered === 1)
  giveUp.abort()
  expect(await finished).toMatchObject({ clean: false, cutCount: 1, cut: [{ name: 'GET /stuck' }] })
  stuck.resume()
  expect((await stuckAnswer).outcome).toBe('truncated')
})

test('handlers that hang are cut at the limit, the oldest listed first and not more than twenty', async () => {
  const clock = new ManualClock()
  const { drain, server, connect } = await startDrainedServer(() => {}, { drain: { clock } })
  for (let count = 0; count < 25; count++) {
    void connect().request({ path: `/${count}` })
    await until(() => drain.inFlight === count + 1)
    await clock.advance(10)
  }
  const finished = drain.finish({ limitMs: 100 })
  await until(() => !server.listening)
  await clock.advance(100)
  const report = await finished
  expect(report.cutCount).toBe(25)
  expect(report.cut.map(({ name }) => name)).toEqual(Array.from({ length: 20 }, (_, index) => `GET /${index}`))
  expect(drain.inFlight).toBe(0)
})

test('at the soft limit handlers are told, and one that listens still answers', async () => {
  let reason: unknown
  const { drain, connect } = await startDrainedServer((request, response) => {
    signalOf(request).addEventListener('abort', ({ target }) => {
      reason = (target as AbortSignal).reason
      response.writeHead(503).end('shutting down')
    })
  })
  const answer = connect().request({ path: '/' })
  await until(() => drain.inFlight === 1)
  const finished = drain.finish({ ...NEVER_REACHED, softLimitMs: 20 })
  expect(await answer).toMatchObject({ outcome: 'answered', status: 503, saidClose: true })
  expect((await finished).clean).toBe(true)
  expect(reason).toMatchObject({ name: 'AbortError', code: 'SEA_REQUEST_SHUTDOWN', message: '"test" is shutting down' })
})

test('upgraded sockets are waited for, and destroyed at the limit', async () => {
  const { server, drain, connect } = await startDrainedServer()
  server.on('upgrade', (_, socket: Socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
    socket.resume().on('end', () => socket.end())
    socket.on('error', () => {})
  })
  const [polite, stubborn] = [connect(), connect()]
  for (const client of [polite, stubborn]) {
    await client.request({ path: '/', headers: { Connection: 'Upgrade', Upgrade: 'x' } })
  }
  const giveUp = new AbortController()
  const finished = drain.finish({ ...NEVER_REACHED, signal: giveUp.signal })
  polite.close()
  await until(() => drain.connections.open === 1)
  giveUp.abort()
  expect(await finished).toMatchObject({
    clean: false,
    cutCount: 1,
    cut: [{ kind: 'connection', name: 'x /' }],
    figures: { cut: 0, upgradedCut: 1 },
  })
  await until(() => !stubborn.isUsable)
})

test('a limit of nothing, or a signal that is aborted already, cuts at once', async () => {
  for (const options of [{ limitMs: 0 }, { limitMs: 60_000, signal: AbortSignal.abort() }]) {
    const { drain, connect } = await startDrainedServer(() => {})
    void connect().request({ path: '/' })
    await until(() => drain.inFlight === 1)
    expect(await drain.finish(options)).toMatchObject({ clean: false, cutCount: 1 })
  }
})

test('every call gets the report of the first', async () => {
  const { drain } = await startDrainedServer()
  const first = drain.finish(NEVER_REACHED)
  expect(await drain.finish({ limitMs: 0 })).toBe(await first)
})

test('after the end no timer is left, whichever way each connection went', async () => {
  const clock = new ManualClock()
  const { server, drain, connect } = await startDrainedServer((_, response) => void response.end('ok'), {
    drain: { clock },
  })
  await connect().request({ path: '/kept' })
  void connect().connect()
  await until(() => drain.connections.open === 2)
  drain.startDraining()
  await connect().request({ path: '/told' })
  await until(() => drain.connections.open === 2)
  const finished = drain.finish({ limitMs: 100, softLimitMs: 200 })
  await until(() => !server.listening)
  await clock.advance(100)
  await finished
  expect(drain.connections.open).toBe(0)
  expect(clock.pending).toBe(0)
})

test('requests that come while the accept queue is emptied are all given to the service, whatever one of them throws', async () => {
  const thrown: unknown[] = []
  // The handler's own mistake is an uncaught exception with and without a drain: the test takes it from the runner.
  const runners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => thrown.push(error))
  onTestFinished(() => {
    process.removeAllListeners('uncaughtException')
    for (const each of runners) process.on('uncaughtException', each)
  })
  const { drain, port, connect } = await startDrainedServer((request, response) => {
    if (request.url === '/broken') throw new Error('a mistake')
    response.end('ok')
  })
  expect((await connect().request({ path: '/' })).outcome).toBe('answered')
  const answers: string[] = []
  const clients = ['/broken', '/fine', '/fine'].map((path) => {
    const socket = connectTcp({ port, host: '127.0.0.1' })
    socket.on('data', (bytes) => answers.push(bytes.toString())).on('error', () => {})
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
    return socket
  })
  onTestFinished(() => clients.forEach((socket) => socket.destroy()))
  const report = await drain.finish({ limitMs: 500 })
  expect(report).toMatchObject({ clean: false, cutCount: 1, cut: [{ name: 'GET /broken' }] })
  await until(() => answers.length === 2)
  expect(thrown).toEqual([new Error('a mistake')])
})
