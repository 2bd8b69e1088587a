import { request as httpRequest, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect, onTestFinished, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { signalOf } from '../../src/server/request-signal.ts'
import { startDrainedServer, until } from './start-server.ts'

const TYPE = 'text/event-stream'
const NEVER_REACHED = { limitMs: 60_000 }

/** A client of events: what it has got so far, and whether the stream was ended in an orderly way. */
function listenTo(port: number, path = '/') {
  const stream = { text: '', isEnded: false, isBroken: false }
  const request = httpRequest({ port, host: '127.0.0.1', path, agent: false }, (response) => {
    response.setEncoding('utf8')
    response.on('data', (text: string) => (stream.text += text))
    response.on('end', () => (stream.isEnded = true))
    response.on('error', () => (stream.isBroken = true))
  })
  request.on('error', () => (stream.isBroken = true))
  request.end()
  onTestFinished(() => void request.destroy())
  return stream
}

const waysToSayIt: [string, (response: ServerResponse) => void][] = [
  ['setHeader', (response) => void response.setHeader('Content-Type', TYPE)],
  [
    'writeHead with an object',
    (response) => void response.writeHead(200, { 'content-type': `${TYPE}; charset=utf-8` }),
  ],
  ['writeHead with a flat list', (response) => void response.writeHead(200, ['Content-Type', TYPE])],
  ['writeHead with a message', (response) => void response.writeHead(200, 'OK', { 'CONTENT-TYPE': TYPE })],
  ['setHeaders', (response) => void response.setHeaders(new Headers({ 'content-type': TYPE }))],
]

test.each(waysToSayIt)('a stream of events that was announced by %s is ended by the drain', async (_, announce) => {
  const { drain, port } = await startDrainedServer((_request, response) => {
    announce(response)
    response.write('data: one\n\n')
  })
  const stream = listenTo(port)
  await until(() => stream.text !== '')
  drain.startDraining()
  await until(() => stream.isEnded)
  expect(stream).toMatchObject({ text: 'data: one\n\n', isBroken: false })
  await until(() => drain.inFlight === 0)
  const report = await drain.finish(NEVER_REACHED)
  expect(report).toMatchObject({ clean: true, figures: { requests: 1, answered: 1, streamsEnded: 1 } })
})

test('other answers that stream are not ended', async () => {
  let response: ServerResponse | undefined
  const { drain, port } = await startDrainedServer((_, each) => {
    response = each
    each.setHeader('X-Note', 'not content-type: text/event-stream')
    each.write('begin ')
  })
  const stream = listenTo(port)
  await until(() => stream.text !== '')
  const finished = drain.finish(NEVER_REACHED)
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(drain.inFlight).toBe(1)
  response?.end('end')
  expect(await finished).toMatchObject({ clean: true, figures: { streamsEnded: 0 } })
  expect(stream.text).toBe('begin end')
})

test('its handler is told first, and may say a last word and end it itself', async () => {
  const { drain, port } = await startDrainedServer((request, response) => {
    response.writeHead(200, { 'content-type': TYPE }).write('data: one\n\n')
    signalOf(request).addEventListener('abort', ({ target }) => {
      expect((target as AbortSignal).reason).toMatchObject({ code: 'SEA_REQUEST_SHUTDOWN' })
      response.write('event: bye\ndata: \n\n')
    })
  })
  const stream = listenTo(port)
  await until(() => stream.text !== '')
  drain.startDraining()
  await until(() => stream.isEnded)
  expect(stream.text).toBe('data: one\n\nevent: bye\ndata: \n\n')
})

test('a handler that goes on writing harms nobody, and nothing of it reaches the wire', async () => {
  const calledBack: unknown[] = []
  let response: ServerResponse | undefined
  const { drain, port } = await startDrainedServer((_, each) => {
    response = each
    each.writeHead(200, { 'content-type': TYPE }).write('data: one\n\n')
  })
  const stream = listenTo(port)
  await until(() => stream.text !== '')
  drain.startDraining()
  await until(() => response?.writableEnded === true)
  const late = response as ServerResponse
  // No listener for 'error': without the drain's care, these would end the process.
  expect(late.write('data: two\n\n')).toBe(false)
  late.write('data: three\n\n', (error) => calledBack.push(error))
  late.end('data: four\n\n', () => calledBack.push('ended'))
  await until(() => stream.isEnded)
  await until(() => calledBack.length === 2)
  expect(calledBack[0]).toMatchObject({ code: 'ERR_STREAM_DESTROYED' })
  expect(stream.text).toBe('data: one\n\n')
})

test('a source that is piped into it is ended with it', async () => {
  const outcomes: string[] = []
  const { drain, port } = await startDrainedServer((_, response) => {
    response.writeHead(200, { 'content-type': TYPE })
    const ticks = async function* (): AsyncGenerator<string> {
      for (;;) {
        yield 'data: tick\n\n'
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    }
    const source = Readable.from(ticks())
    source.on('close', () => outcomes.push('source closed'))
    pipeline(source, response).then(
      () => outcomes.push('ended'),
      (error: NodeJS.ErrnoException) => outcomes.push(String(error.code)),
    )
  })
  const stream = listenTo(port)
  await until(() => stream.text !== '')
  drain.startDraining()
  await until(() => stream.isEnded && outcomes.length === 2)
  expect(outcomes).toContain('source closed')
  expect(stream.isBroken).toBe(false)
})

test('streams are ended one after the other, evenly over the spread', async () => {
  const clock = new ManualClock()
  const { drain, port } = await startDrainedServer(
    (_, response) => void response.writeHead(200, { 'content-type': TYPE }).write('data: one\n\n'),
    { drain: { clock } },
  )
  const streams = Array.from({ length: 5 }, () => listenTo(port))
  await until(() => streams.every(({ text }) => text !== ''))
  const open = (): number => drain.inFlight
  drain.startDraining({ spreadMs: 5000 })
  const left: number[] = []
  for (let second = 0; second < 5; second++) {
    await until(() => open() <= 4 - second)
    left.push(open())
    await clock.advance(1000)
  }
  expect(left).toEqual([4, 3, 2, 1, 0])
})

test('a stream opened during the delay is served, and ended when the listener closes', async () => {
  const { drain, port, server } = await startDrainedServer((_, response) => {
    response.writeHead(200, { 'content-type': TYPE }).write('data: one\n\n')
  })
  drain.startDraining()
  const stream = listenTo(port)
  await until(() => stream.text !== '')
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(stream.isEnded).toBe(false)
  expect(await drain.finish(NEVER_REACHED)).toMatchObject({ clean: true, figures: { streamsEnded: 1 } })
  expect(server.listening).toBe(false)
  await until(() => stream.isEnded)
})

test('a stream that begins only after the listener has closed is ended as soon as it has begun', async () => {
  let begin = (): void => {}
  const { drain, port, server } = await startDrainedServer((_, response) => {
    begin = () => void response.writeHead(200, { 'content-type': TYPE }).write('data: one\n\n')
  })
  const stream = listenTo(port)
  await until(() => drain.inFlight === 1)
  const finished = drain.finish(NEVER_REACHED)
  await until(() => !server.listening)
  begin()
  expect(await finished).toMatchObject({ clean: true, figures: { streamsEnded: 1 } })
  expect(stream).toMatchObject({ text: 'data: one\n\n', isEnded: true })
})

test('a client of events that does not read is cut at the limit, and named', async () => {
  const flood: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-type': TYPE }).write(`data: ${'x'.repeat(16 * 1024 * 1024)}\n\n`)
  }
  const { drain, connect } = await startDrainedServer(flood)
  const stuck = connect()
  await stuck.connect()
  stuck.pause()
  void stuck.request({ path: '/events?token=1' })
  await until(() => drain.inFlight === 1)
  expect(await drain.finish({ limitMs: 50 })).toMatchObject({
    clean: false,
    cutCount: 1,
    cut: [{ kind: 'request', name: 'GET /events' }],
    figures: { streamsEnded: 1, cut: 1 },
  })
})

test('the signal of an ended stream is aborted also for a handler that asks only later', async () => {
  let request: IncomingMessage | undefined
  const { drain, port } = await startDrainedServer((each, response) => {
    request = each
    response.writeHead(200, { 'content-type': TYPE }).write('data: one\n\n')
  })
  const stream = listenTo(port)
  await until(() => stream.text !== '')
  drain.startDraining()
  await until(() => stream.isEnded)
  expect(signalOf(request as IncomingMessage).aborted).toBe(true)
})
