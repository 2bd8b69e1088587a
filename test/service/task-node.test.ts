import { ManualClock, startReceiver } from 'seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { gate, quietService } from './open-service.ts'

const run = async (): Promise<void> => {}

describe('the supervision of a task is checked where it is declared', () => {
  test.each([
    [{ restart: 'always' }, '"restart" is "always", expected one of permanent, transient, temporary'],
    [{ maxRestarts: -1 }, '"maxRestarts" is -1, expected 0 to 1000'],
    [{ maxRestarts: 1.5 }, '"maxRestarts" expected a whole number'],
    [{ restartsWithin: 'soon' }, '"restartsWithin" is "soon"'],
    [{ backoff: { initial: '2h' } }, '"backoff": "initial" is 7200000 ms'],
    [{ backoff: { random: 1 } }, '"backoff": "random" expected a function'],
    [{ backoff: { inital: 1 } }, '"backoff": "inital" is not an option. Did you mean "initial"?'],
    [
      { maxRestarts: 10, backoff: { max: '30s' } },
      '"backoff": what fails at once would be restarted for ever: 10 restarts can take 3m1s, and only those within 1m count; lower "max" or "initial"',
    ],
    [{ backoff: { initial: '20s' } }, '3 restarts can take 1m, and only those within 1m count'],
    [
      { group: { name: 'x', maxRestarts: 1, restartsWithin: '1s' }, backoff: { initial: '1s' } },
      '1 restart can take 1s,',
    ],
    [{ stableAfter: -1 }, '"stableAfter" is -1'],
    [{ stallAfter: 0 }, '"stallAfter" is 0 ms'],
    [{ every: '25d' }, '"every" is'],
    [{ every: '1s', restart: 'permanent' }, '"every" can’t be given together with restart: "permanent"'],
    [{ abortTimeout: 0 }, '"abortTimeout" is 0 ms'],
    [{ overlap: 'yes' }, '"overlap" expected true or false'],
    [{ group: { name: '' } }, '"group": "name" expected a non-empty text'],
    [{ group: { name: 'x', strategy: 'one-for-all' } }, '"group": "strategy" is "one-for-all"'],
    [{ group: { name: 'x' }, maxRestarts: 3 }, '"maxRestarts" belongs to the group here: write "group.maxRestarts"'],
    [{ restarts: 3 }, '"restarts" is not an option'],
  ])('%j', (options, message) => {
    const service = quietService()
    expect(() => service.task('relay', { run, ...options } as never)).toThrow(message)
  })

  test.each([
    { backoff: { initial: '19999ms' } },
    { maxRestarts: 0, backoff: { initial: '1h' } },
    { maxRestarts: 1_000, restartsWithin: 1 },
    { backoff: { initial: 0, max: 0 } },
  ])('as long as the waits leave room for all restarts in the window: %j', (options) => {
    expect(() => quietService().task('relay', { run, ...options })).not.toThrow()
  })

  test('a group means the same to all of its tasks', () => {
    const service = quietService()
    service.task('a', { run, group: { name: 'mail', strategy: 'rest-for-one' } })
    expect(() => service.task('b', { run, group: { name: 'mail' } })).toThrow(
      '"group" is another than the group "mail" of a task before; pass the same object to both',
    )
    service.task('c', { run, group: { name: 'mail', strategy: 'rest-for-one' } })
  })

  test.each(['runNumber', 'progress'])('a need of a task cannot be called %s', (name) => {
    const service = quietService()
    const db = service.resource('db', { start: () => 1 })
    expect(() => service.task('relay', { run, needs: { [name]: db } })).toThrow('a name that the context uses itself')
    service.resource('pool', { start: () => 1, needs: { [name]: db } })
  })
})

