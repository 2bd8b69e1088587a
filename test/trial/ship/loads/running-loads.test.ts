import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { startWireServer } from '../../../load/wire-server.ts'
import { startLoads, untilWritten } from './start-loads.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const LAST = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'

interface Heard {
  readonly port: number
  /** What came on each connection, in the order in which they were made. */
  readonly heard: string[]
  readonly sockets: Socket[]
}

async function listen(answer: (socket: Socket, text: string) => void): Promise<Heard> {
  const heard: string[] = []
  const sockets: Socket[] = []
  const { port } = await startWireServer((socket) => {
    const index = sockets.push(socket) - 1
    heard.push('')
    socket.on('data', (bytes) => {
      heard[index] += bytes.toString('latin1')
      answer(socket, bytes.toString('latin1'))
    })
  })
  return { port, heard, sockets }
}

test('new connections: each request on its own, with a trace of its own, and without a word that it closes', async () => {
  const { port, heard } = await listen((socket) => socket.write(OK))
  const { loads, history } = startLoads(port, {
    facts: {
      routes: [
        { method: 'GET', path: '/a', headers: { 'x-a': 'b' } },
        { method: 'GET', path: '/b', headers: {} },
      ],
    },
  })
  const load = loads.newConnections({ perSecond: 200, headers: { 'x-more': 'yes' } })
  const events = await untilWritten(history, 'request', 10)
  await load.stop()
  expect(new Set(events.map(({ connection }) => connection)).size).toBe(events.length)
  expect(new Set(events.map(({ trace }) => trace?.traceId)).size).toBe(events.length)
  expect(new Set(events.map(({ path }) => path))).toEqual(new Set(['/a', '/b']))
  expect(events[0]).toMatchObject({ load: 'new', outcome: 'answered', reuse: 0, protocol: 'http/1.1' })
  const { traceId, spanId } = events.find(({ id }) => id === 0)?.trace ?? { traceId: '', spanId: '' }
  expect(heard.join('')).toContain(`traceparent: 00-${traceId}-${spanId}-01\r\n`)
  expect(heard[0]).toContain('x-a: b\r\nx-more: yes\r\n')
  expect(heard.join('')).not.toMatch(/connection:/i)
  expect([load.sentCount, load.inFlightCount, load.droppedCount]).toEqual([history.soFar('request').length, 0, 0])
})

test('not sampled is said so, none says nothing, and a header of the voyage is left as it is', async () => {
  const { port, heard } = await listen((socket) => socket.write(OK))
  const { loads } = startLoads(port)
  expect((await loads.once('a', { trace: 'not-sampled' })).trace?.isSampled).toBe(false)
  expect((await loads.once('b', { trace: 'none' })).trace).toBeUndefined()
  expect((await loads.once('c', { headers: { Traceparent: 'odd' } })).trace).toBeUndefined()
  expect(heard[0]).toMatch(/traceparent: 00-[\da-f]{32}-[\da-f]{16}-00\r\n/)
  expect(heard[1]).not.toContain('traceparent')
  expect(heard[2]).toContain('Traceparent: odd\r\n')
})

test('kept connections are used in their turn', async () => {
  const { port } = await listen((socket) => socket.write(OK))
  const { loads, history } = startLoads(port)
  const load = loads.keepAlive({ connections: 3, perSecond: 300 })
  const events = (await untilWritten(history, 'request', 9)).toSorted((one, other) => one.id - other.id)
  await load.stop()
  expect(new Set(events.map(({ connection }) => connection))).toEqual(new Set([0, 1, 2]))
  expect(events.slice(0, 3).map(({ reuse }) => reuse)).toEqual([0, 0, 0])
  expect(Math.max(...events.map(({ reuse }) => reuse))).toBeGreaterThan(0)
  expect(history.soFar('connection').filter(({ what }) => what === 'closed')).toHaveLength(3)
})

