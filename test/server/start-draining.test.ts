import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { trackHttpServer } from '../../src/server/http-drain.ts'
import { gate, startDrainedServer, until } from './start-server.ts'

const HUGE = Buffer.alloc(16 * 1024 * 1024)

test('before the drain connections are kept, during it each answer says close, and the listener goes on accepting', async () => {
  const { drain, connect } = await startDrainedServer((_, response) => void response.end('ok'))
  const kept = connect()
  expect(await kept.request({ path: '/' })).toMatchObject({ outcome: 'answered', saidClose: false })
  drain.startDraining()
  drain.startDraining()
  expect(await kept.request({ path: '/' })).toMatchObject({ outcome: 'answered', saidClose: true, reuse: 1 })
  expect(await connect().request({ path: '/' })).toMatchObject({ outcome: 'answered', saidClose: true, reuse: 0 })
  await until(() => drain.connections.open === 0)
})

test('it is decided when the headers are written, not when the request came', async () => {
  const { drain, connect } = await startDrainedServer((_, response) => {
    drain.startDraining()
    setTimeout(() => response.end('ok'), 10)
  })
  expect(await connect().request({ path: '/' })).toMatchObject({ outcome: 'answered', saidClose: true })
})

test('headers that were written before stay as they are, and the next answer on that connection says close', async () => {
  let streaming: ServerResponse | undefined
  const { drain, connect } = await startDrainedServer((request, response) => {
    if (request.url === '/stream') streaming = response.writeHead(200).on('error', () => {})
    else response.end('ok')
    response.flushHeaders()
  })
  const client = connect()
  const stream = client.request({ path: '/stream' })
  await until(() => streaming?.headersSent === true)
  drain.startDraining()
  streaming?.end('all of it')
  expect(await stream).toMatchObject({ outcome: 'answered', saidClose: false })
  expect(await client.request({ path: '/' })).toMatchObject({ outcome: 'answered', saidClose: true })
})

const waysToSayKeepAlive: Record<string, RequestListener> = {
  setHeader: (_, response) => {
    response.setHeader('Connection', 'keep-alive')
    response.setHeader('Keep-Alive', 'timeout=60')
    response.end('ok')
  },
  'writeHead with an object': (_, response) => {
    response.writeHead(200, { connection: 'keep-alive', 'Keep-Alive': 'timeout=60', 'X-Mine': '1' }).end('ok')
  },
  'writeHead with a reason': (_, response) => {
    response.writeHead(200, 'Fine', { Connection: 'keep-alive', 'X-Mine': '1' }).end('ok')
  },
  'writeHead with a flat list': (_, response) => {
    response.writeHead(200, ['Connection', 'keep-alive', 'X-Mine', '1']).end('ok')
  },
  'setHeader and writeHead': (_, response) => {
    response.setHeader('Connection', 'keep-alive')
    response.setHeader('X-Mine', '1')
    response.writeHead(200, { Connection: 'keep-alive' }).end('ok')
  },
  'a removed header': (_, response) => {
    response.setHeader('Connection', 'keep-alive')
    response.removeHeader('Connection')
    response.end('ok')
  },
  'a response that overrides writeHead': (_, response) => {
    const writeHead = response.writeHead.bind(response)
    response.writeHead = (status: number) => {
      response.setHeader('Connection', 'keep-alive')
      return writeHead(status)
    }
    response.end('ok')
  },
  'nothing, and a status without a body': (_, response) => void response.writeHead(204).end(),
  'nothing, and flushed headers': (_, response) => {
    response.flushHeaders()
    setTimeout(() => response.end('ok'), 10)
  },
}

test.each(Object.entries(waysToSayKeepAlive))('the last word is ours: %s', async (_, handler) => {
  const { drain, connect } = await startDrainedServer(handler)
  drain.startDraining()
  const answer = await connect().request({ path: '/' })
  expect(answer).toMatchObject({ outcome: 'answered', saidClose: true })
  expect(answer.headers?.['connection']).toBe('close')
  expect(answer.headers?.['keep-alive']).toBeUndefined()
})

test('an answer to HEAD says it, too', async () => {
  const { drain, connect } = await startDrainedServer((_, response) => void response.end('ok'))
  drain.startDraining()
  expect(await connect().request({ method: 'HEAD', path: '/' })).toMatchObject({ outcome: 'answered', saidClose: true })
})

test('100-continue is said, and then close', async () => {
  const { drain, connect } = await startDrainedServer((request, response) => {
    request.resume().on('end', () => response.end('got it'))
  })
  drain.startDraining()
  const client = connect()
  const answer = client.expect()
  client.send('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n')
  await until(() => drain.inFlight === 1)
  client.send('data')
  expect(await answer).toMatchObject({ outcome: 'answered', interim: [100], saidClose: true })
})

test('a connection taken over by hand with status 101 keeps its header', async () => {
  const { drain, connect } = await startDrainedServer((_, response) => {
    response.writeHead(101, { Connection: 'Upgrade', Upgrade: 'x' })
    response.flushHeaders()
  })
  drain.startDraining()
  const answer = await connect().request({ path: '/' })
  expect(answer.status).toBe(101)
  expect(answer.headers?.['connection']).toBe('Upgrade')
})

