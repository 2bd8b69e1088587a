import { createServer, type Server } from 'node:http'
import type { RuntimeSettings } from 'seaworthy'
import { describe, expect, test } from 'vitest'
import { gate, quietService } from '../open-service.ts'
import { type Config, reloadingService } from '../reload/reloading-service.ts'

test('the level of the log follows the configuration, and is again that of the start where it says nothing', async () => {
  await using running = await reloadingService({
    settings: ({ level }) => (level === 'none' ? {} : { logLevel: level as 'info' }),
    initial: { level: 'warn' },
    over: { logging: { level: 'silent' } },
  })
  const { service, change } = running
  await service.start()
  expect(service.log.level).toBe('warn')
  await change({ version: 2, level: 'error' })
  expect(service.log.level).toBe('error')
  expect(service.log.child({ component: 'x' }).level).toBe('error')
  await change({ version: 3, level: 'none' })
  expect(service.log.level).toBe('silent')
})

describe('a wrong value refuses the whole change, with its key and the reason', () => {
  const changed = { version: 2 }
  test.each<[string, (config: Config) => unknown, string]>([
    ['a level', () => ({ logLevel: 'loud' }), 'log: "logLevel" is "loud", expected one of trace'],
    ['a level of a logger', () => ({ loggers: { db: 'loud' } }), '"loggers.db" is "loud"'],
    ['a sampling plan', () => ({ sampling: { default: { probability: 2 } } }), '"sampling"'],
    ['a threshold', () => ({ health: { fall: 0 } }), '"fall" is 0, expected 1 to 100'],
    ['a check that there is not', () => ({ health: { checks: { databse: {} } } }), '"databse" is not an option'],
    ['a timeout', () => ({ timeouts: { keepAlive: '2h' } }), '"timeouts": "keepAlive" is 7200000 ms'],
    [
      'timeouts that contradict',
      () => ({ timeouts: { headers: '5s', request: '1s' } }),
      'longer than the whole "request"',
    ],
    [
      'limits of nothing',
      () => ({ limits: { inFlight: 1 } }),
      '"limits" is set, and nothing of this service sheds load',
    ],
    ['a name', () => ({ logLevl: 'info' }), '"logLevl" is not an option. Did you mean "logLevel"?'],
    [
      'a throw',
      () => {
        throw new Error('no such tenant')
      },
      'it threw: no such tenant',
    ],
    ['a promise', () => Promise.resolve({}), 'it returned a promise'],
    ['no object', () => 'info', 'expected an object of options, got a string'],
  ])('%s', async (_what, wrong, message) => {
    const settings = ((config: Config) => (config.version === 1 ? {} : wrong(config))) as () => RuntimeSettings
    await using running = await reloadingService({ settings })
    await running.service.start()
    const result = await running.change(changed)
    expect(result).toMatchObject({ outcome: 'rejected', generation: 1 })
    expect(result.reason).toMatch(/^"settings" refused it: settings/)
    expect(result.reason).toContain(message)
    expect(running.service.config.version).toBe(1)
  })

  test('several are told together', async () => {
    const settings = (({ version }: Config) =>
      version === 1 ? {} : { logLevel: 'loud', timeouts: { headers: 1 } }) as unknown as () => RuntimeSettings
    await using running = await reloadingService({ settings })
    await running.service.start()
    const { reason } = await running.change(changed)
    expect(reason).toContain('"logLevel" is "loud"')
    expect(reason).toContain('"headers" is 1 ms')
  })

  test('and at the start nothing is started', async () => {
    let isStarted = false
    const service = quietService({ settings: () => ({ logLevel: 'loud' as 'info' }) })
    service.resource('db', { start: () => (isStarted = true) })
    await expect(service.start()).rejects.toMatchObject({
      code: 'SEA_OPTIONS_INVALID',
      message: expect.stringContaining('"logLevel" is "loud"'),
    })
    expect(isStarted).toBe(false)
  })

  test.each(['at once', 'once the components have started'])(
    'and what it says, %s, has no secret of the configuration',
    async (when) => {
      let asked = 0
      await using running = await reloadingService({
        initial: { password: 'correct-horse-battery' },
        settings: ({ password }) => {
          if (++asked > (when === 'at once' ? 0 : 1)) throw new Error(`tenant ${password} is not there`)
          return {}
        },
      })
      const failure = await running.service.start().catch((error: Error) => error)
      expect(failure).toMatchObject({
        code: 'SEA_OPTIONS_INVALID',
        message: expect.stringContaining('tenant [secret]'),
      })
    },
  )

  test('nor has what a wrong value says', async () => {
    const settings = ({ password }: Config) => ({ logLevel: password }) as unknown as RuntimeSettings
    await using running = await reloadingService({ initial: { password: 'correct-horse-battery' }, settings })
    await expect(running.service.start()).rejects.toMatchObject({
      message: expect.stringContaining('"logLevel" is [secret]'),
    })
  })

  test('what only the components know is found when they have started', async () => {
    const service = quietService({ settings: () => ({ health: { checks: { db: { fall: 2 }, other: {} } } }) })
    service.resource('db', { start: () => 1, check: () => {} })
    await expect(service.start()).rejects.toThrow('"other" is not an option')
    expect(service.state).toBe('failed')
  })
})

