import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { signalOf } from 'seaworthy'
import { expect, onTestFinished, test } from 'vitest'
import { quietService } from './open-service.ts'

// The types of Node forbid a promise, and people write one.
const failing = (): unknown => Promise.reject(new Error('secret'))

const brokenServer = (): Server => createServer().on('request', failing)

async function open(definition: Parameters<ReturnType<typeof quietService>['listener']>[1]) {
  const service = quietService()
  const web = service.listener('web', definition)
  await service.start()
  onTestFinished(() => void service.stop())
  return { service, url: service.address(web)?.url ?? '', port: service.address(web)?.port ?? 0 }
}

test('the handlers of a server that start returns are answered for, with the probes before them, too', async () => {
  const { url } = await open({ start: () => brokenServer(), probes: true })
  const answer = await fetch(url)
  expect(answer.status).toBe(500)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(await answer.json()).toEqual({ type: 'about:blank', title: 'Internal Server Error', status: 500 })
  expect((await fetch(`${url}/livez`)).status).toBe(200)
})

test('with answerErrors: false, and on a server that is adopted, handlers are left as they are', async () => {
  const off = brokenServer()
  await open({ start: () => off, answerErrors: false })
  expect(off.rawListeners('request')).toContain(failing)
  const adopted = brokenServer()
  const listening = once(adopted.listen(0, '127.0.0.1'), 'listening')
  await open({ adopt: (adopt) => adopt(adopted), start: () => adopted })
  await listening
  expect(adopted.rawListeners('request')).toContain(failing)
})

test('answerErrors is a boolean', () => {
  const definition = { start: () => failing, answerErrors: 'no' as never }
  expect(() => quietService().listener('web', definition)).toThrow(
    expect.objectContaining({ code: 'SEA_OPTIONS_INVALID', message: expect.stringContaining('answerErrors') }),
  )
})

test('an answer that only the end of its connection would end is reset', async () => {
  const { port } = await open({
    start: () => async (_request, response) => {
      response.write('the first ')
      throw new Error('secret')
    },
  })
  const socket = connect({ port, host: '127.0.0.1' })
  // A client of HTTP/1.0 knows no chunks: an orderly end of the connection is the end of the answer.
  socket.write('GET / HTTP/1.0\r\n\r\n')
  socket.resume()
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNRESET')
})

test('what was answered is left as it was answered', async () => {
  const { url } = await open({
    start: () => async (_request, response) => {
      response.end('whole')
      throw new Error('too late')
    },
  })
  expect(await (await fetch(url)).text()).toBe('whole')
})

test('the next request on the connection is served', async () => {
  let count = 0
  const { port } = await open({
    start: () => async (_request, response) => {
      if (count++ === 0) throw new Error('secret')
      response.end('fine')
    },
  })
  const socket = connect({ port, host: '127.0.0.1' })
  let text = ''
  socket.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(socket, 'data')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  await once(socket, 'end')
  socket.destroy()
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 500', 'HTTP/1.1 200'])
})

test('a request that a shutdown asks to end by its signal, and that does nothing about it, is 503: come again', async () => {
  const service = quietService({ shutdown: { drainDelay: 0, inFlight: '1s' } })
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const web = service.listener('web', {
    start: () => async (request) => {
      const waiting = wait(60_000, undefined, { signal: signalOf(request) })
      begin()
      await waiting
    },
  })
  await service.start()
  const asked = fetch(service.address(web)?.url ?? '')
  await begun
  const stopped = service.stop()
  const answer = await asked
  expect(answer.status).toBe(503)
  expect(answer.headers.get('retry-after')).toBe('1')
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect((await stopped).figures['web']).toMatchObject({ answered: 1, interrupted: 1, cut: 0 })
})

test('handlers of requests that ask before they send their body are answered for, too', async () => {
  const server = createServer((_request, response) => response.end('fine'))
  server.on('checkContinue', failing).on('checkExpectation', failing)
  const { port } = await open({ start: () => server })
  for (const expectation of ['100-continue', 'something']) {
    const socket = connect({ port, host: '127.0.0.1' })
    let text = ''
    socket.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    socket.write(
      `POST / HTTP/1.1\r\nHost: a\r\nExpect: ${expectation}\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx`,
    )
    await once(socket, 'close')
    expect(text).toMatch(/^HTTP\/1\.1 500 /)
  }
})
