import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { FinalFlush } from '../../src/core/final-flush.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { z } from 'zod'
import { gate, quietService } from './open-service.ts'

test('components start after what they need and stop before it', async () => {
  const events: string[] = []
  const service = quietService()
  const component = (name: string) => ({
    start: () => void events.push(`+${name}`),
    stop: () => void events.push(`-${name}`),
  })
  const a = service.resource('a', component('a'))
  const b = service.resource('b', { needs: { a }, ...component('b') })
  service.resource('c', { needs: { a, b }, ...component('c') })
  await service.start()
  expect(service.state).toBe('ready')
  const report = await service.stop()
  expect(events).toEqual(['+a', '+b', '+c', '-c', '-b', '-a'])
  expect(report).toMatchObject({ clean: true, aborted: [], reason: { kind: 'requested' } })
  expect(report.phases.map(({ phase }) => phase)).toEqual(['announce', 'drain', 'finish', 'stop', 'flush'])
  expect(service.state).toBe('stopped')
})

test('independent components start at the same time', async () => {
  const service = quietService()
  const both = [gate(), gate()]
  // Each waits for the other: one after the other, they would wait for ever.
  service.resource('a', { startTimeout: 2000, start: () => (both[0]?.resolve(), both[1]?.promise) })
  service.resource('b', { startTimeout: 2000, start: () => (both[1]?.resolve(), both[0]?.promise) })
  await service.start()
  expect((await service.stop()).clean).toBe(true)
})

test('a start that fails is rolled back, and the error names the component', async () => {
  const events: string[] = []
  const service = quietService()
  const a = service.resource('a', { start: () => 1, stop: () => void events.push('-a') })
  const b = service.resource('b', {
    needs: { a },
    start: () => {
      throw new Error('no route')
    },
    stop: () => void events.push('-b'),
  })
  service.resource('c', { needs: { b }, start: () => void events.push('+c') })
  await expect(service.start()).rejects.toMatchObject({
    code: 'SEA_START_FAILED',
    message: '"b" did not start: no route',
  })
  expect(events).toEqual(['-a'])
  expect(service.state).toBe('failed')
  expect(service.adminAddress).toBeUndefined()
})

test('a component that is too slow is named, and is stopped if it comes up after all', async () => {
  const slow = gate()
  const stopped = gate()
  const service = quietService()
  service.resource('slow', { startTimeout: 50, start: () => slow.promise, stop: () => stopped.resolve() })
  await expect(service.start()).rejects.toMatchObject({
    code: 'SEA_START_TIMED_OUT',
    message: expect.stringContaining('"slow" did not start within its start deadline (50ms)'),
  })
  slow.resolve()
  await stopped.promise
})

test('stop during the start gives the start up, rolls back, and tells both', async () => {
  const events: string[] = []
  const service = quietService()
  const a = service.resource('a', { start: () => 1, stop: () => void events.push('-a') })
  const reached = gate()
  service.resource('slow', {
    needs: { a },
    start: ({ signal }) => {
      reached.resolve()
      return new Promise((resolve) => signal.addEventListener('abort', resolve))
    },
  })
  const started = service.start()
  started.catch(() => {})
  await reached.promise
  const report = await service.stop()
  await expect(started).rejects.toMatchObject({ code: 'SEA_START_INTERRUPTED' })
  expect(events).toEqual(['-a'])
  expect(report.reason).toEqual({ kind: 'requested' })
})

test('start and stop run once, however often they are called', async () => {
  let starts = 0
  let stops = 0
  const service = quietService()
  service.resource('a', { start: () => starts++, stop: () => stops++ })
  await Promise.all([service.start(), service.start()])
  const [first, second] = await Promise.all([service.stop(), service.stop()])
  expect(first).toBe(second)
  expect({ starts, stops }).toEqual({ starts: 1, stops: 1 })
})

test('a service that never started can be stopped', async () => {
  const service = quietService()
  expect(await service.stop()).toMatchObject({ clean: true, phases: [] })
  await expect(service.start()).rejects.toMatchObject({ code: 'SEA_START_INTERRUPTED' })
})

test('stop before the start has read its configuration leaves nothing open', async () => {
  const service = quietService()
  let started = false
  service.resource('a', { start: () => (started = true) })
  const starting = service.start()
  starting.catch(() => {})
  const report = await service.stop()
  await expect(starting).rejects.toMatchObject({ code: 'SEA_START_INTERRUPTED' })
  expect({ started, admin: service.adminAddress, clean: report.clean }).toEqual({
    started: false,
    admin: undefined,
    clean: true,
  })
})

