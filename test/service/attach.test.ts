import { createServer, type RequestListener, type Server } from 'node:http'
import { attach, createService } from 'seaworthy'
import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { closeWithTest, listenAnywhere, listeningServer } from './listening-server.ts'
import { gate, quiet, quietService } from './open-service.ts'

const hello: RequestListener = (_request, response) => void response.end('hello')

/** A handler that answers when it is told to. */
function slowHandler() {
  const arrived = gate()
  const answer = gate()
  const handler: RequestListener = (_request, response) => {
    arrived.resolve()
    void answer.promise.then(() => response.end('answered'))
  }
  return { handler, arrived: arrived.promise, answer: answer.resolve }
}

test('a server that listens already goes on where it is, and is drained and closed with the service', async () => {
  const { server, url } = await listeningServer(hello)
  const service = quietService()
  const handle = attach(service, server)
  await service.start()
  expect(service.address(handle)).toMatchObject({ host: '127.0.0.1', url })
  expect(await (await fetch(url)).text()).toBe('hello')
  expect((await service.stop()).clean).toBe(true)
  expect(server.listening).toBe(false)
})

test.each(['before attach', 'between attach and start'])(
  'a request that was in flight %s is answered before the resources stop',
  async (when) => {
    const events: string[] = []
    const { handler, arrived, answer } = slowHandler()
    const { server, url } = await listeningServer(handler)
    const service = quietService()
    service.resource('db', { start: () => 1, stop: () => void events.push('db stopped') })
    if (when !== 'before attach') attach(service, server)
    const request = fetch(url).then(async (response) => events.push(await response.text()))
    await arrived
    if (when === 'before attach') attach(service, server)
    await service.start()
    const stopped = service.stop()
    while (server.listening) await new Promise(setImmediate)
    answer()
    const report = await stopped
    await request
    expect(events).toEqual(['answered', 'db stopped'])
    expect(report).toMatchObject({ clean: true, aborted: [] })
  },
)

test('a request that was in flight before attach and does not end is cut and named', async () => {
  const { handler, arrived } = slowHandler()
  const { server, url } = await listeningServer(handler)
  const request = fetch(`${url}/long?card=1234`).catch(() => 'cut')
  await arrived
  const service = quietService({ shutdown: { drainDelay: 0, inFlight: 100 } })
  attach(service, server, { name: 'shop' })
  await service.start()
  const report = await service.stop()
  expect(await request).toBe('cut')
  expect(report).toMatchObject({ clean: false, aborted: [expect.stringMatching(/^shop: GET \/long after /)] })
})

test('a server that is told to listen after the start is waited for', async () => {
  const server = createServer(hello)
  closeWithTest(server)
  const service = quietService()
  const handle = attach(service, server)
  const started = service.start()
  const url = await listenAnywhere(server)
  await started
  expect(service.address(handle)?.url).toBe(url)
  await service.stop()
})

test('a server that never listens refuses the start, by name', async () => {
  const service = quietService()
  attach(service, createServer(hello), { name: 'shop', startTimeout: 50 })
  await expect(service.start()).rejects.toMatchObject({
    code: 'SEA_START_FAILED',
    message: expect.stringContaining('The application was to call listen() for "shop", and nothing listens after 50ms'),
    cause: { code: 'SEA_LISTENER_SILENT', hint: expect.stringContaining('Call listen()') },
  })
})

/** A server that fails to listen because its port is taken. */
async function hopelessServer(): Promise<{ server: Server; tryIt: () => void }> {
  const { server: squatter } = await listeningServer(hello)
  const server = createServer(hello)
  closeWithTest(server)
  return { server, tryIt: () => void server.listen({ ...(squatter.address() as object), host: '127.0.0.1' }) }
}

