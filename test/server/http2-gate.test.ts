import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  constants,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import { expect, onTestFinished, test } from 'vitest'
import { StreamGate } from '../../src/server/http2-gate.ts'
import { TrackedSession } from '../../src/server/http2-work.ts'
import { startDrainedHttp2, startHttp2 } from './start-http2.ts'
import { until } from './start-server.ts'

/** So long that all of a test happens in the drain. */
const SPREAD_MS = 60_000

function openSession(port: number): ClientHttp2Session {
  const session = connectHttp2(`http://127.0.0.1:${port}`)
  session.on('error', () => {})
  onTestFinished(() => session.destroy())
  return session
}

function textOf(stream: ClientHttp2Stream): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    stream.on('data', (piece: Buffer) => (text += piece.toString())).on('error', reject)
    stream.once('end', () => resolve(text))
  })
}

test('in a drain a handler that waits for the end of its request is told of one without a body', async () => {
  const { drain, connect } = await startDrainedHttp2((request, response) => {
    request.resume().once('end', () => response.end(`complete: ${request.complete}`))
  })
  drain.startDraining({ spreadMs: SPREAD_MS })
  const answer = await connect().request({ path: '/', timeoutMs: 3000 })
  expect(`${answer.outcome}: ${answer.body?.toString() ?? ''}`).toBe('answered: complete: true')
})

test('so is one that has waited for something else before', async () => {
  const { drain, connect } = await startDrainedHttp2((request, response) => {
    setTimeout(() => request.resume().once('end', () => response.end('ok')), 20)
  })
  drain.startDraining({ spreadMs: SPREAD_MS })
  expect(await connect().request({ path: '/', timeoutMs: 3000 })).toMatchObject({ outcome: 'answered' })
})

test('so is a listener of the stream itself, which reads nothing and comes after a promise', async () => {
  const { server, drain, connect } = await startDrainedHttp2()
  server.on('stream', (stream: ServerHttp2Stream) => {
    void Promise.resolve().then(() =>
      stream.once('end', () => {
        stream.respond()
        stream.end('ok')
      }),
    )
  })
  drain.startDraining({ spreadMs: SPREAD_MS })
  expect(await connect().request({ path: '/', timeoutMs: 3000 })).toMatchObject({ outcome: 'answered' })
})

test('a stream that nobody reads is over with its answer', async () => {
  const { drain, connect } = await startDrainedHttp2((_, response) => void response.end('ok'))
  drain.startDraining({ spreadMs: SPREAD_MS })
  expect(await connect().request({ path: '/', timeoutMs: 3000 })).toMatchObject({ outcome: 'answered' })
  await until(() => drain.inFlight === 0)
  expect(drain.totals).toMatchObject({ requests: 1, answered: 1, clientGone: 0 })
})

test('the body and the trailers that come in the packet of the headers are told', async () => {
  const { drain, port } = await startDrainedHttp2((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => (body += piece.toString()))
    request.once('end', () => response.end(`${body} ${String(request.trailers['x-sum'])}`))
  })
  drain.startDraining({ spreadMs: SPREAD_MS })
  for (const body of ['abc', '']) {
    const stream = openSession(port).request({ ':method': 'POST', ':path': '/' }, { waitForTrailers: true })
    stream.once('wantTrailers', () => stream.sendTrailers({ 'x-sum': '42' }))
    stream.end(body)
    expect(await textOf(stream)).toBe(`${body} 42`)
  }
})

test('streams that were held back meanwhile are told of what they have missed', async () => {
  const { server, connect } = await startHttp2((request, response) => {
    request.resume().once('end', () => response.end('ok'))
  })
  let arrived = 0
  const held = new StreamGate(() => void arrived++)
  held.hold()
  server.on('session', (session: ServerHttp2Session) => {
    held.guard(new TrackedSession(session, session.socket, 0))
  })
  const client = connect()
  const answers = Promise.all(['/a', '/b'].map((path) => client.request({ path, timeoutMs: 3000 })))
  await until(() => arrived === 2)
  held.release()
  expect((await answers).map(({ outcome }) => outcome)).toEqual(['answered', 'answered'])
})

test.for([
  { name: 'NO_ERROR', code: constants.NGHTTP2_NO_ERROR },
  { name: 'CANCEL', code: constants.NGHTTP2_CANCEL },
])('a stream that its client has given up with $name is not given to the service', async ({ code }) => {
  const seen: string[] = []
  const { server, drain, port } = await startDrainedHttp2()
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    seen.push(headers[':path'] ?? '')
    stream.respond()
    stream.end('ok')
  })
  drain.startDraining({ spreadMs: SPREAD_MS })
  const session = openSession(port)
  const given = session.request({ ':method': 'POST', ':path': '/given-up' })
  given.on('error', () => {}).write('a part of the body')
  given.once('ready', () => given.close(code))
  await until(() => drain.totals.requests === 1 && drain.inFlight === 0)
  expect(await textOf(session.request({ ':path': '/next' }))).toBe('ok')
  expect(seen).toEqual(['/next'])
  expect(drain.totals).toMatchObject({ requests: 2, answered: 1, clientGone: 1 })
})