test('stop while the configuration never comes waits for it no longer than the stop slice, and what comes later opens nothing', async () => {
  const clock = new ManualClock()
  const { promise: value, resolve } = Promise.withResolvers<boolean>()
  const events: string[] = []
  const service = quietService({
    clock,
    config: { schema: z.object({}).refine(() => value) },
    shutdown: { stop: 3000 },
  })
  service.resource('a', { start: () => void events.push('+a') })
  const starting = service.start()
  starting.catch(() => {})
  const stopped = service.stop().then((report) => (events.push('stopped'), report))
  await clock.advance(2999)
  expect(events).toEqual([])
  await clock.advance(1)
  const message =
    'The start of "subject" was given up because a shutdown was asked for, and its configuration had not come within 3s of that'
  expect(await stopped).toMatchObject({ clean: false, failures: [message], tookMs: 3000 })
  await expect(starting).rejects.toMatchObject({ code: 'SEA_START_INTERRUPTED', message })
  resolve(true)
  await clock.advance(1000)
  expect({ events, admin: service.adminAddress, pending: clock.pending }).toEqual({
    events: ['stopped'],
    admin: undefined,
    pending: 0,
  })
})

test('a shutdown that breaks itself still ends the process, and says why', async () => {
  const codes: number[] = []
  const broken = new FinalFlush()
  broken.beginShutdown = () => {
    throw new Error('no flush today')
  }
  const service = quietService({ finalFlush: broken, exit: (code) => codes.push(code), signals: [] })
  service.task('worker', { run: async () => void setTimeout(() => void service.stop(), 10) })
  expect(await service.run()).toBe(1)
  expect(codes).toEqual([1])
  expect(await service.stop()).toMatchObject({ clean: false, failures: ['the shutdown itself: no flush today'] })
  expect(service.adminAddress).toBeUndefined()
})

test('await using stops the service', async () => {
  const events: string[] = []
  {
    await using service = quietService()
    service.resource('a', { start: () => 1, stop: () => void events.push('stopped') })
    await service.start()
  }
  expect(events).toEqual(['stopped'])
})

test('readiness is 503 until every listener is bound and every check has run, then 200, then 503 while draining', async () => {
  const clock = new ManualClock()
  const service = quietService({ clock, shutdown: { drainDelay: 5000 } })
  const starting = gate()
  service.resource('slow', { start: () => starting.promise, check: () => {} })
  const web = service.listener('web', { start: () => (_request, response) => response.end('served') })
  const started = service.start()
  while (service.adminAddress === undefined) await clock.advance(0)
  const probe = async (path: string): Promise<number> =>
    (await fetch(`${service.adminAddress?.url}${path}`, { headers: { connection: 'close' } })).status
  expect([await probe('/livez'), await probe('/startupz'), await probe('/readyz')]).toEqual([200, 503, 503])
  starting.resolve()
  await started
  expect([await probe('/livez'), await probe('/startupz'), await probe('/readyz')]).toEqual([200, 200, 200])

  const stopped = service.stop()
  await clock.advance(4999)
  expect([await probe('/livez'), await probe('/readyz')]).toEqual([200, 503])
  const answer = await fetch(`${service.address(web)?.url}/`)
  expect([await answer.text(), answer.headers.get('connection')]).toEqual(['served', 'close'])
  for (let turn = 0; turn < 50; turn++) await clock.advance(100)
  expect((await stopped).clean).toBe(true)
  expect(service.adminAddress).toBeUndefined()
})

test('a failing check of a critical resource makes the service not ready, of another one only degraded', async () => {
  for (const critical of [true, false]) {
    await using service = quietService()
    service.resource('db', {
      critical,
      start: () => 1,
      check: () => {
        throw new Error('down')
      },
    })
    await service.start()
    expect((await fetch(`${service.adminAddress?.url}/readyz`)).status).toBe(critical ? 503 : 200)
    expect((await fetch(`${service.adminAddress?.url}/livez`)).status).toBe(200)
  }
})

