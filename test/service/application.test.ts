import { createServer, type RequestListener, type Server } from 'node:http'
import { connect as connectHttp2, createSecureServer, createServer as createHttp2Server } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { connect, createServer as createNetServer, type AddressInfo } from 'node:net'
import fastify from 'fastify'
import Koa from 'koa'
import type { Application, Listening, ListenTarget, TrackableServer } from 'seaworthy'
import { expect, test } from 'vitest'
import { DEFAULT_KEEP_ALIVE_TIMEOUT_MS } from '../../src/server/server-defaults.ts'
import { closeWithTest, listenAnywhere, listeningServer } from './listening-server.ts'
import { gate, quietService } from './open-service.ts'

const hello: RequestListener = (_request, response) => void response.end('hello')

async function selfListening(events: string[], { port }: ListenTarget, count = 1): Promise<Listening> {
  const servers: Server[] = []
  for (let index = 0; index < count; index++) {
    const server = createServer(hello)
    closeWithTest(server)
    await listenAnywhere(server)
    servers.push(server)
  }
  events.push(`listen ${port}`)
  return { host: '127.0.0.1', port: ((servers[0] as Server).address() as AddressInfo).port, servers }
}

test('an application may listen by itself: what it opened is drained, and its hooks come in their order', async () => {
  const events: string[] = []
  let opened: readonly TrackableServer[] = []
  const service = quietService()
  const handle = service.listener('rpc', {
    port: 5005,
    start: (): Application => ({
      ready: () => events.push('ready'),
      async listen(where) {
        const listening = await selfListening(events, where, 2)
        opened = listening.servers
        return listening
      },
      announce: () => events.push(`announce, listening ${opened.map(({ listening }) => listening).join()}`),
      close: () => events.push(`close, listening ${opened.map(({ listening }) => listening).join()}`),
    }),
  })
  await service.start()
  expect(await (await fetch(service.address(handle)?.url ?? '')).text()).toBe('hello')
  const second = (opened[1] as TrackableServer).address() as AddressInfo
  await fetch(`http://127.0.0.1:${second.port}/`).then((answer) => answer.text())
  const { clean, figures } = await service.stop()
  expect(clean).toBe(true)
  // Of both servers together.
  expect(figures['rpc']).toMatchObject({ inFlightAtAnnounce: 0, requests: 2, answered: 2, cut: 0 })
  expect(events).toEqual(['ready', 'listen 5005', 'announce, listening true,true', 'close, listening false,false'])
})

test('an application that throws when the shutdown is announced is drained all the same, and the report says so', async () => {
  const service = quietService()
  const { server } = await listeningServer(hello)
  service.listener('web', {
    start: () => ({
      server,
      announce() {
        throw new Error('no registry')
      },
    }),
  })
  await service.start()
  const report = await service.stop()
  expect(server.listening).toBe(false)
  expect(report.phases[0]).toMatchObject({
    phase: 'announce',
    hooks: [{ name: 'web', outcome: 'failed', error: { message: 'no registry' } }],
  })
  expect(report.clean).toBe(false)
})

test.each([
  ['nothing', undefined],
  ['no servers', { host: '::', port: 1, servers: [] }],
  ['something that is no server', { host: '::', port: 1, servers: [{}] }],
])('an application that listens and returns %s refuses the start', async (_what, returned) => {
  const service = quietService()
  service.listener('rpc', { start: () => ({ listen: async () => returned as never }) })
  await expect(service.start()).rejects.toMatchObject({
    message: expect.stringContaining('listen of the application of listener "rpc" must return { host, port, servers }'),
    cause: { code: 'SEA_LISTENER_NOT_LISTENABLE' },
  })
})

test('an application that could not be bound is closed again', async () => {
  const events: string[] = []
  const service = quietService()
  const { server: squatter } = await listeningServer(hello)
  service.listener('web', {
    port: (squatter.address() as AddressInfo).port,
    host: '127.0.0.1',
    start: () => ({ server: createServer(hello), close: () => events.push('closed') }),
  })
  await expect(service.start()).rejects.toMatchObject({ cause: { code: 'SEA_LISTENER_PORT_TAKEN' } })
  expect(events).toEqual(['closed'])
})

test('a Koa application is not listened with: its handler is one call away, and the error says so', async () => {
  const service = quietService()
  service.listener('web', { start: () => new Koa() as never })
  await expect(service.start()).rejects.toMatchObject({
    cause: { code: 'SEA_LISTENER_NOT_LISTENABLE', hint: expect.stringContaining('app.callback() of Koa') },
  })
})

test('a server that listens already is adopted, and not bound again', async () => {
  const { server, url } = await listeningServer(hello)
  const service = quietService()
  const handle = service.listener('web', { start: () => server })
  await service.start()
  expect(service.address(handle)?.url).toBe(url)
  await service.stop()
  expect(server.listening).toBe(false)
})

