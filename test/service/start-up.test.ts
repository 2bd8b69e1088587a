import { createService, type Eventual, type Handle, type Service } from 'seaworthy'
import { beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { refused, unauthorised } from '../recovery/start-up/wait-for.ts'
import { gate, quiet, quietService } from './open-service.ts'

const backoff = { random: () => 0.5 }

// What waits is loaded when it is needed, which takes time on no clock of ours.
beforeAll(() => import('../../src/service/start-up-wait.ts'))

/** A service on a clock that stands still, with its admin port. */
function waiting(): { readonly service: Service; readonly clock: ManualClock } {
  const clock = new ManualClock()
  return { clock, service: quietService({ clock, admin: { port: 0, host: '127.0.0.1' } }) }
}

/** Moves the clock in small steps until `isSo`; loading what waits takes turns of the event loop, and no time. */
async function until(clock: ManualClock, isSo: () => boolean, stepMs = 0): Promise<void> {
  while (!isSo()) await clock.advance(stepMs)
}

const probe = async (service: Service, path: string): Promise<[number, string]> => {
  const answer = await fetch(`${service.adminAddress?.url}${path}`, { headers: { connection: 'close' } })
  return [answer.status, await answer.text()]
}

describe('how a component comes up is checked where it is declared', () => {
  test.each([
    [{ policy: 'optional' }, '"startup": "policy" is "optional", expected one of required, degraded'],
    [{ retry: 'yes' }, '"startup": "retry" expected true or false'],
    [{ policy: 'degraded', retry: false }, '"retry" is false, but what is "degraded" comes only if it is tried again'],
    [{ backoff: { initial: 0 } }, '"backoff": "initial" is 0 ms'],
    [{ backoff: { max: '2h' } }, '"backoff": "max" is 7200000 ms'],
    [{ backoff: { maximum: 1 } }, '"backoff": "maximum" is not an option'],
    [{ attemptTimeout: 0 }, '"attemptTimeout" is 0 ms'],
    [{ deadline: 1 }, '"startup": "deadline" is not an option'],
    ['degraded', '"startup": expected an object of options'],
  ])('%j', (startup, message) => {
    const service = quietService()
    expect(() => service.resource('db', { start: () => 1, startup: startup as never })).toThrow(message)
    expect(() => service.consumer('mail', { start: () => 1, pause: () => {}, startup: startup as never })).toThrow(
      message,
    )
  })

  test('what needs a component that is not waited for gets an Eventual, by its type, too', () => {
    const service = createService(quiet())
    const required = service.resource('a', { start: () => 7 })
    expectTypeOf(required).toEqualTypeOf<Handle<number>>()
    expectTypeOf(service.resource('b', { start: () => 7, startup: { retry: false } })).toEqualTypeOf<Handle<number>>()
    const degraded = service.resource('c', { start: async () => 'pool', startup: { policy: 'degraded' } })
    expectTypeOf(degraded).toEqualTypeOf<Handle<Eventual<string>>>()
    const consumer = service.consumer('d', { start: () => 1n, pause: () => {}, startup: { policy: 'degraded' } })
    expectTypeOf(consumer).toEqualTypeOf<Handle<Eventual<bigint>>>()
    service.resource('e', {
      needs: { required, degraded },
      start({ required: number, degraded: pool }) {
        expectTypeOf(number).toEqualTypeOf<number>()
        expectTypeOf(pool.value).toEqualTypeOf<string | undefined>()
        expectTypeOf(pool.require()).toEqualTypeOf<string>()
        expectTypeOf(pool.ready).toEqualTypeOf<Promise<string>>()
      },
    })
  })
})

describe('a resource that is required', () => {
  test('is waited for when it is not there yet, the startup probe says no and why, and what needs it starts then', async () => {
    const { clock, service } = waiting()
    const events: string[] = []
    const db = service.resource('database', {
      startup: { backoff },
      start() {
        events.push(`dial at ${clock.now()}`)
        if (clock.now() < 12_000) throw refused()
        return 'pool'
      },
      check: () => {},
    })
    service.resource('repository', {
      needs: { db },
      start: ({ db: pool }) => void events.push(`repository on ${pool}`),
    })
    const started = service.start()
    await until(clock, () => Object.keys(service.health.report().checks).length > 0)
    expect(await probe(service, '/startupz')).toEqual([503, 'not started: starting'])
    const [status, told] = await probe(service, '/startupz?verbose')
    expect(status).toBe(503)
    expect(told).toContain('[-] database unhealthy')
    expect(told).toContain('not there yet: connect ECONNREFUSED 127.0.0.1:5432')
    expect((await probe(service, '/livez'))[0]).toBe(200)
    await until(clock, () => service.state === 'ready', 100)
    await started
    expect(events).toEqual([
      ...[0, 100, 300, 700, 1500, 3100, 5600, 8100, 10_600, 13_100].map((at) => `dial at ${at}`),
      'repository on pool',
    ])
    expect(service.health.report('ready')).toMatchObject({
      status: 'healthy',
      checks: { database: { status: 'healthy', critical: true } },
    })
    expect(service.health.report('startup').checks).toEqual({})
    expect((await probe(service, '/startupz'))[0]).toBe(200)
    await service.stop()
  })

  test('fails the start when it has not come in its time, with what it was tried for', async () => {
    const { clock, service } = waiting()
    service.resource('database', {
      startTimeout: '10s',
      startup: { backoff },
      start: () => Promise.reject(refused()),
    })
    const started = service.start().catch((error: unknown) => error)
    await until(clock, () => service.state === 'failed', 100)
    expect(await started).toMatchObject({
      code: 'SEA_START_FAILED',
      message:
        '"database" did not start: it has not come within 8.1s (8 attempts, the last failure: connect ECONNREFUSED 127.0.0.1:5432)',
      cause: { code: 'SEA_START_TIMED_OUT', cause: { code: 'ECONNREFUSED' } },
    })
    expect(clock.pending).toBe(0)
  })

  test('whose last attempt hangs until the end of its time is named with the failures before', async () => {
    const { clock, service } = waiting()
    let attempts = 0
    service.resource('database', {
      startTimeout: '10s',
      startup: { backoff },
      start: ({ signal }) =>
        ++attempts === 1
          ? Promise.reject(refused())
          : new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    })
    const started = service.start().catch((error: unknown) => error)
    await until(clock, () => service.state === 'failed', 100)
    expect(await started).toMatchObject({
      code: 'SEA_START_TIMED_OUT',
      message:
        '"database" did not start within its start deadline (10s): 2 attempts, the last failure: connect ECONNREFUSED 127.0.0.1:5432',
    })
  })

  test.each([
    ['what can not pass', { start: () => Promise.reject(unauthorised()) }, 'password authentication failed'],
    [
      'what may not be tried again',
      { start: () => Promise.reject(refused()), startup: { retry: false } },
      'connect ECONNREFUSED 127.0.0.1:5432',
    ],
  ])('fails the start at once for %s', async (_what, definition, message) => {
    const { service } = waiting()
    service.resource('database', definition)
    await expect(service.start()).rejects.toMatchObject({
      code: 'SEA_START_FAILED',
      message: `"database" did not start: ${message}`,
    })
  })

  test('and is waited for ends with a shutdown, at once', async () => {
    const { clock, service } = waiting()
    let dials = 0
    service.resource('database', {
      startup: { backoff },
      start() {
        dials += 1
        throw refused()
      },
    })
    const started = service.start().catch((error: unknown) => error)
    await until(clock, () => dials === 4, 50)
    const stopped = service.stop()
    await clock.advance(0)
    await until(clock, () => service.state === 'stopped' || service.state === 'failed')
    expect(await stopped).toMatchObject({ clean: true, tookMs: 0 })
    expect(await started).toMatchObject({ code: 'SEA_START_INTERRUPTED' })
    expect({ dials, pending: clock.pending }).toEqual({ dials: 4, pending: 0 })
  })

  test('and comes up after the shutdown has begun is stopped', async () => {
    const { clock, service } = waiting()
    const connected = gate()
    const events: string[] = []
    let dials = 0
    service.resource('database', {
      startup: { backoff },
      async start() {
        if (++dials === 1) throw refused()
        await connected.promise
        events.push('up')
        return 'pool'
      },
      stop: (pool) => void events.push(`${pool} closed`),
    })
    void service.start().catch(() => {})
    await until(clock, () => dials === 2, 50)
    const stopped = service.stop()
    await clock.advance(100)
    connected.resolve()
    await until(clock, () => service.state === 'stopped' || service.state === 'failed')
    await stopped
    expect(events).toEqual(['up', 'pool closed'])
  })
})

describe('a resource without which the service is only degraded', () => {
  test('is not waited for longer than its patience, is tried on, and is used when it comes', async () => {
    const { clock, service } = waiting()
    const events: string[] = []
    const cache = service.resource('cache', {
      startup: { policy: 'degraded', backoff },
      start() {
        if (clock.now() < 60_000) throw refused()
        return 'client'
      },
      check: () => {},
      stop: (client) => void events.push(`${client} closed`),
    })
    let seen: Eventual<string> | undefined
    service.resource('api', {
      needs: { cache },
      start: ({ cache: eventual }) => {
        seen = eventual
        void eventual.ready.then((client) => events.push(`${client} has come`))
      },
    })
    const started = service.start()
    await until(clock, () => service.state === 'ready', 100)
    await started
    expect(clock.now()).toBeGreaterThanOrEqual(5_000)
    expect(clock.now()).toBeLessThan(6_000)
    expect(seen?.value).toBeUndefined()
    expect(() => seen?.require()).toThrow(expect.objectContaining({ code: 'SEA_RESOURCE_ABSENT', statusCode: 503 }))
    expect(service.health.report('ready')).toMatchObject({
      status: 'degraded',
      checks: {
        cache: { status: 'degraded', critical: false, message: 'not there yet: connect ECONNREFUSED 127.0.0.1:5432' },
      },
    })
    expect(await probe(service, '/readyz')).toEqual([200, 'degraded'])
    await until(clock, () => events.length > 0, 100)
    await clock.advance(0)
    expect(clock.now()).toBeLessThan(66_000)
    expect([seen?.value, seen?.require()]).toEqual(['client', 'client'])
    expect(service.health.report('ready')).toMatchObject({
      status: 'healthy',
      checks: { cache: { status: 'healthy', critical: false } },
    })
    expect(await service.stop()).toMatchObject({ clean: true })
    expect(events).toEqual(['client has come', 'client closed'])
  })

  test('that is critical none the less is told of once when it comes: readiness does not fail on the way', async () => {
    const { clock, service } = waiting()
    const seen: string[] = []
    service.health.onTransition(({ name, from, to }) => seen.push(`${name}: ${from} → ${to}`))
    service.resource('cache', {
      startup: { policy: 'degraded', backoff },
      critical: true,
      start() {
        if (clock.now() < 60_000) throw refused()
        return 'client'
      },
      check: () => {},
    })
    const started = service.start()
    await until(clock, () => service.state === 'ready', 100)
    await started
    seen.length = 0
    await until(clock, () => service.health.report('ready').status === 'healthy', 100)
    expect(seen).toEqual(['cache: degraded → healthy', 'ready: degraded → healthy'])
    expect(service.health.report('ready').checks).toMatchObject({ cache: { critical: true } })
    await service.stop()
  })

  test('without a check of its own, or with the name of somebody else’s, leaves what others registered as it is', async () => {
    const { clock, service } = waiting()
    service.resource('late', {
      startup: { policy: 'degraded', backoff },
      start() {
        if (clock.now() < 60_000) throw refused()
        return 'client'
      },
    })
    service.resource('unchecked', { start: () => 'client' })
    service.health.register({ name: 'unchecked', check: () => {} })
    const started = service.start()
    await until(clock, () => service.state === 'ready', 100)
    await started
    expect(Object.keys(service.health.report('ready').checks)).toEqual(expect.arrayContaining(['late', 'unchecked']))
    await until(clock, () => service.health.report('ready').status === 'healthy', 100)
    expect(Object.keys(service.health.report('ready').checks)).not.toContain('late')
    expect(Object.keys(service.health.report('ready').checks)).toContain('unchecked')
    await service.stop()
  })

  test('costs the start nothing when it is there', async () => {
    const { clock, service } = waiting()
    service.resource('cache', { startup: { policy: 'degraded' }, start: () => 'client', check: () => {} })
    const started = service.start()
    await until(clock, () => service.state === 'ready')
    await started
    expect({ now: clock.now(), status: service.health.report('ready').status }).toEqual({ now: 0, status: 'healthy' })
    await service.stop()
  })

  test('fails the start all the same when it never can come', async () => {
    const { service } = waiting()
    service.resource('cache', { startup: { policy: 'degraded' }, start: () => Promise.reject(unauthorised()) })
    await expect(service.start()).rejects.toMatchObject({
      message: '"cache" did not start: password authentication failed',
    })
  })

  test('leaves time for the others: at most half of what is left of the whole start', async () => {
    const clock = new ManualClock()
    const service = quietService({ clock, admin: false, startTimeout: '4s' })
    const cache = service.resource('cache', {
      startup: { policy: 'degraded', backoff },
      startTimeout: '1h',
      start: () => Promise.reject(refused()),
    })
    service.resource('api', { needs: { cache }, start: () => {} })
    void service.start()
    await until(clock, () => service.state === 'ready', 100)
    expect(clock.now()).toBe(2_000)
    await service.stop()
  })

  test('is not tried any more once a shutdown is announced, and nothing is stopped that is not there', async () => {
    const { clock, service } = waiting()
    let dials = 0
    let stops = 0
    const cache = service.resource('cache', {
      startup: { policy: 'degraded', backoff },
      start() {
        dials += 1
        throw refused()
      },
      stop: () => void (stops += 1),
    })
    // One that waits for it has not failed when the wait ends with the service.
    service.task('warm-up', { needs: { cache }, run: ({ cache: eventual }) => eventual.ready })
    void service.start()
    await until(clock, () => service.state === 'ready', 100)
    await clock.advance(60_000)
    const before = dials
    const stopped = service.stop()
    await until(clock, () => service.state === 'stopped', 100)
    expect(await stopped).toMatchObject({ clean: true })
    await clock.advance(60_000)
    expect({ dials, stops, pending: clock.pending }).toEqual({ dials: before, stops: 0, pending: 0 })
  })

  test('that comes up while the service stops is closed, and nobody gets it', async () => {
    const { clock, service } = waiting()
    const connected = gate()
    const events: string[] = []
    const cache = service.resource('cache', {
      startup: { policy: 'degraded', backoff },
      async start() {
        await connected.promise
        return 'client'
      },
      stop: (client) => void events.push(`${client} closed`),
    })
    service.resource('api', {
      needs: { cache },
      start: ({ cache: eventual }) => {
        eventual.ready.catch((error: unknown) => events.push((error as Error).message))
      },
    })
    void service.start()
    await until(clock, () => service.state === 'ready', 100)
    const stopped = service.stop()
    await clock.advance(100)
    connected.resolve()
    await until(clock, () => service.state === 'stopped', 1)
    expect(await stopped).toMatchObject({ clean: true })
    expect(events).toEqual(['"cache" has not come before the service ended', 'client closed'])
  })
})

describe('a consumer', () => {
  const consumer = (clock: ManualClock, events: string[], upAt: number) => ({
    startup: { policy: 'degraded', backoff } as const,
    start() {
      if (clock.now() < upAt) throw refused()
      return 'subscription'
    },
    pause: (each: string) => void events.push(`${each} paused`),
    giveBack: (each: string) => void events.push(`${each} gives back`),
    stop: (each: string) => void events.push(`${each} closed`),
  })

  test('whose broker comes later takes work from then on, and is paused and closed as any other', async () => {
    const { clock, service } = waiting()
    const events: string[] = []
    service.consumer('mail', consumer(clock, events, 30_000))
    void service.start()
    await until(clock, () => service.state === 'ready', 100)
    expect(service.health.report('ready').status).toBe('degraded')
    await clock.advance(30_000)
    expect(service.health.report('ready').status).toBe('healthy')
    const stopped = service.stop()
    await until(clock, () => service.state === 'stopped', 100)
    expect(await stopped).toMatchObject({ clean: true })
    expect(events).toEqual(['subscription paused', 'subscription closed'])
  })

  test('whose broker never comes holds up no shutdown', async () => {
    const { clock, service } = waiting()
    const events: string[] = []
    service.consumer('mail', consumer(clock, events, Number.POSITIVE_INFINITY))
    void service.start()
    await until(clock, () => service.state === 'ready', 100)
    const before = clock.now()
    const stopped = service.stop()
    await until(clock, () => service.state === 'stopped')
    expect(await stopped).toMatchObject({ clean: true })
    expect({ events, tookMs: clock.now() - before }).toEqual({ events: [], tookMs: 0 })
  })
})