test('pipelined requests of one packet are all answered, even when the handler answers at once', async () => {
  const { drain, connect } = await startDrainedServer((request, response) => void response.end(request.url))
  drain.startDraining()
  const client = connect()
  await client.connect()
  const answers = ['/a', '/b', '/c'].map(() => client.expect())
  client.send(['/a', '/b', '/c'].map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''))
  expect((await Promise.all(answers)).map(({ body, saidClose }) => [body?.toString(), saidClose])).toEqual([
    ['/a', false],
    ['/b', false],
    ['/c', true],
  ])
  expect(drain.totals).toEqual({ requests: 3, answered: 3, clientGone: 0, cut: 0, upgraded: 0 })
})

test('pipelined requests whose answers are made in another order are answered in the right one', async () => {
  const waiting: (() => void)[] = []
  const { drain, connect } = await startDrainedServer((request, response) => {
    waiting.unshift(() => response.end(request.url))
  })
  const client = connect()
  await client.connect()
  const answers = ['/a', '/b', '/c'].map((path) => client.request({ path }))
  await until(() => drain.inFlight === 3)
  drain.startDraining()
  for (const answer of waiting) answer()
  expect((await Promise.all(answers)).map(({ body, saidClose }) => [body?.toString(), saidClose])).toEqual([
    ['/a', false],
    ['/b', false],
    ['/c', true],
  ])
})

test('a request that comes after the close was said is never given to the service', async () => {
  const seen: string[] = []
  const answered = gate()
  const { drain, accepted, connect } = await startDrainedServer((request, response) => {
    seen.push(request.url ?? '')
    response.flushHeaders()
    void answered.opened.then(() => response.end('ok'))
  })
  drain.startDraining()
  const client = connect()
  const first = client.request({ path: '/first' })
  await until(() => seen.length === 1)
  const firstBytes = accepted[0]?.bytesRead ?? 0
  const second = client.request({ path: '/second' })
  await until(() => (accepted[0]?.bytesRead ?? 0) > firstBytes)
  answered.open()
  expect(await first).toMatchObject({ outcome: 'answered', saidClose: true })
  expect(await second).toMatchObject({ outcome: 'reset-reused' })
  expect(seen).toEqual(['/first'])
  expect(drain.totals.requests).toBe(1)
  expect((await drain.finish({ limitMs: 60_000 })).figures['refused']).toBe(1)
})

test('the end of an answer is not cut off: the server waits for the client to have it', async () => {
  const { drain, connect } = await startDrainedServer((_, response) => void response.end(HUGE.subarray(0, 200_000)))
  drain.startDraining()
  const client = connect()
  await client.connect()
  client.pause()
  const answer = client.request({ path: '/' })
  // All of it is in the kernel's buffers, so the server has nothing left to send.
  await until(() => drain.totals.answered === 1)
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(drain.connections.open).toBe(1)
  client.resume()
  expect(await answer).toMatchObject({ outcome: 'answered', bodyBytes: 200_000 })
  await until(() => drain.connections.open === 0)
})

test('a client that does not close after the close is cut off after the time for lingering', async () => {
  const clock = new ManualClock()
  const { drain, port } = await startDrainedServer((_, response) => void response.end('ok'), { drain: { clock } })
  drain.startDraining()
  const socket = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true })
  onTestFinished(() => void socket.destroy())
  let hasEnded = false
  socket.resume().on('end', () => (hasEnded = true))
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => hasEnded)
  await clock.advance(999)
  expect(drain.connections.open).toBe(1)
  await clock.advance(1)
  await until(() => drain.connections.open === 0)
})

test('an upload that is answered early still gets its answer', async () => {
  const { drain, connect } = await startDrainedServer((_, response) => {
    response.statusCode = 413
    response.end('too large')
  })
  drain.startDraining()
  const client = connect()
  const answer = client.expect()
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${HUGE.length}\r\n\r\n`)
  for (let at = 0; at < HUGE.length; at += 1_000_000) client.send(HUGE.subarray(at, at + 1_000_000))
  expect(await answer).toMatchObject({ outcome: 'answered', status: 413, saidClose: true })
})

test('a listener for 100-continue sees its requests during the drain, too', async () => {
  const { server, drain, connect } = await startDrainedServer(() => {})
  server.on('checkContinue', (_, response) => void response.writeHead(417).end())
  drain.startDraining()
  const answer = await connect().request({ method: 'POST', path: '/', headers: { Expect: '100-continue' } })
  expect(answer).toMatchObject({ status: 417, saidClose: true })
  expect(drain.totals).toMatchObject({ requests: 1, answered: 1 })
})

test('release leaves the server as it was', async () => {
  const server = createServer(() => {})
  const shapeOf = () => ({
    own: Object.getOwnPropertyNames(server).sort(),
    events: Object.fromEntries(server.eventNames().map((name) => [String(name), server.listenerCount(name)])),
  })
  const before = shapeOf()
  const drain = trackHttpServer(server, { clock: systemClock, name: 'test' })
  drain.startDraining()
  expect(shapeOf()).not.toEqual(before)
  drain.release()
  expect(shapeOf()).toEqual(before)
})