test('a request in flight is answered before the resources that it needs stop', async () => {
  const events: string[] = []
  const service = quietService()
  const db = service.resource('db', {
    start: () => ({ query: () => events.push('query') }),
    stop: () => void events.push('-db'),
  })
  const reached = gate()
  const release = gate()
  const web = service.listener('web', {
    needs: { db },
    start:
      ({ db }) =>
      async (_request, response) => {
        reached.resolve()
        await release.promise
        db.query()
        response.end('done')
      },
  })
  await service.start()
  const answer = fetch(`${service.address(web)?.url}/`)
  await reached.promise
  const stopped = service.stop()
  await new Promise((resolve) => setTimeout(resolve, 50))
  release.resolve()
  expect(await (await answer).text()).toBe('done')
  expect((await stopped).clean).toBe(true)
  expect(events).toEqual(['query', '-db'])
})

test('a request that does not end is cut at the end of its slice, and named', async () => {
  const service = quietService({ shutdown: { drainDelay: 0, inFlight: 300 } })
  const reached = gate()
  const web = service.listener('web', { start: () => () => reached.resolve() })
  await service.start()
  const answer = fetch(`${service.address(web)?.url}/stuck?token=secret`)
  answer.catch(() => {})
  await reached.promise
  const report = await service.stop()
  await expect(answer).rejects.toThrow()
  expect(report.clean).toBe(false)
  expect(report.aborted).toEqual([expect.stringMatching(/^web: GET \/stuck after \d+/)])
})

