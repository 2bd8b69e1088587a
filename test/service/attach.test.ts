import { createServer } from 'node:http'
import { attach } from 'seaworthy'
import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { passTime } from '../core/pass-time.ts'
import { hello, listeningServer, slowHandler } from './listening-server.ts'
import { quietService } from './open-service.ts'

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
  const clock = new ManualClock()
  const service = quietService({ clock, shutdown: { drainDelay: 0, inFlight: 1000 } })
  attach(service, server, { name: 'shop' })
  await service.start()
  const report = await passTime(clock, service.stop())
  expect(await request).toBe('cut')
  expect(report).toMatchObject({ clean: false, aborted: [expect.stringMatching(/^shop: GET \/long after /)] })
})

test('one application attaches several servers, each by its name', async () => {
  const [shop, back] = [await listeningServer(hello), await listeningServer(hello)]
  const service = quietService()
  attach(service, shop.server)
  expect(() => attach(service, back.server)).toThrow(
    expect.objectContaining({
      code: 'SEA_GRAPH_DUPLICATE',
      hint: expect.stringContaining('attach(service, server, { name: "admin" })'),
    }),
  )
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
  await passTime(clock, stopped)
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
