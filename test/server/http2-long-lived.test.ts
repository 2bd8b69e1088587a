import { connect, constants, type ServerHttp2Stream } from 'node:http2'
import { expect, onTestFinished, test } from 'vitest'
import { signalOf } from '../../src/server/request-signal.ts'
import { startDrainedHttp2 } from './start-http2.ts'
import { until } from './start-server.ts'

const EVENTS = { 'content-type': 'text/event-stream; charset=utf-8' }
/** Final, close, 1001. */
const CLOSE_1001 = /^88..03e9/

/** A stream that is left open, with everything that came on it. */
function follow(stream: ReturnType<ReturnType<typeof connect>['request']>) {
  const parts: Buffer[] = []
  stream.on('data', (part: Buffer) => parts.push(part)).on('error', () => {})
  const ended = new Promise<Buffer>((resolve) => stream.on('close', () => resolve(Buffer.concat(parts))))
  return { stream, parts, ended }
}

test('server-sent events: handlers see their signal and say a last word, and the stream is ended for those who go on', async () => {
  const { drain, connect: open } = await startDrainedHttp2((request, response) => {
    response.writeHead(200, EVENTS).write('data: 1\n\n')
    if (request.url === '/polite') signalOf(request).addEventListener('abort', () => response.end('data: bye\n\n'))
    else {
      const timer = setInterval(() => response.write('data: more\n\n'), 2)
      response.on('close', () => clearInterval(timer))
    }
  })
  const client = open()
  const [polite, deaf] = ['/polite', '/deaf'].map((path) => follow(client.open({ ':path': path }).end()))
  await until(() => polite?.parts.length === 1 && (deaf?.parts.length ?? 0) > 0)
  const report = await drain.finish({ limitMs: 60_000 })
  expect(String(await polite?.ended)).toBe('data: 1\n\ndata: bye\n\n')
  expect(String(await deaf?.ended)).toMatch(/^data: 1\n\n/)
  expect([polite?.stream.rstCode, deaf?.stream.rstCode]).toEqual([0, 0])
  expect(report).toMatchObject({ clean: true, figures: { streamsEnded: 2, answered: 2 } })
})

test('a stream of the core API is ended, too, and one that begins while the drain finishes', async () => {
  const { server, drain, connect: open } = await startDrainedHttp2()
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const begin = (): void => {
      stream.respond({ ':status': 200, ...EVENTS })
      stream.write('data: 1\n\n')
    }
    if (headers[':path'] === '/late') setTimeout(begin, 60)
    else begin()
  })
  const client = open()
  const early = follow(client.open({ ':path': '/early' }).end())
  const late = follow(client.open({ ':path': '/late' }).end())
  await until(() => drain.inFlight === 2)
  expect(await drain.finish({ limitMs: 60_000 })).toMatchObject({ clean: true, figures: { streamsEnded: 2 } })
  expect(String(await early.ended)).toContain('data: 1')
  await late.ended
})

test.each(['the core API', 'the compatible one'])(
  'with %s, who waits for the callback of a write after the end is told that it failed',
  async (api) => {
    const calledBack: unknown[] = []
    const { server, drain, connect: open } = await startDrainedHttp2()
    server.on('stream', (stream: ServerHttp2Stream) => {
      if (api !== 'the core API') return
      stream.respond({ ':status': 200, ...EVENTS })
      stream.write('data: 1\n\n')
      stream.on('finish', () => setImmediate(() => stream.write('late', (error) => calledBack.push(error))))
    })
    server.on('request', (_, response) => {
      if (api === 'the core API') return
      response.writeHead(200, EVENTS).write('data: 1\n\n')
      response.on('finish', () => setImmediate(() => response.write('late', (error) => calledBack.push(error))))
    })
    const events = follow(open().open({ ':path': '/' }).end())
    await until(() => events.parts.length > 0)
    drain.startDraining()
    await until(() => calledBack.length === 1)
    expect(calledBack[0]).toMatchObject({ code: expect.stringMatching(/^ERR_/) as unknown })
  },
)