test('an upgraded connection that stays is cut, and counted', async () => {
  const service = quietService({ shutdown: { drainDelay: 0, inFlight: 200 } })
  const server = createServer()
  server.on('upgrade', (_request, socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
  )
  const web = service.listener('web', { start: () => server })
  await service.start()
  const socket = connect(service.address(web)?.port ?? 0, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  socket.on('error', () => {})
  await once(socket, 'data')
  const report = await service.stop()
  expect(report.clean).toBe(false)
  expect(report.aborted).toEqual([expect.stringMatching(/^web: x \/ after \d+/)])
})

test('a task is told to end when the shutdown is announced, and waited for', async () => {
  const events: string[] = []
  const service = quietService()
  service.task('worker', {
    async run({ signal }) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      events.push('told')
      await new Promise((resolve) => setTimeout(resolve, 30))
      events.push('ended')
    },
  })
  service.resource('unrelated', { start: () => 1, stop: () => void events.push('-unrelated') })
  await service.start()
  expect((await service.stop()).clean).toBe(true)
  expect(events).toEqual(['told', 'ended', '-unrelated'])
})

test('a task that does not end is named, and holds nobody up beyond the slice', async () => {
  const service = quietService({ shutdown: { drainDelay: 0, inFlight: 50 } })
  service.task('stubborn', { run: () => new Promise(() => {}) })
  await service.start()
  const report = await service.stop()
  expect(report).toMatchObject({ clean: false, aborted: ['task "stubborn"'] })
})

test('a task that fails and may not be restarted stops the service', async () => {
  const codes: number[] = []
  const service = quietService({ exit: (code) => codes.push(code), signals: [] })
  const events: string[] = []
  service.resource('db', { start: () => 1, stop: () => void events.push('-db') })
  service.task('worker', {
    maxRestarts: 0,
    async run() {
      throw new Error('broken')
    },
  })
  expect(await service.run()).toBe(1)
  expect({ codes, events }).toEqual({ codes: [1], events: ['-db'] })
})

test('run ends with 0 when the stop was asked for and everything ended by itself', async () => {
  const service = quietService({ exit: () => {}, signals: [] })
  const worker = service.task('worker', {
    async run() {
      setTimeout(() => void service.stop(), 10)
    },
  })
  expect(worker.name).toBe('worker')
  expect(await service.run()).toBe(0)
})

test('run listens to nothing any more when it has ended', async () => {
  const count = (): number => process.listenerCount('SIGTERM') + process.listenerCount('uncaughtException')
  const before = count()
  const service = quietService({ exit: () => {} })
  service.task('worker', { run: async () => void setTimeout(() => void service.stop(), 10) })
  await service.run()
  expect(count()).toBe(before)
})

test('a listener may be a handler, a server, or an application with a server', async () => {
  const closed: string[] = []
  const handler = (_request: unknown, response: { end: (text: string) => void }): void => response.end('here')
  const service = quietService()
  const handles = [
    service.listener('handler', { start: () => handler }),
    service.listener('server', { start: () => createServer(handler) }),
    service.listener('app', {
      start: () => ({
        server: createServer(handler),
        ready: async () => void closed.push('ready'),
        close: async () => void closed.push('close'),
      }),
    }),
  ]
  await service.start()
  for (const handle of handles) expect(await (await fetch(`${service.address(handle)?.url}/`)).text()).toBe('here')
  await service.stop()
  expect(closed).toEqual(['ready', 'close'])
})

test.each([
  ['nothing', undefined, 'it returned nothing (is a return missing?)'],
  ['something else', { hello: 1 }, 'it returned an object'],
  ['an application without a server', { server: {}, ready() {} }, 'it returned an object'],
])('a listener that returns %s refuses the start, and says what it should return', async (_what, returned, message) => {
  const service = quietService()
  service.listener('web', { start: () => returned as never })
  await expect(service.start()).rejects.toMatchObject({
    code: 'SEA_START_FAILED',
    message: expect.stringContaining(message),
    cause: { code: 'SEA_LISTENER_NOT_LISTENABLE', hint: expect.stringContaining('Return (request, response)') },
  })
})

test('a task that fails in the middle of a shutdown is not forgotten', async () => {
  const service = quietService()
  const told = gate()
  service.resource('slow', { start: () => 1, stop: () => told.promise })
  service.listener('web', {
    start: () => {
      const server = createServer()
      // What a listener reports once the shutdown has begun.
      setTimeout(() => (server.emit('error', new Error('broke late')), told.resolve()), 100)
      return server
    },
  })
  await service.start()
  const report = await service.stop()
  expect(report).toMatchObject({ clean: false, failures: [expect.stringContaining('broke late')] })
})

test('a port that is taken refuses the start, naming listener and port', async () => {
  const squatter = createServer().listen(0)
  onTestFinished(() => void squatter.close())
  await new Promise((resolve) => squatter.once('listening', resolve))
  const { port } = squatter.address() as { port: number }
  const service = quietService()
  service.listener('web', { port, start: () => () => {} })
  await expect(service.start()).rejects.toMatchObject({
    code: 'SEA_START_FAILED',
    message: expect.stringMatching(new RegExp(`"web".*${port}`)),
    cause: { code: 'SEA_LISTENER_PORT_TAKEN' },
  })
})

test('the probes are on the port of a listener, too, if asked for, and leave the rest to its handler', async () => {
  await using service = quietService()
  const web = service.listener('web', { probes: true, start: () => (_request, response) => response.end('mine') })
  const plain = service.listener('plain', { start: () => (_request, response) => response.end('mine') })
  await service.start()
  const ask = async (url: string | undefined): Promise<string> => (await fetch(`${url}/livez`)).text()
  expect(await ask(service.address(web)?.url)).toBe('ok')
  expect(await ask(service.address(plain)?.url)).toBe('mine')
  expect(await (await fetch(`${service.address(web)?.url}/other`)).text()).toBe('mine')
})

test('configuration, environment and options that are wrong are told together, and nothing was started', async () => {
  let started = false
  const service = quietService({
    env: {
      SEAWORTHY_LOG_LEVEL: 'loud',
      SEAWORTHY_ADMIN_PORT: '70000',
      OTEL_TRACES_SAMPLER_ARG: '2',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      SEAWORTHY_GRACE_SECONDS: 'long',
    },
    config: {
      schema: {
        '~standard': {
          version: 1,
          vendor: 'own',
          validate: () => ({ issues: [{ message: 'is missing', path: ['port'] }] }),
        },
      },
    },
  })
  service.resource('a', { start: () => (started = true) })
  const error = await service.start().catch((caught: unknown) => caught)
  expect(error).toMatchObject({ code: 'SEA_SERVICE_REFUSED' })
  for (const name of [
    'SEAWORTHY_LOG_LEVEL',
    'SEAWORTHY_ADMIN_PORT',
    'OTEL_TRACES_SAMPLER_ARG',
    'SEAWORTHY_GRACE_SECONDS',
    'port',
  ])
    expect((error as Error).message).toContain(name)
  expect(started).toBe(false)
})

test('a slice of a few milliseconds without a unit is warned of at the start', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'seaworthy-slices-')), 'log')
  onTestFinished(() => rmSync(dirname(file), { recursive: true }))
  const fd = openSync(file, 'w')
  onTestFinished(() => closeSync(fd))
  const service = quietService({ shutdown: { drainDelay: 5, inFlight: '1s' }, logging: { level: 'warn', fd } })
  await service.start()
  await service.stop()
  expect(readFileSync(file, 'utf8')).toContain('shutdown.drainDelay is 5 milliseconds, because it has no unit')
})
