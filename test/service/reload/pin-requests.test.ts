import { trace } from '@opentelemetry/api'
import { type EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, request, type RequestListener, type ServerResponse } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2'
import { connect, type Socket } from 'node:net'
import type { Listenable } from 'seaworthy'
import { startReceiver } from 'seaworthy/testing'
import { expect, test } from 'vitest'
import { gate } from '../open-service.ts'
import { type ReloadingOptions, type ReloadingService, reloadingService } from './reloading-service.ts'

interface Listening extends ReloadingService {
  readonly port: number
  readonly url: string
}

async function listening(
  start: (running: ReloadingService) => Listenable,
  over: ReloadingOptions['over'] = {},
): Promise<Listening> {
  const running = await reloadingService({ over })
  const web = running.service.listener('web', { host: '127.0.0.1', start: () => start(running) })
  await running.service.start()
  const { port, url } = running.service.address(web) ?? { port: 0, url: '' }
  return { ...running, port, url }
}

/** A handler that says which version it saw at its beginning and, when it may go on, at its end. */
function twice(running: ReloadingService, began: () => void, goOn: Promise<void>): RequestListener {
  return (_request, response) => {
    const first = running.service.config.version
    began()
    void goOn.then(() =>
      response.end(`${first} ${running.service.config.version} ${running.service.latestConfig.version}`),
    )
  }
}

test('a request of HTTP/1.1 sees one configuration, whatever comes meanwhile; the next one on its connection the next', async () => {
  const began = gate()
  const goOn = gate()
  await using running = await listening((own) => twice(own, began.resolve, goOn.promise))
  const answer = fetch(running.url).then((response) => response.text())
  await began.promise
  await running.change({ version: 2 })
  goOn.resolve()
  expect(await answer).toBe('1 1 2')
  expect(await (await fetch(running.url)).text()).toBe('2 2 2')
})

test('the events of its body and of its answer do, too', async () => {
  const began = gate()
  const ended = gate()
  const seen: string[] = []
  await using running = await listening((own) => (incoming: IncomingMessage, response: ServerResponse) => {
    const see = (what: string): void => void seen.push(`${what} ${own.service.config.version}`)
    see('request')
    incoming.on('data', () => see('data'))
    incoming.on('end', () => {
      see('end')
      response.end('done')
    })
    response.on('finish', () => see('finish'))
    response.on('close', () => {
      see('close')
      ended.resolve()
    })
    began.resolve()
  })
  const outgoing = request(running.url, { method: 'POST' })
  outgoing.flushHeaders()
  await began.promise
  await running.change({ version: 2 })
  outgoing.end('a body')
  await once(outgoing, 'response')
  await ended.promise
  expect(seen).toEqual(['request 1', 'data 1', 'end 1', 'finish 1', 'close 1'])
})

test('requests that come in one packet have each their own', async () => {
  let count = 0
  const both = gate()
  const goOn = gate()
  await using running = await listening((own) => async (_request, response) => {
    const first = own.service.config.version
    if (++count === 2) both.resolve()
    await goOn.promise
    response.end(`${first}${own.service.config.version}`)
  })
  const socket = connect(running.port, '127.0.0.1')
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const one = 'GET / HTTP/1.1\r\nHost: a\r\n'
  socket.write(`${one}\r\n${one}Connection: close\r\n\r\n`)
  await both.promise
  await running.change({ version: 2 })
  goOn.resolve()
  await once(socket, 'end')
  expect(text.match(/\r\n\r\n\d+/g)).toEqual(['\r\n\r\n11', '\r\n\r\n11'])
})

/** One answer of HTTP/2. */
async function askHttp2(url: string, body?: Promise<string>): Promise<string> {
  const session = connectHttp2(url)
  try {
    const stream = session.request({ ':path': '/', ':method': body === undefined ? 'GET' : 'POST' })
    if (body !== undefined) stream.end(await body)
    stream.setEncoding('utf8')
    let text = ''
    for await (const chunk of stream) text += chunk
    return text
  } finally {
    session.close()
  }
}

test('a request of HTTP/2 does, by the API of requests', async () => {
  const began = gate()
  const goOn = gate()
  await using running = await listening((own) => {
    const handler = twice(own, began.resolve, goOn.promise)
    return createHttp2Server((incoming, answer) =>
      handler(incoming as unknown as IncomingMessage, answer as unknown as ServerResponse),
    )
  })
  const answer = askHttp2(running.url)
  await began.promise
  await running.change({ version: 2 })
  goOn.resolve()
  expect(await answer).toBe('1 1 2')
})

