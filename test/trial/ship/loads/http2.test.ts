import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { startWireServer } from '../../../load/wire-server.ts'
import { answerOk, serveHttp2 } from './http2-server.ts'
import { startLoads, untilWritten } from './start-loads.ts'

test('streams over kept sessions in turn, and new sessions beside them', async () => {
  const port = await serveHttp2(answerOk)
  const { loads, history } = startLoads(port)
  loads.wireDelayMs = 5
  const load = loads.http2({
    sessions: 2,
    streamsPerSecond: 100,
    newSessionsPerSecond: 50,
    headers: { 'X-Upper': 'a' },
  })
  await untilWritten(history, 'request', 2, ({ reuse }) => reuse > 1)
  await untilWritten(history, 'session', 2, ({ what }) => what === 'closed')
  await load.stop()
  const events = history.soFar('request')
  expect(
    events.every(({ outcome, protocol, status }) => outcome === 'answered' && protocol === 'h2' && status === 200),
  ).toBe(true)
  expect(events[0]?.headSentAt).toBeGreaterThan(events[0]?.startedAt ?? 0)
  const sessions = history.soFar('session')
  expect(sessions.filter(({ what }) => what === 'opened').length).toBeGreaterThan(3)
})

test('GOAWAY: said in the history, the streams before it are answered, and further ones go to a new session', async () => {
  const told = new Set<unknown>()
  const port = await serveHttp2((stream) => {
    if (!told.has(stream.session)) stream.session?.goaway(0)
    told.add(stream.session)
    setTimeout(() => answerOk(stream), 30)
  })
  const { loads, history } = startLoads(port)
  const load = loads.http2({ sessions: 1, streamsPerSecond: 50, newSessionsPerSecond: 0 })
  await untilWritten(history, 'request', 2, ({ outcome }) => outcome === 'answered')
  await load.stop()
  const events = history.soFar('request')
  expect(events.find(({ id }) => id === 0)?.outcome).toBe('answered')
  // One that was sent before the GOAWAY came, and is above the stream that it names, may be sent again.
  expect(events.every(({ outcome }) => outcome === 'answered' || outcome === 'refused-stream')).toBe(true)
  expect(history.soFar('session').find(({ what }) => what === 'goaway')).toMatchObject({ id: 0, errorCode: 0 })
  expect(new Set(events.map(({ connection }) => connection)).size).toBeGreaterThan(1)
})

test.each([
  ['REFUSED_STREAM was not processed and is no failure', 7, 'refused-stream'],
  ['any other end is a stream error', 2, 'stream-error'],
])('%s', async (_, code, outcome) => {
  const port = await serveHttp2((stream) => stream.close(code))
  const { loads, history } = startLoads(port)
  const load = loads.http2({ sessions: 1, streamsPerSecond: 50, newSessionsPerSecond: 0 })
  const [event] = await untilWritten(history, 'request', 1)
  await load.stop()
  expect(event).toMatchObject({ outcome, errorCode: `RST_STREAM ${code}` })
})

test('a stream above the last one that GOAWAY names was not processed', async () => {
  const { port } = await startWireServer((socket) => {
    // SETTINGS, and GOAWAY: nothing was processed, without an error.
    const goaway = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    socket.once('data', () => socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0, ...goaway])))
  })
  const { loads, history } = startLoads(port)
  const load = loads.http2({ sessions: 1, streamsPerSecond: 50, newSessionsPerSecond: 0 })
  const [event] = await untilWritten(history, 'request', 1)
  await load.stop()
  expect(event).toMatchObject({ outcome: 'refused-stream', connection: 0 })
  expect(history.soFar('session')[1]).toMatchObject({ what: 'goaway', lastStreamId: 0 })
})

test('a session that cannot be made is refused, and so is its stream', async () => {
  const port = await serveHttp2(answerOk)
  const { loads, history } = startLoads(1)
  expect(port).toBeGreaterThan(0)
  const load = loads.http2({ sessions: 1, streamsPerSecond: 50, newSessionsPerSecond: 0 })
  const [event] = await untilWritten(history, 'request', 1)
  await load.stop()
  expect(event).toMatchObject({ outcome: 'refused', errorCode: 'ECONNREFUSED' })
  await untilWritten(history, 'session', 1, ({ what }) => what === 'refused')
})

test('a connection that ends under a stream is a loss, in good order or by reset', async () => {
  for (const end of [(socket: Socket) => socket.end(), (socket: Socket) => socket.resetAndDestroy()]) {
    const { port } = await startWireServer((socket) => {
      socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]))
      // The preface and SETTINGS of the client come first, then the headers of its stream.
      let byteCount = 0
      socket.on('data', (bytes) => {
        byteCount += bytes.length
        if (byteCount > 100) end(socket)
      })
    })
    const { loads, history } = startLoads(port)
    const load = loads.http2({ sessions: 1, streamsPerSecond: 10, newSessionsPerSecond: 0 })
    const [event] = await untilWritten(history, 'request', 1)
    await load.stop()
    expect(event?.outcome).toBe('reset-fresh')
  }
})