test('limits of checks follow, those of components among them', async () => {
  let runs = 0
  await using running = await reloadingService({
    settings: ({ version }) => ({ health: { checks: { db: { maxAge: version === 1 ? '1h' : 0 } } } }),
  })
  const { service, change } = running
  service.resource('db', { start: () => 1, check: () => void runs++ })
  await service.start()
  const ranBefore = runs
  await service.health.checkHealth()
  expect(runs).toBe(ranBefore)
  await change({ version: 2 })
  await service.health.checkHealth()
  expect(runs).toBe(ranBefore + 1)
})

test('the sampling plan follows, and is again that of the start where it says nothing', async () => {
  await using running = await reloadingService({
    settings: ({ version }) => (version === 2 ? { sampling: { default: { probability: 0.5 } } } : {}),
    over: { telemetry: {} },
  })
  const { service, change } = running
  await service.start()
  const before = service.telemetry?.sampling.plan
  await change({ version: 2 })
  expect(service.telemetry?.sampling.plan.default).toEqual({ probability: 0.5 })
  await change({ version: 3 })
  expect(service.telemetry?.sampling.plan).toEqual(before)
})

test('timeouts of servers follow, those of a later server too, and go back to what each had', async () => {
  await using running = await reloadingService({
    settings: ({ version }) =>
      version === 1 ? { timeouts: { keepAlive: '5s' } } : version === 2 ? { timeouts: { request: '10s' } } : {},
  })
  const { service, change } = running
  const servers: Server[] = []
  const own = createServer()
  own.headersTimeout = 7_000
  for (const [name, server] of [
    ['a', createServer()],
    ['b', own],
  ] as const) {
    servers.push(server)
    service.listener(name, { host: '127.0.0.1', start: () => server })
  }
  await service.start()
  const shown = () =>
    servers.map(({ keepAliveTimeout, headersTimeout, requestTimeout }) => [
      keepAliveTimeout,
      headersTimeout,
      requestTimeout,
    ])
  expect(shown()).toEqual([
    [5_000, 66_000, 300_000],
    [5_000, 7_000, 300_000],
  ])
  await change({ version: 2 })
  expect(shown()).toEqual([
    [65_000, 66_000, 10_000],
    [65_000, 7_000, 10_000],
  ])
  await change({ version: 3 })
  expect(shown()).toEqual([
    [65_000, 66_000, 300_000],
    [65_000, 7_000, 300_000],
  ])
})

