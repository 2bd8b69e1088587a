import { once } from 'node:events'
import { createServer } from 'node:http'
import { ManualClock } from 'seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { gate, quietService } from '../open-service.ts'
import { type Config, reloadingService, schema } from './reloading-service.ts'

test('a changed file is in force without a call, and the service says which generation', async () => {
  await using running = await reloadingService({ reload: { debounce: 10, pollInterval: '1h', postCheck: false } })
  const { service, write } = running
  const reloaded = gate()
  service.subscribe({ name: 'test', commit: () => reloaded.resolve() })
  await service.start()
  expect(service.config).toEqual({ version: 1, level: 'info', limits: { perUser: 10 }, database: { host: 'db-1' } })
  expect(service.configState).toMatchObject({ generation: 1, trigger: 'start', lastReloadSuccessful: true })
  await write({ version: 2 })
  await reloaded.promise
  expect(service.config.version).toBe(2)
  expect(service.configState).toMatchObject({ generation: 2, trigger: 'files changed' })
  expect(service.explainConfig()).toContain('version')
})

test('the metrics page has the generation and how reloads ended', async () => {
  await using running = await reloadingService({
    over: { env: { SEAWORTHY_SPOOL_DIR: 'off', OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' } },
  })
  const { service, change } = running
  await service.start()
  await change('{')
  await change({ version: 2 })
  const page = await (await fetch(`${service.adminAddress?.url}/metrics`)).text()
  expect(page).toMatch(/^seaworthy_config_generation\S* 2$/m)
  expect(page).toMatch(/^seaworthy_config_reload_total\{[^}]*result="rejected"[^}]*\} 1$/m)
  expect(page).toMatch(/^seaworthy_config_reload_total\{[^}]*result="applied"[^}]*\} 1$/m)
})

test('what is refused changes nothing, and is told with its reason until the next good reload', async () => {
  await using running = await reloadingService()
  const { service, change } = running
  await service.start()
  const { hash } = service.configState ?? {}
  expect(await change('{ "version": "two" }')).toMatchObject({ outcome: 'rejected', generation: 1 })
  expect(service.config.version).toBe(1)
  expect(service.configState).toMatchObject({ generation: 1, hash, lastReloadSuccessful: false })
  expect(service.configState?.lastRejection?.reason).toContain('version = "two"')
  expect(await change({ version: 3 })).toMatchObject({ outcome: 'applied', changes: ['version'] })
  expect(service.configState).toMatchObject({ lastReloadSuccessful: true, lastRejection: undefined })
})

test('what a component has read at its start needs a restart, and the component is named', async () => {
  await using running = await reloadingService()
  const { service, change } = running
  service.resource('pool', { start: ({ config }) => config.database.host })
  await service.start()
  const result = await change({ version: 2, database: { host: 'db-2' } })
  expect(result).toMatchObject({ outcome: 'applied', changes: ['version'], pendingRestart: ['database.host'] })
  expect(service.configState?.pendingRestart).toMatchObject([{ because: 'read at the start of pool' }])
  expect(service.config).toMatchObject({ version: 2, database: { host: 'db-1' } })
})

test('the port of a listener needs a restart, and what its handler reads of the service does not', async () => {
  await using running = await reloadingService()
  const { service, change } = running
  const web = service.listener('web', {
    host: '127.0.0.1',
    port: ({ version }: Config) => version - 1,
    start: () => (_request, response) => response.end(String(service.config.limits.perUser)),
  })
  await service.start()
  expect(await change({ version: 2, limits: { perUser: 20 } })).toMatchObject({ pendingRestart: ['version'] })
  const { url } = service.address(web) ?? { url: '' }
  expect(await (await fetch(url)).text()).toBe('20')
})

