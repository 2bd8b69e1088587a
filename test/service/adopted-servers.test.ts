import { createServer, type Server } from 'node:http'
import { attach, createService } from 'seaworthy'
import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { AdoptedServers } from '../../src/service/adopted-servers.ts'
import { closeWithTest, hello, listenAnywhere, listeningServer, slowHandler } from './listening-server.ts'
import { quiet, quietService } from './open-service.ts'

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

/**
 * Declares a listener that has one server from the beginning.
 *
 * @returns opens the other one, once the service has started
 */
function declareBoth(service: ReturnType<typeof quietService>, first: Server, late: Server): () => void {
  let adoptLate = (): void => {}
  service.listener('web', {
    adopt: (adopt) => {
      adopt(first)
      adoptLate = () => adopt(late)
    },
    start: () => ({}),
  })
  return () => adoptLate()
}

/** A service in its shutdown whose application opens another server `elapsedMs` after the announcement. */
async function openLate(elapsedMs: number) {
  const clock = new ManualClock()
  const { handler, arrived, answer } = slowHandler()
  const [first, late] = [await listeningServer(handler), await listeningServer(hello)]
  const service = quietService({ clock, shutdown: { drainDelay: 5000 } })
  const adoptLate = declareBoth(service, first.server, late.server)
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

test('a request on a server that its application opens while requests in flight end is waited for, cut at the limit of all, and named', async () => {
  const { handler, arrived, answer } = slowHandler()
  const { handler: hanging, arrived: hangs } = slowHandler()
  const [first, late] = [await listeningServer(handler), await listeningServer(hanging)]
  const service = quietService({ shutdown: { drainDelay: 0, inFlight: 600 } })
  const adoptLate = declareBoth(service, first.server, late.server)
  await service.start()
  const request = fetch(first.url)
  await arrived
  const hung = fetch(`${late.url}/late`).catch(() => 'cut')
  await hangs
  const stopped = service.stop()
  while (service.state !== 'stopping') await new Promise((resolve) => setImmediate(resolve))
  adoptLate()
  answer()
  const report = await stopped
  expect(await (await request).text()).toBe('answered')
  expect(report.aborted).toEqual([expect.stringMatching(/^web: GET \/late after /)])
  const hooks = report.phases.flatMap((phase) => phase.hooks)
  expect(hooks.map(({ outcome }) => outcome)).toEqual(hooks.map(() => 'done'))
  expect(await hung).toBe('cut')
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

test('a start that waits for a server which nobody has shown says after two seconds what to pass', async () => {
  const clock = new ManualClock()
  const lines: string[] = []
  const warn = (_fields: object, message: string): void => void lines.push(message)
  const host = { clock, lateLogFor: () => ({ debug() {}, info() {}, warn, error() {} }) }
  const giveUp = new AbortController()
  const waiting = new AdoptedServers(host as never, 'web').whenListening(30_000, giveUp.signal)
  await clock.advance(2000)
  expect(lines).toEqual([
    'waiting for the application to call listen() of "web"; if it has, pass the server that app.listen() returned',
  ])
  giveUp.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
})