test('goodbyes are spread: the first at once, the others evenly', async () => {
  const { drain, connect: open } = await startDrainedHttp2((_, response) => {
    response.writeHead(200, EVENTS).write('data: 1\n\n')
  })
  const client = open()
  const streams = Array.from({ length: 3 }, () => follow(client.open({ ':path': '/' }).end()))
  await until(() => streams.every(({ parts }) => parts.length > 0))
  drain.startDraining({ spreadMs: 3 * 60_000 })
  await Promise.race(streams.map(({ ended }) => ended))
  expect(drain.inFlight).toBe(2)
  expect(await drain.finish({ limitMs: 60_000 })).toMatchObject({ clean: true, figures: { streamsEnded: 3 } })
})

/** A server that accepts WebSockets over HTTP/2 (RFC 8441) and closes each when its client has answered the goodbye. */
async function startWebSockets(sayGoodbye?: () => boolean) {
  const started = await startDrainedHttp2(undefined, {
    settings: { enableConnectProtocol: true },
    drain: sayGoodbye === undefined ? {} : { sayGoodbye },
  })
  started.server.on('stream', (stream: ServerHttp2Stream) => {
    stream.respond({ ':status': 200 })
    stream.on('error', () => {}).on('data', () => stream.end())
  })
  const session = connect(`http://127.0.0.1:${started.port}`)
  onTestFinished(() => session.destroy())
  session.on('error', () => {})
  await new Promise((resolve) => session.once('remoteSettings', resolve))
  const tunnel = (): ReturnType<typeof follow> =>
    follow(session.request({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/chat?token=1' }))
  return { ...started, tunnel }
}

test('a WebSocket over HTTP/2 gets a close frame with 1001, and is over when its client has answered', async () => {
  const { drain, tunnel } = await startWebSockets()
  const socket = tunnel()
  await until(() => drain.inFlight === 1)
  expect(drain.openWork()).toMatchObject([{ kind: 'connection', name: 'websocket /chat' }])
  socket.stream.once('data', () => socket.stream.end(Buffer.from('8882000000000fa1', 'hex')))
  const report = await drain.finish({ limitMs: 60_000 })
  expect((await socket.ended).toString('hex')).toMatch(CLOSE_1001)
  expect(report).toMatchObject({ clean: true, figures: { requests: 0, upgraded: 1, upgradedCut: 0, toldGoodbye: 1 } })
})

test('a WebSocket whose client does not answer gets our end at the soft deadline, and is cut at the limit', async () => {
  const { drain, tunnel } = await startWebSockets()
  const deaf = tunnel()
  await until(() => drain.inFlight === 1)
  const report = await drain.finish({ limitMs: 300, softLimitMs: 100 })
  expect(report).toMatchObject({
    clean: false,
    cut: [{ kind: 'connection', name: 'websocket /chat' }],
    figures: { upgraded: 1, upgradedCut: 1, cut: 0 },
  })
  expect((await deaf.ended).toString('hex')).toMatch(CLOSE_1001)
  expect(deaf.stream.rstCode).toBe(constants.NGHTTP2_CANCEL)
})

test('a goodbye of the application takes the place of the close frame, and one that throws does not', async () => {
  let answers = 0
  const { drain, tunnel } = await startWebSockets(() => {
    answers++
    if (answers === 2) throw new Error('not mine')
    return true
  })
  const [own, other] = [tunnel(), tunnel()]
  await until(() => drain.inFlight === 2)
  drain.startDraining()
  await until(() => other.parts.length > 0)
  expect(own.parts).toEqual([])
  for (const { stream } of [own, other]) stream.end('bye')
  expect(await drain.finish({ limitMs: 60_000 })).toMatchObject({ clean: true, figures: { toldGoodbye: 2 } })
})