test('a run gets the values of its needs, the configuration, its number, a signal and a log of its own', async () => {
  const seen: unknown[] = []
  const done = gate()
  const service = quietService()
  const db = service.resource('db', { start: () => 'the pool' })
  service.task('relay', {
    needs: { db },
    backoff: { initial: 0 },
    async run({ db: pool, runNumber, log, signal }) {
      seen.push([pool, runNumber, log.bindings(), signal.aborted])
      if (runNumber === 1) throw new Error('broken')
      done.resolve()
    },
  })
  await service.start()
  await done.promise
  await service.stop()
  expect(seen).toEqual([
    ['the pool', 1, expect.objectContaining({ component: 'relay', run: 1 }), false],
    ['the pool', 2, expect.objectContaining({ component: 'relay', run: 2 }), false],
  ])
})

test.each([
  [3, '60s'],
  [10, '60s'],
  [1_000, '60s'],
  [1, '100ms'],
])('what fails at once ends the service, without luck, with %i restarts in %s', async (maxRestarts, restartsWithin) => {
  const clock = new ManualClock()
  const service = quietService({ clock })
  let runs = 0
  service.task('relay', {
    maxRestarts,
    restartsWithin,
    backoff: { random: () => 1 },
    run: async () => {
      runs++
      throw new Error('broken')
    },
  })
  service.start().catch(() => {})
  for (let turn = 0; turn < 3_000 && service.state !== 'stopped'; turn++) await clock.advance(100)
  expect({ runs, state: service.state }).toEqual({ runs: maxRestarts + 1, state: 'stopped' })
})

test('a service is degraded, and ready, while a task waits for its restart, and says so no more once it runs', async () => {
  const clock = new ManualClock()
  const service = quietService({ clock, admin: { port: 0, host: '127.0.0.1' } })
  let runs = 0
  service.task('relay', {
    backoff: { initial: '10s', random: () => 0.5 },
    run: async () => {
      if (++runs === 1) throw new Error('no route')
    },
  })
  const started = service.start()
  while (service.state !== 'ready') await clock.advance(0)
  await started
  await clock.advance(0)
  const expected = {
    status: 'degraded',
    checks: { 'task:relay': { status: 'degraded', message: 'failed and waits for its restart: no route' } },
  }
  expect(service.health.report('ready')).toMatchObject(expected)
  expect((await fetch(`${service.adminAddress?.url}/readyz`)).status).toBe(200)
  await clock.advance(4_999)
  expect(service.health.report('ready')).toMatchObject(expected)
  await clock.advance(1)
  expect(runs).toBe(2)
  expect(service.health.report('ready')).toMatchObject({ status: 'healthy', checks: {} })
  await service.stop()
})

test('of a message that is longer than anybody reads, the begin is told', async () => {
  const clock = new ManualClock()
  const service = quietService({ clock })
  const longRun = (): Promise<never> => Promise.reject(new Error('x'.repeat(1_000_000)))
  service.task('relay', { maxRestarts: 1, backoff: { initial: 0 }, run: longRun })
  service.start().catch(() => {})
  for (let turn = 0; turn < 1_000 && service.state !== 'stopped'; turn++) await clock.advance(100)
  const { reason } = await service.stop()
  const end = `The last error: ${'x'.repeat(500)}…`
  expect(reason).toMatchObject({ error: { message: expect.stringMatching(new RegExp(`${end}$`)) } })
})

test('telemetry that throws costs a run nothing', async () => {
  await using receiver = await startReceiver()
  const seen: number[] = []
  const done = gate()
  const service = quietService({
    env: { ...receiver.environment() },
    telemetry: {
      spanProcessors: [
        {
          onStart() {
            throw new Error('a broken processor')
          },
          onEnd() {
            throw new Error('a broken processor')
          },
          forceFlush: async () => {},
          shutdown: async () => {},
        },
      ],
    },
  })
  service.task('relay', {
    backoff: { initial: 0 },
    async run({ runNumber }) {
      seen.push(runNumber)
      if (runNumber < 3) throw new Error('broken')
      done.resolve()
    },
  })
  await service.start()
  await done.promise
  await service.stop()
  expect(seen).toEqual([1, 2, 3])
})