test('a stream of HTTP/2 does, and the events of its body', async () => {
  const began = gate()
  const body = Promise.withResolvers<string>()
  await using running = await listening((own) => {
    const server = createHttp2Server()
    server.on('stream', (stream: ServerHttp2Stream) => {
      const seen = [own.service.config.version]
      stream.on('data', () => seen.push(own.service.config.version))
      stream.on('end', () => stream.end(String([...seen, own.service.config.version])))
      began.resolve()
    })
    return server
  })
  const answer = askHttp2(running.url, body.promise)
  await began.promise
  await running.change({ version: 2 })
  body.resolve('a body')
  expect(await answer).toBe('1,1,1')
})

test('of a connection that another protocol takes over, the handshake does; what comes on it sees the newest', async () => {
  const shaken = gate()
  const goOn = gate()
  const seen: string[] = []
  const heard = gate()
  await using running = await listening((own) => {
    const server = createServer()
    server.on('upgrade', (_request: IncomingMessage, socket: Socket) => {
      const see = (what: string): void => void seen.push(`${what} ${own.service.config.version}`)
      see('handshake')
      socket.on('end', () => socket.end())
      socket.on('data', () => {
        see('message')
        heard.resolve()
      })
      shaken.resolve()
      void goOn.promise.then(() => {
        see('handshake')
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\nConnection: Upgrade\r\n\r\n')
      })
    })
    return server
  })
  const outgoing = request(running.url, { headers: { connection: 'upgrade', upgrade: 'chat' } })
  outgoing.end()
  await shaken.promise
  await running.change({ version: 2 })
  goOn.resolve()
  const [, socket] = (await once(outgoing, 'upgrade')) as [IncomingMessage, Socket]
  socket.write('hello')
  await heard.promise
  socket.destroy()
  expect(seen).toEqual(['handshake 1', 'handshake 1', 'message 2'])
})

test('a server that was attached while it served is pinned from the start on, and left as it was at the end', async () => {
  const { attach } = await import('seaworthy')
  const running = await reloadingService()
  const server = createServer((_request, response) => response.end(String(running.service.config.version)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  attach(running.service, server)
  await running.service.start()
  expect(Object.hasOwn(server, 'emit')).toBe(true)
  const { port } = server.address() as { port: number }
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('1')
  await running[Symbol.asyncDispose]()
  expect(Object.hasOwn(server, 'emit')).toBe(false)
})

/** Gets the arguments of an `emit`, before it is called. */
type Watch = (event: unknown, ...args: readonly unknown[]) => void

/** As an instrumentation does it: a function of its own in the place of `emit`, which calls what was there. */
function watchEmit(emitter: EventEmitter, watch: Watch): void {
  const emit = emitter.emit.bind(emitter) as (...args: unknown[]) => boolean
  emitter.emit = (...args: [never, ...never[]]) => {
    watch(...args)
    return emit(...args)
  }
}

test('an `emit` that somebody has put on the server or the request, before us or after us, is still called', async () => {
  const seen = new Set<unknown>()
  const server = createServer()
  watchEmit(server, (event) => void seen.add(event))
  await using running = await listening((own) =>
    server.on('request', (incoming, response) => {
      incoming.resume().on('end', () => response.end(String(own.service.config.version)))
    }),
  )
  watchEmit(server, (event, incoming) => {
    if (event !== 'request') return
    seen.add('after us')
    watchEmit(incoming as IncomingMessage, (inner) => void seen.add(`request ${String(inner)}`))
  })
  expect(await (await fetch(running.url)).text()).toBe('1')
  for (const event of ['request', 'after us', 'request end']) expect(seen).toContain(event)
})

test('what is pinned and what is traced do not come between each other', async () => {
  const began = gate()
  const ended = gate()
  const seen: unknown[] = []
  await using receiver = await startReceiver()
  const env = { SEAWORTHY_SPOOL_DIR: 'off', ...receiver.environment() }
  await using running = await listening(
    (own) => (incoming: IncomingMessage, response: ServerResponse) => {
      const see = (): void =>
        void seen.push([own.service.config.version, trace.getActiveSpan()?.spanContext().traceId.length])
      see()
      incoming.on('data', see)
      incoming.on('end', () => {
        see()
        response.end('done')
        ended.resolve()
      })
      began.resolve()
    },
    { env },
  )
  const outgoing = request(running.url, { method: 'POST' })
  outgoing.flushHeaders()
  await began.promise
  await running.change({ version: 2 })
  outgoing.end('a body')
  await ended.promise
  expect(seen).toEqual([
    [1, 32],
    [1, 32],
    [1, 32],
  ])
  await running.service.stop()
  await receiver.waitForSpan({ kind: 'server', service: 'subject' })
})
