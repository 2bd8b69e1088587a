import { constants, type IncomingHttpHeaders } from 'node:http2'
import { expect, test } from 'vitest'
import type { History } from '../../../../src/trial/history/history.ts'
import { handleRounds } from '../../../../src/trial/history/views/handle-rounds.ts'
import { ROUND_BEGAN, ROUND_ENDED } from '../../../../src/trial/history/marks/growth.ts'
import type { Loads } from '../../../../src/trial/ship/loads.ts'
import { answerOk, serveHttp2 } from './http2-server.ts'
import { startLoads, untilWritten } from './start-loads.ts'

const HTTP2_ONLY = { protocol: { http1: false, h2c: true, tls: false } } as const
const SLOW = { method: 'GET', path: '/slow', headers: {} }

function startHttp2Loads(port: number, facts = {}): { loads: Loads; history: History } {
  return startLoads(port, { facts: { ...HTTP2_ONLY, ...facts } })
}

test('new connections: each request on a session of its own, which the client closes', async () => {
  const port = await serveHttp2(answerOk)
  const { loads, history } = startHttp2Loads(port)
  const load = loads.newConnections({ perSecond: 200 })
  const events = await untilWritten(history, 'request', 10)
  await load.stop()
  expect(new Set(events.map(({ connection }) => connection)).size).toBe(events.length)
  expect(events[0]).toMatchObject({ load: 'new', protocol: 'h2', outcome: 'answered', status: 200, reuse: 0 })
  const closed = await untilWritten(history, 'session', events.length, ({ what }) => what === 'closed')
  expect(closed.every(({ by }) => by === 'client')).toBe(true)
  // They are none of HTTP/1.1.
  expect(history.soFar('connection')).toEqual([])
})

test('kept connections are sessions that are used in their turn, by one request at a time', async () => {
  let open = 0
  let most = 0
  const port = await serveHttp2((stream) => {
    most = Math.max(most, ++open)
    setTimeout(() => {
      open--
      answerOk(stream)
    }, 20)
  })
  const { loads, history } = startHttp2Loads(port)
  const load = loads.keepAlive({ connections: 3, perSecond: 400 })
  const events = await untilWritten(history, 'request', 12)
  await load.stop()
  expect(new Set(events.map(({ connection }) => connection))).toEqual(new Set([0, 1, 2]))
  expect(events.every(({ load: name, protocol }) => name === 'keep-alive' && protocol === 'h2')).toBe(true)
  expect(most).toBe(3)
})

test('a kept session that is told to go away is made anew at its next turn, and nothing is lost', async () => {
  const port = await serveHttp2((stream) => {
    stream.session?.close()
    answerOk(stream)
  })
  const { loads, history } = startHttp2Loads(port)
  const load = loads.keepAlive({ connections: 1, perSecond: 100 })
  const events = await untilWritten(history, 'request', 5)
  await load.stop()
  expect(events.map(({ outcome }) => outcome)).toEqual(Array(5).fill('answered'))
  expect(new Set(events.map(({ connection }) => connection)).size).toBe(5)
  expect(history.soFar('session').some(({ what }) => what === 'goaway')).toBe(true)
})

test('one request has the headers of its route as HTTP/2 has them, and a trace of its own', async () => {
  const heard: IncomingHttpHeaders[] = []
  const port = await serveHttp2((stream, headers) => {
    heard.push(headers)
    answerOk(stream)
  })
  const { loads } = startHttp2Loads(port)
  const route = {
    method: 'GET',
    path: '/a',
    headers: {
      'X-A': 'b',
      Connection: 'keep-alive',
      'Transfer-Encoding': 'chunked',
      Host: 'shop.example',
      'bad header': 'x',
    },
  }
  const event = await loads.once('test', { route })
  expect(event).toMatchObject({ load: 'test', protocol: 'h2', outcome: 'answered', path: '/a', body: 'ok' })
  const { traceId = '', spanId = '' } = event.trace ?? {}
  expect(heard).toMatchObject([
    { ':path': '/a', ':authority': 'shop.example', 'x-a': 'b', traceparent: `00-${traceId}-${spanId}-01` },
  ])
})

test('a session that cannot be made is refused, and no rejection', async () => {
  const { loads, history } = startHttp2Loads(1)
  expect(await loads.once('test', {})).toMatchObject({ outcome: 'refused', errorCode: 'ECONNREFUSED' })
  expect(history.soFar('session')).toMatchObject([{ what: 'refused' }])
})

test.each([0, 20])(
  'a client that gives up says CANCEL before it goes, with a wire of %i ms: aborted, and no loss',
  async (wireDelayMs) => {
    const ends: [code: number, isSessionThere: boolean][] = []
    const port = await serveHttp2((stream) => {
      const { session } = stream
      stream.once('close', () => ends.push([stream.rstCode, session?.destroyed === false]))
    })
    const { loads, history } = startHttp2Loads(port)
    loads.wireDelayMs = wireDelayMs
    const load = loads.aborting({ perSecond: 20, afterMs: 120 })
    const events = await untilWritten(history, 'request', 3)
    await load.stop()
    expect(events[0]).toMatchObject({ load: 'aborting', protocol: 'h2', outcome: 'aborted' })
    await expect.poll(() => ends.length).toBeGreaterThanOrEqual(3)
    expect(ends.slice(0, 3)).toEqual(Array.from({ length: 3 }, () => [constants.NGHTTP2_CANCEL, true]))
  },
)