test('limits of load follow, a wrong one is refused, and what is left out is again what the options said', async () => {
  await using running = await reloadingService({
    settings: ({ version, limits }) => (version === 1 ? {} : { limits: { maxInFlight: limits.perUser } }),
    over: { shedding: { maxInFlight: 100 } },
  })
  const { service, change } = running
  const arrived = gate()
  const goOn = gate()
  const web = service.listener('web', {
    host: '127.0.0.1',
    start: () => (incoming, response) => {
      if (incoming.url === '/') response.end('served')
      else arrived.resolve(void goOn.promise.then(() => response.end('served')))
    },
  })
  await service.start()
  const { url } = service.address(web) ?? { url: '' }
  const status = async (path: string): Promise<number> => (await fetch(`${url}${path}`)).status
  const first = status('/held')
  await arrived.promise
  expect(await status('/')).toBe(200)
  expect(await change({ version: 2, limits: { perUser: 1 } })).toMatchObject({ outcome: 'applied' })
  expect(await status('/')).toBe(503)
  const { reason } = await change({ version: 3, limits: { perUser: 1_000_000_000 } })
  expect(reason).toContain('"maxInFlight" is 1000000000')
  expect(await status('/')).toBe(503)
  expect(await change({ version: 1 })).toMatchObject({ outcome: 'applied' })
  await expect.poll(() => status('/')).toBe(200)
  goOn.resolve()
  expect(await first).toBe(200)
})

test('settings are taken back with the change that brought them', async () => {
  await using running = await reloadingService({
    settings: ({ level }) => ({ logLevel: level as 'info' }),
    initial: { level: 'fatal' },
  })
  const { service, change } = running
  service.subscribe({
    name: 'fails late',
    commit: () => {
      expect(service.log.level).toBe('silent')
      throw new Error('no')
    },
  })
  await service.start()
  expect(await change({ version: 2, level: 'silent' })).toMatchObject({ outcome: 'rolled_back' })
  expect(service.log.level).toBe('fatal')
})

test('a change that another refuses leaves them as the change before it has made them', async () => {
  await using running = await reloadingService({
    settings: ({ level }) => ({ logLevel: level as 'info' }),
    initial: { level: 'fatal' },
  })
  const { service, change } = running
  service.subscribe({
    name: 'refuses',
    prepare: ({ next }) => {
      if (next.version === 3) throw new Error('no')
    },
  })
  await service.start()
  expect(await change({ version: 2, level: 'silent' })).toMatchObject({ outcome: 'applied' })
  expect(await change({ version: 3, level: 'fatal' })).toMatchObject({ outcome: 'rejected' })
  expect(service.log.level).toBe('silent')
})

test('a change that another refuses leaves them as they are, also where they are always the same object', async () => {
  const settings: RuntimeSettings = { logLevel: 'fatal' }
  await using running = await reloadingService({ settings: () => settings })
  const { service, change } = running
  service.subscribe({
    name: 'refuses',
    prepare: () => {
      throw new Error('no')
    },
  })
  await service.start()
  expect(await change({ version: 2 })).toMatchObject({ outcome: 'rejected' })
  expect(service.log.level).toBe('fatal')
})

test('without a reload they hold from the start to the end, and no configuration is needed', async () => {
  await using service = quietService({ settings: () => ({ logLevel: 'silent' }), logging: { level: 'fatal' } })
  await service.start()
  expect(service.log.level).toBe('silent')
})

test('whoever sets a variable that has no effect is told', async () => {
  const { readFile, open } = await import('node:fs/promises')
  const { temporaryFiles } = await import('../../config/temporary-files.ts')
  await using files = await temporaryFiles({ log: '' })
  const file = await open(files.path('log'), 'a')
  const service = quietService({
    env: { OTEL_SDK_DISABLED: 'true', LOG_LEVEL: 'debug' },
    logging: { fd: file.fd },
    settings: () => ({ logLevel: 'info' }),
  })
  await service.start()
  await service.stop()
  await file.close()
  expect(await readFile(files.path('log'), 'utf8')).toContain(
    'LOG_LEVEL is \\"debug\\", and has no effect: settings() says logLevel \\"info\\"',
  )
})