test('a server that listens elsewhere than it should refuses the start, with both places', async () => {
  const { server, url } = await listeningServer(hello)
  const service = quietService()
  service.listener('web', { port: 1, start: () => server })
  await expect(service.start()).rejects.toMatchObject({
    message: expect.stringContaining(`Listener "web" can't be bound to port 1: its server listens already, on ${url}`),
    cause: { code: 'SEA_LISTENER_BIND_FAILED' },
  })
})

test('a request that is cut is named by the route that the application knows', async () => {
  const arrived = gate()
  const service = quietService({ shutdown: { drainDelay: 0, inFlight: 50 } })
  const handle = service.listener('web', {
    start: () => ({ server: createServer(() => arrived.resolve()), routeOf: () => '/orders/:id' }),
  })
  await service.start()
  const request = fetch(`${service.address(handle)?.url}/orders/4711`).catch(() => 'cut')
  await arrived.promise
  const { aborted } = await service.stop()
  expect(await request).toBe('cut')
  expect(aborted).toEqual([expect.stringMatching(/^web: GET \/orders\/:id after /)])
})

test('an upgraded connection is told goodbye as the application does it', async () => {
  const told = gate()
  const service = quietService({ shutdown: { drainDelay: 0, inFlight: 5000 } })
  const handle = service.listener('web', {
    start: () => {
      const server = createServer()
      server.on('upgrade', (_request, socket) => {
        socket.on('end', () => socket.end())
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: morse\r\n\r\n')
      })
      return {
        server,
        sayGoodbye(socket: NodeJS.WritableStream) {
          told.resolve()
          socket.end('-.-.')
          return true
        },
      }
    },
  })
  await service.start()
  const socket = connect(service.address(handle)?.port ?? 0, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: morse\r\n\r\n')
  const heard = new Promise<string>((resolve) => {
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('-.-.')) resolve(text)
    })
  })
  await new Promise((resolve) => socket.once('data', resolve))
  const stopped = service.stop()
  await told.promise
  expect(await heard).toContain('-.-.')
  expect((await stopped).clean).toBe(true)
})

const idleTimes: readonly [string, () => TrackableServer | Promise<TrackableServer>][] = [
  ['node:http', () => createServer(hello)],
  ['node:https', () => createHttpsServer(hello)],
  ['node:http2 with its HTTP/1.1 clients', () => createSecureServer({ allowHTTP1: true })],
]

test.each(idleTimes)('an idle connection of %s is kept longer than load balancers keep it', async (_kind, make) => {
  const service = quietService()
  const server = await make()
  service.listener('web', { start: () => server })
  await service.start()
  expect(server).toMatchObject({ keepAliveTimeout: DEFAULT_KEEP_ALIVE_TIMEOUT_MS })
  await service.stop()
})

test('an adopted server keeps its idle connections as long, and a time that was chosen stays', async () => {
  const [frameworks, own] = [fastify(), fastify({ keepAliveTimeout: 4321 })]
  const [plain, chosen] = [await listeningServer(hello), await listeningServer(hello)]
  chosen.server.keepAliveTimeout = 1234
  const service = quietService()
  service.listener('plain', { start: () => plain.server })
  service.listener('chosen', { start: () => chosen.server })
  service.listener('fastify', { start: () => frameworks })
  service.listener('own', { start: () => own })
  await service.start()
  const times = [plain.server, chosen.server, frameworks.server, own.server].map((each) => each.keepAliveTimeout)
  // Fastify's own default is longer already.
  expect(times).toEqual([DEFAULT_KEEP_ALIVE_TIMEOUT_MS, 1234, 72_000, 4321])
  await service.stop()
})

test('the probes are answered over HTTP/2, too, and the rest by its own handler', async () => {
  const service = quietService()
  const handle = service.listener('web', {
    probes: true,
    start: () => createHttp2Server((_request, response) => response.end('own')),
  })
  await service.start()
  const session = connectHttp2(service.address(handle)?.url ?? '')
  const ask = async (path: string): Promise<string> => (await session.request({ ':path': path }).toArray()).join('')
  expect([await ask('/readyz'), await ask('/')]).toEqual(['ok', 'own'])
  session.close()
  await service.stop()
})

test('probes on a server that speaks no HTTP are refused', async () => {
  const service = quietService()
  service.listener('raw', { probes: true, start: () => createNetServer() })
  await expect(service.start()).rejects.toMatchObject({
    cause: { code: 'SEA_OPTIONS_INVALID', message: expect.stringContaining('its server does not speak HTTP') },
  })
})

test.each([
  ['plain HTTP/2', () => createHttp2Server(), 'http:'],
  ['plain TCP', () => createNetServer(), 'tcp:'],
])('a server of %s is a listener, with an address that says what it speaks', async (_kind, make, scheme) => {
  const service = quietService()
  const server = make()
  const handle = service.listener('web', { start: () => server })
  await service.start()
  expect(service.address(handle)?.url).toMatch(new RegExp(`^${scheme}//127.0.0.1:`))
  expect((await service.stop()).clean).toBe(true)
  expect(server.listening).toBe(false)
})