test('one that gives up at once is aborted, whether its session stands by then or not', async () => {
  const port = await serveHttp2(answerOk)
  const { loads, history } = startHttp2Loads(port)
  loads.wireDelayMs = 50
  const load = loads.aborting({ perSecond: 20, afterMs: 0 })
  const [event] = await untilWritten(history, 'request', 1)
  await load.stop()
  expect(event).toMatchObject({ outcome: 'aborted' })
})

test('a burn goes on over its sessions', async () => {
  const port = await serveHttp2(answerOk)
  const { loads, history } = startHttp2Loads(port)
  const load = loads.burn({ connections: 2, trace: 'none' })
  const events = await untilWritten(history, 'request', 50)
  await load.stop()
  expect(new Set(events.map(({ connection }) => connection)).size).toBe(2)
  expect(events.every(({ protocol, outcome }) => protocol === 'h2' && outcome === 'answered')).toBe(true)
})

test('slow requests go to the slow route, and without one to the routes: nothing is dripped', async () => {
  const port = await serveHttp2(answerOk)
  for (const [facts, path] of [
    [{ slow: SLOW }, '/slow'],
    [{ upload: { ...SLOW, method: 'POST', path: '/echo' } }, '/'],
  ] as const) {
    const { loads, history } = startHttp2Loads(port, facts)
    const load = loads.slow({ inFlight: 2 })
    const [event] = await untilWritten(history, 'request', 1)
    await load.stop()
    expect(event).toMatchObject({ load: 'slow', path, protocol: 'h2', outcome: 'answered' })
  }
})

test('idle clients are sessions that stand without a stream', async () => {
  let streamCount = 0
  const port = await serveHttp2(() => streamCount++)
  const { loads, history } = startHttp2Loads(port)
  const load = loads.idle({ connections: 3 })
  await untilWritten(history, 'session', 3, ({ what }) => what === 'opened')
  await load.stop()
  await untilWritten(history, 'session', 3, ({ what, by }) => what === 'closed' && by === 'client')
  expect(streamCount).toBe(0)
})

test('what only HTTP/1.1 has is not sent: dripped uploads and slow readers', async () => {
  const port = await serveHttp2(answerOk)
  const { loads, history } = startHttp2Loads(port)
  const quiet = [loads.drip({ inFlight: 2, lastMs: 10 }), loads.slowReaders({ inFlight: 2, bytesPerSecond: 1 })]
  loads.newConnections({ perSecond: 50 })
  await untilWritten(history, 'request', 10)
  expect(quiet.map(({ sentCount, inFlightCount }) => [sentCount, inFlightCount])).toEqual([
    [0, 0],
    [0, 0],
  ])
  await Promise.all(quiet.map((load) => load.stop()))
  await loads.stopAll()
  expect(history.soFar('request').every(({ load }) => load === 'new')).toBe(true)
})

test('what is in flight when everything is given up is unsettled', async () => {
  const port = await serveHttp2(() => {})
  const ended = new AbortController()
  const { loads, history } = startLoads(port, { facts: HTTP2_ONLY, signal: ended.signal })
  loads.newConnections({ perSecond: 20 })
  await untilWritten(history, 'session', 1, ({ what }) => what === 'opened')
  ended.abort()
  const [event] = await untilWritten(history, 'request', 1)
  expect(event).toMatchObject({ outcome: 'unsettled' })
})

test('sessions count as connections where it is looked for what is given back, and name their replica', async () => {
  const port = await serveHttp2(answerOk)
  const { loads, history } = startLoads(1, {
    facts: HTTP2_ONLY,
    target: () => ({ host: '127.0.0.1', port, pod: 'one' }),
  })
  history.mark(ROUND_BEGAN)
  expect(await loads.once('test', {})).toMatchObject({ pod: 'one', protocol: 'h2' })
  await untilWritten(history, 'session', 1, ({ what }) => what === 'closed')
  history.mark(ROUND_ENDED)
  expect(history.soFar('session').map(({ what, pod }) => [what, pod])).toEqual([
    ['opened', 'one'],
    ['closed', 'one'],
  ])
  expect(handleRounds(history.lifetime())).toMatchObject([{ connectionCount: 1 }])
})

test('a service that speaks both is asked over HTTP/1.1', async () => {
  const port = await serveHttp2(answerOk)
  const { loads } = startLoads(port, { facts: { protocol: { http1: true, h2c: true, tls: false } } })
  expect(await loads.once('test', {})).toMatchObject({ protocol: 'http/1.1' })
})
