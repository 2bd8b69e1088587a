import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { HealthChecker } from '../../src/health/health-checker.ts'
import type { HealthCheckDefinition } from '../../src/health/health-check.ts'
import { createProbeSource, PROBE_PATHS } from '../../src/health/probe-snapshot.ts'

function hostile(): never {
  throw new Error('read me not')
}

test.each<[string, HealthCheckDefinition['check'], string]>([
  [
    'returns an object whose status throws',
    () => ({
      get status() {
        return hostile()
      },
    }),
    'read me not',
  ],
  [
    'returns an object whose "then" throws',
    () => ({
      // oxlint-disable-next-line no-thenable -- a thenable that throws is what is tested
      get then() {
        return hostile()
      },
    }),
    'read me not',
  ],
  ['returns a thenable that throws', () => ({ then: hostile }), 'read me not'], // oxlint-disable-line no-thenable
  [
    'returns a revoked proxy',
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return proxy
    },
    'Cannot perform',
  ],
  [
    'throws an error whose message throws',
    () => {
      throw Object.defineProperty(new Error('x'), 'message', { get: hostile })
    },
    'failed with an error that can not be read',
  ],
  [
    'throws an error whose message is no text',
    () => {
      throw Object.defineProperty(new Error('x'), 'message', { value: 42 })
    },
    'failed with an error that has no text',
  ],
  ['throws an error of nothing but white space', () => Promise.reject(new Error(' \n')), 'has no text'],
  [
    'throws an error that would move the cursor of a terminal',
    () => Promise.reject(new Error('refused\u001B[2J\u009B1A\u0000by db')),
    'refused [2J 1A by db',
  ],
])('a check that %s is a result', async (_, check, message) => {
  const health = new HealthChecker({ clock: new ManualClock() }).register({ name: 'odd', check })

  await health.start()
  health.stop()

  expect(health.report().checks['odd']).toMatchObject({
    status: 'unhealthy',
    message: expect.stringContaining(message),
  })
})

test('a check that asks for the health it is part of gets an answer at its limit, and so does everybody', async () => {
  const clock = new ManualClock()
  let runs = 0
  const health = new HealthChecker({ clock })
  health.register({
    name: 'itself',
    timeout: 500,
    check: () => {
      runs++
      return health.checkHealth()
    },
  })

  const report = health.checkHealth()
  await clock.advance(500)

  expect((await report).checks['itself']).toMatchObject({ status: 'unhealthy', message: 'no answer within 500ms' })
  expect(runs).toBe(1)
  expect(clock.pending).toBe(0)
})

test('what a check says as it hears that its time is over is told with it, and one that throws then, or later, is not', async () => {
  const clock = new ManualClock()
  const health = new HealthChecker({ clock, defaultTimeout: 500 })
  const whenOver = (signal: AbortSignal): Promise<unknown> =>
    new Promise((resolve) => signal.addEventListener('abort', resolve))
  const late = Promise.withResolvers<void>()
  health.register({
    name: 'says',
    check: async ({ signal }) => {
      await whenOver(signal)
      return { status: 'unhealthy', message: 'waited for redis://u:canary@h' }
    },
  })
  health.register({
    name: 'throws',
    check: async ({ signal }) => {
      await whenOver(signal)
      signal.throwIfAborted()
    },
  })
  health.register({
    name: 'later',
    check: async () => {
      await late.promise
      return { status: 'unhealthy', message: 'too late' }
    },
  })
  const report = health.checkHealth()
  await clock.advance(500)
  const { checks } = await report
  late.resolve()

  expect(Object.entries(checks).map(([name, { status, message }]) => [name, status, message])).toEqual([
    ['says', 'unhealthy', 'no answer within 500ms: waited for redis://u:***@h'],
    ['throws', 'unhealthy', 'no answer within 500ms'],
    ['later', 'unhealthy', 'no answer within 500ms'],
  ])
})

test('a check that asks for a report, adds a check and takes itself out does no harm', async () => {
  const clock = new ManualClock()
  const health = new HealthChecker({ clock })
  health.register({
    name: 'odd',
    check: () => {
      health.report()
      health.deregister('odd')
      health.register({ name: 'new', check: () => {} })
    },
  })

  await health.start()
  await clock.advance(0)

  expect(health.report()).toMatchObject({ status: 'healthy', checks: { new: { status: 'healthy' } } })
})

test('the late result of a run that was given up is not taken', async () => {
  const clock = new ManualClock()
  const calls: PromiseWithResolvers<unknown>[] = []
  const health = new HealthChecker({ clock }).register({
    name: 'db',
    timeout: 100,
    check: () => {
      calls.push(Promise.withResolvers())
      return calls.at(-1)?.promise
    },
  })
  const told: string[] = []
  health.onTransition(({ kind, to }) => void told.push(`${kind} ${to}`))
  const started = health.start()
  await clock.advance(100)
  await started

  calls[0]?.resolve('at last')
  await clock.advance(0)

  expect(health.report().checks['db']).toMatchObject({ status: 'unhealthy', message: 'no answer within 100ms' })
  expect(told).toEqual(['check unhealthy', 'group unhealthy', 'group healthy'])
  health.stop()
})

test('ten thousand probes run no check at all: they are answered from memory', async () => {
  const clock = new ManualClock()
  let runs = 0
  const health = new HealthChecker({ clock }).register({ name: 'db', maxAge: 0, check: () => void runs++ })
  await health.start()
  const source = createProbeSource({ health, state: () => 'ready' })
  expect(runs).toBe(1)

  for (let n = 0; n < 2_500; n++) {
    for (const path of PROBE_PATHS) source.answer(path, { details: true, verbose: true })
  }

  expect(runs).toBe(1)
  expect(clock.pending).toBe(1)
  health.stop()
})

test('a thousand requests at the same time run each check once, over real connections', async () => {
  const runs = { db: 0, cache: 0 }
  const slow = (name: keyof typeof runs) => async (): Promise<void> => {
    runs[name]++
    await allThere.promise
  }
  const allThere = Promise.withResolvers<void>()
  const health = new HealthChecker({ defaultTimeout: '1m' })
    .register({ name: 'db', check: slow('db'), maxAge: '1h' })
    .register({ name: 'cache', critical: false, check: slow('cache'), maxAge: '1h' })
  let arrived = 0
  const handle = health.handler()
  const server = createServer((request, response) => {
    handle(request, response)
    if (++arrived === 1_000) allThere.resolve()
  })
  await new Promise<void>((resolve) => void server.listen({ port: 0, host: '127.0.0.1', backlog: 1_024 }, resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

  const answers = await Promise.all(Array.from({ length: 1_000 }, async () => (await fetch(url)).status))

  expect(new Set(answers)).toEqual(new Set([200]))
  expect(runs).toEqual({ db: 1, cache: 1 })
})