describe('one generation from beginning to end', () => {
  const changed = { version: 2 }

  test('work in the background', async () => {
    await using running = await reloadingService()
    const { service, change } = running
    await service.start()
    const wait = gate()
    const work = service.background('late', async () => {
      const first = service.config.version
      await wait.promise
      return [first, service.config.version, service.latestConfig.version]
    })
    await change(changed)
    wait.resolve()
    expect(await work).toEqual([1, 1, 2])
    expect(await service.background('next', () => service.config.version)).toBe(2)
  })

  test('a job of a consumer', async () => {
    await using running = await reloadingService()
    const { service, change } = running
    const wait = gate()
    const seen: number[] = []
    const jobs: Promise<unknown>[] = []
    service.consumer('mail', {
      start: ({ work }) => {
        jobs.push(
          work.run('job', async () => {
            seen.push(service.config.version)
            await wait.promise
            seen.push(service.config.version, service.latestConfig.version)
          }),
        )
        return 1
      },
      pause: () => {},
    })
    await service.start()
    await change(changed)
    wait.resolve()
    await Promise.all(jobs)
    expect(seen).toEqual([1, 1, 2])
  })

  test('a run of a task; the next one sees the next, and one that goes on for ever the newest', async () => {
    const clock = new ManualClock()
    await using running = await reloadingService({
      over: { clock },
      reload: { watch: false, debounce: 10, postCheck: false },
    })
    const { service, write } = running
    const seen: unknown[] = []
    const runs = [gate(), gate()]
    const looked = gate()
    service.task('sweep', {
      every: '5m',
      async run({ config, runNumber }) {
        const before = [config.version, service.config.version]
        await runs[runNumber - 1]?.promise
        seen.push([runNumber, ...before, service.config.version])
        if (runNumber === 2) looked.resolve()
      },
    })
    const loop = gate()
    let newest: number | undefined
    service.task('relay', {
      restart: 'permanent',
      async run({ signal }) {
        await loop.promise
        newest = service.config.version
        await once(signal, 'abort')
      },
    })
    await service.start()
    await write(changed)
    const reloaded = service.reload('test')
    while (service.configState?.generation !== 2) {
      await new Promise((resolve) => setImmediate(resolve))
      await clock.advance(10)
    }
    expect((await reloaded).outcome).toBe('applied')
    runs[0]?.resolve()
    runs[1]?.resolve()
    loop.resolve()
    while (seen.length < 2) await clock.advance(300_000)
    expect(seen).toEqual([
      [1, 1, 1, 1],
      [2, 2, 2, 2],
    ])
    expect(newest).toBe(2)
  })

  test('whatever else is told to be one piece of work', async () => {
    await using running = await reloadingService()
    const { service, change } = running
    await service.start()
    const wait = gate()
    const message = service.pinConfig(async () => {
      const first = service.config
      await wait.promise
      return first === service.config
    })
    await change(changed)
    wait.resolve()
    expect(await message).toBe(true)
  })
})

test('a reload that a request asks for is seen by its subscribers as what it is', async () => {
  await using running = await reloadingService()
  const { service, write } = running
  const seen: number[] = []
  service.subscribe({ name: 'test', commit: () => void seen.push(service.config.version) })
  await service.start()
  await write({ version: 2 })
  await service.background('admin', () => service.reload('admin'))
  expect(seen).toEqual([2])
})

test('a reload during the start waits for its end: all components start with one configuration', async () => {
  await using running = await reloadingService()
  const { service, write } = running
  const seen: number[] = []
  let reloading: ReturnType<typeof service.reload> | undefined
  const first = service.resource('first', {
    async start() {
      await write({ version: 2, level: 'debug' })
      reloading = service.reload('early')
      // As long as it would need, were it not put off.
      await new Promise((resolve) => setTimeout(resolve, 100))
    },
  })
  service.resource('second', { needs: { first }, start: ({ config }) => void seen.push(config.version) })
  await service.start()
  expect(seen).toEqual([1])
  expect(await reloading).toMatchObject({ outcome: 'applied', changes: ['level'], pendingRestart: ['version'] })
})

test('after the shutdown has begun nothing is reloaded, and the configuration can still be read', async () => {
  await using running = await reloadingService()
  const { service, write } = running
  await service.start()
  await write({ version: 2 })
  const stopped = service.stop()
  expect(await service.reload('late')).toMatchObject({ outcome: 'stopped', generation: 1 })
  await stopped
  expect(service.config.version).toBe(1)
})

