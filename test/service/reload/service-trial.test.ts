import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { type Config, reloadingService, type ReloadingService } from './reloading-service.ts'

const TRIAL = { watch: false, debounce: 10, postCheck: { window: '20s', interval: 20 } } as const

async function startWeb(
  running: ReloadingService,
  statusOf: (config: Config) => number,
): Promise<(() => Promise<number>) & { readonly url: string }> {
  const { service } = running
  const web = service.listener('web', {
    host: '127.0.0.1',
    probes: true,
    start: () => (_request, response) => {
      response.statusCode = statusOf(service.config)
      response.end()
    },
  })
  await service.start()
  const { url } = service.address(web) ?? { url: '' }
  return Object.assign(
    async () => {
      const { status } = await fetch(url)
      return status
    },
    { url },
  )
}

/** Changes the version, and asks again and again until it is known what came of that. */
async function changeUnderLoad(running: ReloadingService, ask: () => Promise<unknown>) {
  let isOver = false
  const reloading = running.change({ version: 2 }).finally(() => (isOver = true))
  let count = 0
  while (!isOver) {
    await ask()
    count++
  }
  expect(count).toBeGreaterThan(5)
  return reloading
}

test('a change with which the requests fail is taken back, with the figures', async () => {
  await using running = await reloadingService({ reload: TRIAL })
  const ask = await startWeb(running, ({ version }) => (version === 2 ? 500 : 200))
  for (let count = 0; count < 10; count++) await ask()
  const result = await changeUnderLoad(running, ask)
  expect(result).toMatchObject({ outcome: 'rolled_back', generation: 1 })
  expect(result.reason).toMatch(
    /^check "error rate" failed after the change: \d+ of \d+ requests failed with it \(100\.0 %\), 0\.0 % in the minute before$/,
  )
  expect(running.service.config.version).toBe(1)
  expect(await ask()).toBe(200)
})

test('a change with which the service is not ready is taken back, with the names of the checks', async () => {
  await using running = await reloadingService({ reload: TRIAL })
  const { service } = running
  service.check({
    name: 'database',
    // Left to itself it would not be asked within the trial.
    interval: '1h',
    maxAge: 0,
    check: () => {
      if (service.config.version === 2) throw new Error('no such database')
    },
  })
  await service.start()
  expect(await running.change({ version: 2 })).toMatchObject({
    outcome: 'rolled_back',
    reason: 'check "ready" failed after the change: the service is not ready: database',
  })
  expect(service.config.version).toBe(1)
})

const SHORT_TRIAL = { ...TRIAL, postCheck: { window: 300, interval: 20, ready: false } } as const

test.each([
  ['load that was shed', (response: ServerResponse) => void response.setHeader('retry-after', '1')],
  [
    'load that was shed by one call',
    (response: ServerResponse) => void response.writeHead(503, { 'Retry-After': '1' }),
  ],
])('%s is no error of a change', async (_what, shed) => {
  await using running = await reloadingService({ reload: SHORT_TRIAL })
  const { service } = running
  const web = service.listener('web', {
    host: '127.0.0.1',
    start: () => (_request, response) => {
      response.statusCode = service.config.version === 2 ? 503 : 200
      if (service.config.version === 2) shed(response)
      response.end()
    },
  })
  await service.start()
  const { url } = service.address(web) ?? { url: '' }
  expect(await changeUnderLoad(running, () => fetch(url))).toMatchObject({ outcome: 'applied', generation: 2 })
})

test('a probe that says no is no error of a change', async () => {
  await using running = await reloadingService({ reload: SHORT_TRIAL })
  running.service.check({ name: 'down', check: () => false })
  const web = await startWeb(running, () => 200)
  for (let count = 0; count < 50; count++) await web()
  const url = `${web.url}/readyz`
  expect((await fetch(url)).status).toBe(503)
  expect(await changeUnderLoad(running, () => fetch(url))).toMatchObject({ outcome: 'applied', generation: 2 })
})

test('errors of before are not held against a change', async () => {
  await using running = await reloadingService({ reload: SHORT_TRIAL })
  const ask = await startWeb(running, () => 500)
  for (let count = 0; count < 20; count++) await ask()
  expect(await changeUnderLoad(running, ask)).toMatchObject({ outcome: 'applied', generation: 2 })
})

test('both can be switched off, and others added', async () => {
  await using running = await reloadingService({
    reload: {
      ...TRIAL,
      postCheck: {
        window: '20s',
        interval: 20,
        ready: false,
        errorRate: false,
        checks: [{ name: 'own', check: () => 'not well at all' }],
      },
    },
  })
  await running.service.start()
  // It was not well before: it is excused, and without the others there is nothing to wait for but the window.
  const reloading = running.change({ version: 2 })
  while (running.service.configState?.generation !== 2) await new Promise((resolve) => setImmediate(resolve))
  await running.service.stop()
  expect(await reloading).toMatchObject({ outcome: 'applied' })
})