test('a server that can’t be bound by its application refuses the start, naming listener and port', async () => {
  const { server, tryIt } = await hopelessServer()
  const service = quietService()
  attach(service, server, { name: 'shop' })
  const started = service.start()
  tryIt()
  await expect(started).rejects.toMatchObject({
    message: expect.stringMatching(/Listener "shop" can't have 127.0.0.1:\d+: it is taken/),
    cause: { code: 'SEA_LISTENER_PORT_TAKEN' },
  })
})

test('an error of the application’s bind that nobody handles is thrown as without attach, before the start', () => {
  const server = createServer(hello)
  attach(quietService(), server)
  expect(() => server.emit('error', new Error('no right to it'))).toThrow('no right to it')
})

test('an application that handles a failed bind by trying again is waited for', async () => {
  const { server, tryIt } = await hopelessServer()
  server.once('error', () => server.listen(0))
  const service = quietService()
  const handle = attach(service, server)
  tryIt()
  await service.start()
  expect(service.address(handle)?.port).toBeGreaterThan(0)
  await service.stop()
})

test('an application that handles a failed bind and gives up is named with that error', async () => {
  const { server, tryIt } = await hopelessServer()
  server.on('error', () => {})
  const service = quietService()
  attach(service, server, { startTimeout: 100 })
  tryIt()
  await expect(service.start()).rejects.toMatchObject({
    message: expect.stringMatching(/the last error that its application handled was: .*EADDRINUSE/),
  })
})

test('one application attaches several servers, each by its name', async () => {
  const [shop, back] = [await listeningServer(hello), await listeningServer(hello)]
  const service = quietService()
  attach(service, shop.server)
  expect(() => attach(service, back.server)).toThrow(expect.objectContaining({ code: 'SEA_GRAPH_DUPLICATE' }))
  attach(service, back.server, { name: 'back-office' })
  await service.start()
  await service.stop()
  expect([shop.server.listening, back.server.listening]).toEqual([false, false])
})

test('a server is attached once: two accounts would close it under each other', async () => {
  const { server } = await listeningServer(hello)
  const service = quietService()
  attach(service, server)
  for (const other of [service, quietService()]) {
    expect(() => attach(other, server, { name: 'again' })).toThrow(
      expect.objectContaining({
        code: 'SEA_LISTENER_CLAIMED',
        message: 'The server of listener "again" is that of listener "http" already',
      }),
    )
  }
  await service.start()
  await service.stop()
})

test('attach after the start is refused, and leaves the server as it was', async () => {
  await using service = quietService()
  await service.start()
  const { server } = await listeningServer(hello)
  const before = server.listenerCount('connection')
  expect(() => attach(service, server)).toThrow(
    expect.objectContaining({ code: 'SEA_LIFECYCLE_STARTED', message: '"http" was added after the start' }),
  )
  expect(server.listenerCount('connection')).toBe(before)
})

test('with a port, the service binds the server', async () => {
  const service = quietService()
  const handle = attach(service, createServer(hello), { port: 0, host: '127.0.0.1', probes: true })
  await service.start()
  const url = service.address(handle)?.url ?? ''
  expect(await (await fetch(url)).text()).toBe('hello')
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  await service.stop()
})

test('probes are answered on the port of an attached server, if asked for', async () => {
  const { server, url } = await listeningServer(hello)
  const service = quietService()
  attach(service, server, { probes: true })
  await service.start()
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  expect(await (await fetch(url)).text()).toBe('hello')
  await service.stop()
})

test('every mistake in a call of attach is told at that call', async () => {
  const { server } = await listeningServer(hello)
  const wrong = (options: object, service: object = quietService(), target: object = server): string => {
    try {
      attach(service as never, target as never, options)
      return 'accepted'
    } catch (error) {
      return (error as Error).message
    }
  }
  expect(wrong({ prot: 1 })).toContain('Did you mean "port"?')
  expect(wrong({ port: 3000 })).toContain('"port" is 3000, but the server listens already')
  expect(wrong({ host: '::1' })).toContain('"host" needs "port"')
  expect(wrong({ startTimeout: 'soon' })).toContain('"startTimeout" is "soon"')
  expect(wrong({}, {})).toContain('the first argument must be what createService() returned')
  expect(wrong({}, quietService(), { listen() {} })).toContain('the second argument must be a server of Node')
})

test('an attached server is served through the whole drain delay, and each answer says that the connection closes', async () => {
  const clock = new ManualClock()
  const { server, url } = await listeningServer(hello)
  const service = quietService({ clock, shutdown: { drainDelay: 5000 } })
  attach(service, server)
  await service.start()
  const stopped = service.stop()
  await clock.advance(4999)
  const answer = await fetch(url)
  expect([await answer.text(), answer.headers.get('connection')]).toEqual(['hello', 'close'])
  let isOver = false
  void stopped.finally(() => (isOver = true))
  while (!isOver) await clock.advance(100)
  expect(server.listening).toBe(false)
})

test('when another component does not start, an attached server is closed and what it has in flight is answered', async () => {
  const { handler, arrived, answer } = slowHandler()
  const { server, url } = await listeningServer(handler)
  const service = quietService()
  attach(service, server)
  service.resource('db', { start: () => Promise.reject(new Error('no route')) })
  const request = fetch(url)
  await arrived
  const started = service.start()
  started.catch(() => {})
  while (server.listening) await new Promise(setImmediate)
  answer()
  expect(await (await request).text()).toBe('answered')
  await expect(started).rejects.toMatchObject({ message: '"db" did not start: no route' })
})

test('a stop while a server is still waited for closes those that listen already, and answers what they have in flight', async () => {
  const { handler, arrived, answer } = slowHandler()
  const { server, url } = await listeningServer(handler)
  const service = quietService()
  service.listener('web', {
    adopt: (adopt) => {
      adopt(server)
      adopt(createServer())
    },
    start: () => ({}),
  })
  const request = fetch(url)
  await arrived
  const started = service.start()
  started.catch(() => {})
  await new Promise(setImmediate)
  const stopped = service.stop()
  while (server.listening) await new Promise(setImmediate)
  answer()
  expect(await (await request).text()).toBe('answered')
  await expect(started).rejects.toMatchObject({ code: 'SEA_START_INTERRUPTED' })
  expect(await stopped).toMatchObject({ clean: true })
})

/** A service in its shutdown whose application opens another server `elapsedMs` after the announcement. */
async function openLate(elapsedMs: number) {
  const clock = new ManualClock()
  const { handler, arrived, answer } = slowHandler()
  const [first, late] = [await listeningServer(handler), await listeningServer(hello)]
  const service = quietService({ clock, shutdown: { drainDelay: 5000 } })
  let adoptLate = (): void => {}
  service.listener('web', {
    adopt: (adopt) => {
      adopt(first.server)
      adoptLate = () => adopt(late.server)
    },
    start: () => ({}),
  })
  await service.start()
  const request = fetch(first.url)
  await arrived
  const stopped = service.stop()
  await clock.advance(elapsedMs)
  adoptLate()
  const end = async (): Promise<void> => {
    answer()
    let isOver = false
    void stopped.finally(() => (isOver = true))
    while (!isOver) await clock.advance(100)
    expect(await (await request).text()).toBe('answered')
    expect((await stopped).clean).toBe(true)
  }
  return { late, clock, end }
}

test('a server that its application opens while the service drains is drained like the others', async () => {
  const { late, end } = await openLate(100)
  expect((await fetch(late.url)).headers.get('connection')).toBe('close')
  await end()
  expect(late.server.listening).toBe(false)
})

test('a server that its application opens while requests in flight end is closed', async () => {
  const { late, clock, end } = await openLate(5100)
  while (late.server.listening) await clock.advance(100)
  await end()
  await expect(fetch(late.url)).rejects.toThrow('fetch failed')
})

test('an application that closes its server while the service runs ends the service, and the report says why', async () => {
  const { server } = await listeningServer(hello)
  let code: number | undefined
  const service = createService({ ...quiet(), exit: (given) => void (code = given) })
  attach(service, server)
  const ended = service.run()
  while (service.state !== 'ready') await new Promise(setImmediate)
  server.close()
  await ended
  expect(code).toBe(1)
  const { reason } = await service.stop()
  expect(reason).toMatchObject({
    kind: 'fatal',
    component: 'http',
    error: { code: 'SEA_LISTENER_FAILED', message: 'The server of listener "http" was closed by the application' },
  })
})

test('an error of an attached server that its application handles leaves the service running', async () => {
  const { server } = await listeningServer(hello)
  server.on('error', () => {})
  await using service = quietService()
  attach(service, server)
  await service.start()
  server.emit('error', new Error('out of descriptors'))
  expect(service.state).toBe('ready')
})

test('an error of an attached server that nobody handles ends the service', async () => {
  const { server } = await listeningServer(hello)
  const service = quietService()
  attach(service, server)
  await service.start()
  server.emit('error', new Error('out of descriptors'))
  expect(await service.stop()).toMatchObject({ reason: { kind: 'fatal', error: { code: 'SEA_LISTENER_FAILED' } } })
})