test('a kept connection obeys Connection: close, and is made anew at its next turn', async () => {
  const { port } = await listen((socket) => socket.end(LAST))
  const { loads, history } = startLoads(port)
  const load = loads.keepAlive({ connections: 2, perSecond: 300 })
  const events = await untilWritten(history, 'request', 6)
  await load.stop()
  expect(events.every(({ outcome, saidClose, reuse }) => outcome === 'answered' && saidClose && reuse === 0)).toBe(true)
  expect(history.soFar('connection').find(({ what }) => what === 'closed')).toMatchObject({ by: 'service' })
})

test('openNoMore: what stands goes on, what ended is not made anew, and nothing goes to others in its place', async () => {
  let isLast = false
  const { port, sockets } = await listen((socket) => socket.write(isLast && socket === sockets[0] ? LAST : OK))
  const { loads, history } = startLoads(port)
  const load = loads.keepAlive({ connections: 2, perSecond: 400 })
  await untilWritten(history, 'request', 4)
  load.openNoMore()
  isLast = true
  await untilWritten(history, 'request', 1, ({ saidClose }) => saidClose)
  const before = history.soFar('request').length
  await untilWritten(history, 'request', before + 30)
  await load.stop()
  const after = history.soFar('request').slice(before + 2)
  expect(sockets).toHaveLength(2)
  expect(new Set(after.map(({ connection }) => connection))).toEqual(new Set([1]))
  // Half of 400 a second: what was due on the other one is left out.
  const dueAt = after.map(({ intendedAt }) => intendedAt)
  const meanGapMs = ((dueAt.at(-1) ?? 0) - (dueAt[0] ?? 0)) / (dueAt.length - 1)
  expect(meanGapMs).toBeGreaterThan(3.75)
})

test('a drip begins at once, and is whole only at its end', async () => {
  const { port, heard } = await listen((socket, text) => {
    if (text.includes('!')) socket.write(OK)
  })
  const upload = { method: 'POST', path: '/up', headers: { 'x-a': 'b' }, body: 'twelve bytes and more!' }
  const { loads, history } = startLoads(port, { facts: { upload } })
  const load = loads.drip({ inFlight: 2, lastMs: 300 })
  const [event] = await untilWritten(history, 'request', 2)
  await load.stop()
  expect(event).toMatchObject({ load: 'drip', method: 'POST', path: '/up', outcome: 'answered' })
  const { headSentAt = 0, sentAt = 0 } = event ?? {}
  expect(sentAt - headSentAt).toBeGreaterThan(250)
  expect(heard[0]).toMatch(/^POST \/up HTTP\/1.1\r\n.*Content-Length: 22\r\n\r\ntwelve bytes and more!$/s)
})

test('a drip that is answered early ends there, and the next one is not hurried', async () => {
  const { port } = await listen((socket) => socket.end('HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n'))
  const { loads, history } = startLoads(port)
  const load = loads.slow({ inFlight: 1 })
  expect((await untilWritten(history, 'request', 1))[0]).toMatchObject({
    outcome: 'answered',
    status: 404,
    load: 'drip',
  })
  await load.stop()
  expect(history.soFar('request')).toHaveLength(1)
})

test('slow: the slow route when there is one', async () => {
  const { port } = await listen((socket) => setTimeout(() => socket.write(OK), 50))
  const { loads, history } = startLoads(port, { facts: { slow: { method: 'GET', path: '/slow', headers: {} } } })
  const load = loads.slow({ inFlight: 3 })
  await untilWritten(history, 'request', 6)
  expect(load.inFlightCount).toBeLessThanOrEqual(3)
  await load.stop()
  expect(history.soFar('request')[0]).toMatchObject({ load: 'slow', path: '/slow', outcome: 'answered' })
})

test('aborting: the client goes away on purpose, and the service sees it go', async () => {
  const { port, sockets } = await listen(() => {})
  const { loads, history } = startLoads(port)
  const load = loads.aborting({ perSecond: 100, afterMs: 20 })
  const [event] = await untilWritten(history, 'request', 1)
  expect(event).toMatchObject({ load: 'aborting', outcome: 'aborted' })
  await load.stop()
  expect(sockets[0]?.readableEnded).toBe(true)
})