test('a shutdown in the middle of a start gives up a reload that waited for it', async () => {
  await using running = await reloadingService()
  const { service } = running
  let reloading: Promise<unknown> | undefined
  service.resource('slow', {
    start({ signal }) {
      reloading = service.reload('early')
      return once(signal, 'abort')
    },
  })
  const started = service.start()
  while (reloading === undefined) await new Promise((resolve) => setImmediate(resolve))
  await service.stop()
  await expect(started).rejects.toMatchObject({ code: 'SEA_START_INTERRUPTED' })
  expect(await reloading).toMatchObject({ outcome: 'stopped' })
})

describe('a service that does not reload', () => {
  test('says so to whoever asks for it', async () => {
    await using service = quietService()
    expect(() => service.subscribe({ name: 'test' })).toThrow(expect.objectContaining({ code: 'SEA_RELOAD_OFF' }))
    await service.start()
    await expect(service.reload()).rejects.toMatchObject({ code: 'SEA_RELOAD_OFF' })
    expect(service.configState).toBeUndefined()
    expect(service.pinConfig(() => service.latestConfig)).toBe(service.config)
  })

  test('leaves its servers as they are', async () => {
    await using service = quietService()
    const server = createServer((request, response) => {
      response.end(String(Object.hasOwn(server, 'emit') || Object.hasOwn(request, 'emit')))
    })
    const web = service.listener('web', { host: '127.0.0.1', start: () => server })
    await service.start()
    const { url } = service.address(web) ?? { url: '' }
    expect(await (await fetch(url)).text()).toBe('false')
  })
})

test('a subscriber that does nothing, such as a function, fails the start with whatever else is wrong, and is refused at once afterwards', async () => {
  const wrong = (() => {}) as unknown as { readonly name: string }
  await using early = await reloadingService({ over: { env: { SEAWORTHY_LOG_LEVEL: 'loud' } } })
  early.service.subscribe(wrong)
  const failure: unknown = await early.service.start().catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'SEA_SERVICE_REFUSED' })
  expect((failure as Error).message).toMatch(/subscribe\(\): the subscriber is a function[^]*SEAWORTHY_LOG_LEVEL/)

  await using running = await reloadingService()
  await running.service.start()
  expect(() => running.service.subscribe(wrong)).toThrow(expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }))
})

test('before the start there is nothing to reload, nor after one that came to nothing', async () => {
  await using running = await reloadingService()
  const { service, write } = running
  await expect(service.reload()).rejects.toMatchObject({ code: 'SEA_SERVICE_NOT_STARTED' })
  await write('{')
  const started = service.start()
  const reloading = service.reload()
  await expect(started).rejects.toMatchObject({ code: 'SEA_CONFIG_INVALID' })
  await expect(reloading).rejects.toMatchObject({ code: 'SEA_SERVICE_NOT_STARTED' })
  await expect(service.reload()).rejects.toMatchObject({ code: 'SEA_SERVICE_NOT_STARTED' })
})

describe('what is wrong in the options is refused before anything starts', () => {
  test.each([
    [
      { pollIntervall: '1s' },
      'createService(): config.reload: "pollIntervall" is not an option. Did you mean "pollInterval"?',
    ],
    [{ debounce: 1 }, '"debounce" is 1 ms, expected 10 to 10000 ms'],
    [{ restart: ['a..b'] }, '"restart" has "a..b"'],
    [{ log: console }, '"log" is not an option: the service has its own'],
    [{ postCheck: { ready: 'yes' } }, 'config.reload.postCheck: "ready" expected true or false'],
    [{ postCheck: { errorRate: { margin: 2 } } }, '"errorRate": "margin" is 2, expected 0.001 to 1'],
    [{ postCheck: { window: '2h' } }, '"window" is 7200000 ms'],
  ])('%j', async (reload, message) => {
    await using running = await reloadingService({ reload: reload as never })
    await expect(running.service.start()).rejects.toThrow(message)
    expect(running.service.state).toBe('failed')
  })

  test('reload is true, false or options', () => {
    expect(() => quietService({ config: { schema, reload: 'yes' as never } })).toThrow(
      '"config.reload" expected true, false or an object of options',
    )
  })
})