test('slow readers take a large answer a little at a time', async () => {
  const body = Buffer.alloc(400_000)
  const { port } = await listen((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`)
    socket.write(body)
  })
  const { loads, history } = startLoads(port)
  const load = loads.slowReaders({ inFlight: 1, bytesPerSecond: 1_000_000 })
  const [event] = await untilWritten(history, 'request', 1)
  await load.stop()
  expect(event).toMatchObject({ load: 'slow-reader', outcome: 'answered', bodyBytes: body.length })
  expect((event?.at ?? 0) - (event?.firstByteAt ?? 0)).toBeGreaterThan(250)
})

test('headers that never end: a line more each second, and whoever is sent away comes back', async () => {
  const { port, heard, sockets } = await listen(() => {})
  const { loads, history } = startLoads(port)
  const load = loads.slowHeaders({ connections: 2 })
  await untilWritten(history, 'connection', 2)
  sockets[0]?.end()
  await untilWritten(history, 'connection', 3, ({ what }) => what === 'opened')
  while (!heard.slice(1).some((text) => text.includes('X-Seaworthy-1: '))) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  expect(heard[0]).toMatch(/^GET \/ HTTP\/1.1\r\nHost: 127.0.0.1:\d+\r\n/)
  expect(heard.join('')).not.toContain('\r\n\r\n')
  await load.stop()
  const outcomes = history.soFar('request').map(({ load: name, outcome }) => `${name} ${outcome}`)
  expect(outcomes).toEqual(['slow-headers reset-fresh', 'slow-headers aborted', 'slow-headers aborted'])
  expect(history.soFar('connection').filter(({ what }) => what === 'closed')).toHaveLength(3)
})

test('burn: the next request goes out as soon as the last is answered', async () => {
  const { port } = await listen((socket) => socket.write(OK))
  const { loads, history } = startLoads(port)
  const load = loads.burn({ connections: 2 })
  await untilWritten(history, 'request', 100)
  await load.stop()
  expect(new Set(history.soFar('request').map(({ connection }) => connection))).toEqual(new Set([0, 1]))
})

test('idle connections stand and say nothing, until the service or stop() closes them', async () => {
  const { port, sockets, heard } = await listen(() => {})
  const { loads, history } = startLoads(port)
  const load = loads.idle({ connections: 2 })
  await untilWritten(history, 'connection', 2)
  sockets[0]?.end()
  await untilWritten(history, 'connection', 1, ({ what, by }) => what === 'closed' && by === 'service')
  await load.stop()
  await untilWritten(history, 'connection', 1, ({ what, by }) => what === 'closed' && by === 'client')
  expect(heard.join('')).toBe('')
})

test('stopAll: what does not settle is unsettled, and nothing stays open', { timeout: 20_000 }, async () => {
  const { port } = await listen(() => {})
  const { loads, history } = startLoads(port, { facts: { slow: { method: 'GET', path: '/', headers: {} } } })
  loads.slow({ inFlight: 2 })
  loads.idle({ connections: 1 })
  await untilWritten(history, 'connection', 3)
  await loads.stopAll()
  expect(history.soFar('request').map(({ outcome }) => outcome)).toEqual(['unsettled', 'unsettled'])
  expect(history.soFar('connection').filter(({ what }) => what === 'closed')).toHaveLength(3)
})

test('when the trial is given up, everything ends at once', async () => {
  const { port } = await listen(() => {})
  const trial = new AbortController()
  const { loads, history } = startLoads(port, { signal: trial.signal })
  const load = loads.newConnections({ perSecond: 200 })
  await untilWritten(history, 'connection', 2)
  trial.abort()
  await load.stop()
  expect(load.inFlightCount).toBe(0)
  expect(new Set(history.soFar('request').map(({ outcome }) => outcome))).toEqual(new Set(['unsettled']))
})

test('with too much waiting already, what is due is dropped and counted, and never the loss of the service', async () => {
  const { port } = await listen(() => {})
  const { loads } = startLoads(port)
  const load = loads.keepAlive({ connections: 1, perSecond: 5000 })
  while (load.droppedCount === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(load.sentCount).toBe(1)
  await loads.stopAll()
})
