import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import type { Log } from '../../src/core/log.ts'
import { HealthChecker } from '../../src/health/health-checker.ts'
import type { HealthCheckDefinition } from '../../src/health/health-check.ts'

function never(): Promise<never> {
  return new Promise(() => {})
}

function makeChecker(options: { readonly log?: Log } = {}) {
  const clock = new ManualClock()
  const health = new HealthChecker({ clock, timeOfDay: () => new Date(1_700_000_000_000 + clock.now()), ...options })
  return { clock, health }
}

/** A log that keeps its lines. */
function keepingLog() {
  const lines: string[] = []
  const keep = (level: string) => (_: object, message: string) => void lines.push(`${level} ${message}`)
  return { lines, debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') }
}

/** A check that a test lets end as it likes, and that counts its calls. */
function controlledCheck() {
  const calls: PromiseWithResolvers<unknown>[] = []
  const check = (): Promise<unknown> => {
    const call = Promise.withResolvers<unknown>()
    calls.push(call)
    return call.promise
  }
  return { calls, check }
}

test('a check that resolves is healthy, with its latency, age and time', async () => {
  const { clock, health } = makeChecker()
  const { calls, check } = controlledCheck()
  health.register({ name: 'database', check })

  const report = health.checkHealth()
  await clock.advance(30)
  calls[0]?.resolve({ rows: 1 })

  expect(await report).toEqual({
    status: 'healthy',
    timestamp: '2023-11-14T22:13:20.030Z',
    checks: { database: { status: 'healthy', latencyMs: 30, ageMs: 0, critical: true } },
  })
})

test.each<[string, HealthCheckDefinition['check'], string, string | undefined]>([
  [
    'throws at once',
    () => {
      throw new Error('no route')
    },
    'unhealthy',
    'no route',
  ],
  ['rejects', () => Promise.reject(new Error('refused')), 'unhealthy', 'refused'],
  [
    'throws a text',
    () => {
      throw 'nope' as unknown
    },
    'unhealthy',
    'nope',
  ], // oxlint-disable-line no-throw-literal
  [
    'throws nothing',
    () => {
      throw undefined as unknown
    },
    'unhealthy',
    'failed without an error',
  ], // oxlint-disable-line no-throw-literal
  ['returns false', () => false, 'unhealthy', 'the check returned false'],
  ['says degraded', () => ({ status: 'degraded', message: 'lag 12 s' }), 'degraded', 'lag 12 s'],
  ['says unhealthy', () => ({ status: 'unhealthy', message: 'read only' }), 'unhealthy', 'read only'],
  ['says healthy', () => ({ status: 'healthy', message: '3 replicas' }), 'healthy', '3 replicas'],
  ['returns nothing', () => {}, 'healthy', undefined],
  ['returns rows', () => [{ status: 'shipped' }], 'healthy', undefined],
  ['returns an object with another status', () => ({ status: 200, message: 'OK' }), 'healthy', undefined],
])('a check that %s', async (_, check, status, message) => {
  const { health } = makeChecker()
  health.register({ name: 'it', check })

  const { checks } = await health.checkHealth()

  expect(checks['it']?.status).toBe(status)
  expect(checks['it']?.message).toBe(message)
})

test('a refused connection to localhost, an error without a message, is told by its parts', async () => {
  const { health } = makeChecker()
  const parts = [new Error('connect ECONNREFUSED ::1:5432'), new Error('connect ECONNREFUSED 127.0.0.1:5432')]
  health.register({ name: 'db', check: () => Promise.reject(new AggregateError(parts)) })

  const { checks } = await health.checkHealth()

  expect(checks['db']?.message).toBe('connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432')
})

test('credentials in the message of an error are hidden, and a long message is cut', async () => {
  const { health } = makeChecker()
  health
    .register({ name: 'db', check: () => Promise.reject(new Error('postgres://app:canary@db/x\n is away')) })
    .register({ name: 'long', check: () => Promise.reject(new Error('x'.repeat(10_000))) })

  const { checks } = await health.checkHealth()

  expect(checks['db']?.message).toBe('postgres://app:***@db/x is away')
  expect(checks['long']?.message).toHaveLength(501)
})

test('a check that takes too long fails at its limit, with its signal aborted, and holds up nobody', async () => {
  const { clock, health } = makeChecker()
  let signal: AbortSignal | undefined
  health.register({
    name: 'slow',
    timeout: '500ms',
    check: (context) => {
      signal = context.signal
      return never()
    },
  })
  health.register({ name: 'quick', check: () => {} })

  const report = health.checkHealth()
  await clock.advance(499)
  expect(signal?.aborted).toBe(false)
  await clock.advance(1)

  expect(signal?.aborted).toBe(true)
  expect((await report).checks).toMatchObject({
    slow: { status: 'unhealthy', message: 'no answer within 500ms', latencyMs: 500 },
    quick: { status: 'healthy', latencyMs: 0 },
  })
  expect(clock.pending).toBe(0)
})

test('a check without a limit of its own has that of the checker', async () => {
  const clock = new ManualClock()
  const health = new HealthChecker({ clock, defaultTimeout: 300 }).register({ name: 'slow', check: never })

  const report = health.checkHealth()
  await clock.advance(300)

  expect((await report).checks['slow']?.message).toBe('no answer within 300ms')
})

test('checks run in parallel: the whole takes as long as the slowest', async () => {
  const { clock, health } = makeChecker()
  for (const name of ['a', 'b', 'c']) health.register({ name, timeout: 1_000, check: never })

  const report = health.checkHealth()
  await clock.advance(1_000)

  expect(Object.values((await report).checks).map(({ latencyMs }) => latencyMs)).toEqual([1_000, 1_000, 1_000])
})

test('callers at the same time share one run', async () => {
  const { health } = makeChecker()
  const { calls, check } = controlledCheck()
  health.register({ name: 'db', check })

  const reports = Promise.all(Array.from({ length: 50 }, () => health.checkHealth()))
  await Promise.resolve()
  expect(calls).toHaveLength(1)
  calls[0]?.resolve(undefined)

  expect((await reports).every(({ status }) => status === 'healthy')).toBe(true)
  expect(calls).toHaveLength(1)
})

test('a check that has something new to say is run by its name, alone, and one that is not there is none', async () => {
  const { health } = makeChecker()
  let says = 'first'
  let others = 0
  health.register({ name: 'db', check: () => ({ status: 'degraded', message: says }) })
  health.register({ name: 'cache', check: () => void others++ })

  await health.refresh('db')
  expect(health.report().checks['db']).toMatchObject({ status: 'degraded', message: 'first' })
  says = 'second'
  await health.refresh('db')
  expect(health.report().checks['db']).toMatchObject({ message: 'second' })
  await health.refresh('none')
  expect(others).toBe(0)
})

test('a result is used again until it has reached its maximum age', async () => {
  const { clock, health } = makeChecker()
  let runs = 0
  health.register({ name: 'db', maxAge: 1_000, check: () => void runs++ })

  await health.checkHealth()
  await clock.advance(999)
  expect((await health.checkHealth()).checks['db']?.ageMs).toBe(999)
  expect(runs).toBe(1)
  await clock.advance(1)
  expect((await health.checkHealth()).checks['db']?.ageMs).toBe(0)
  expect(runs).toBe(2)
})

test('a check that hangs for ever is not called again until that call ends', async () => {
  const { clock, health } = makeChecker()
  const { calls, check } = controlledCheck()
  health.register({ name: 'db', timeout: 100, maxAge: 0, check })

  const first = health.checkHealth()
  await clock.advance(100)
  await first
  await clock.advance(11_900)
  const second = await health.checkHealth()

  expect(calls).toHaveLength(1)
  expect(second.checks['db']).toMatchObject({
    status: 'unhealthy',
    message: 'no answer for 12s, and not asked again until that call ends',
    latencyMs: 12_000,
  })

  calls[0]?.reject(new Error('too late'))
  await clock.advance(0)
  const third = health.checkHealth()
  await clock.advance(0)
  calls[1]?.resolve(undefined)

  expect((await third).checks['db']).toMatchObject({ status: 'healthy' })
  expect(calls).toHaveLength(2)
})

test('a failing optional check degrades, a failing critical one makes unhealthy', async () => {
  const { health } = makeChecker()
  const fail = (): never => {
    throw new Error('away')
  }
  health.register({ name: 'cache', critical: false, check: fail })
  expect((await health.checkHealth()).status).toBe('degraded')

  health.register({ name: 'db', check: fail })
  expect((await health.checkHealth()).status).toBe('unhealthy')
})

test('a group holds only its own checks, and liveness none at all', async () => {
  const { health } = makeChecker()
  health.register({ name: 'db', check: () => false })
  health.register({ name: 'migration', groups: ['startup'], check: () => {} })
  health.register({ name: 'both', groups: ['ready', 'startup'], check: () => {} })
  await health.checkHealth()

  expect(Object.keys(health.report('ready').checks)).toEqual(['db', 'both'])
  expect(Object.keys(health.report('startup').checks)).toEqual(['migration', 'both'])
  expect(health.report('startup').status).toBe('healthy')
  expect(health.report('live')).toMatchObject({ status: 'healthy', checks: {} })
  expect(health.report().status).toBe('unhealthy')
})

test('checking a group runs only the checks in it', async () => {
  const { health } = makeChecker()
  const ran: string[] = []
  health.register({ name: 'db', check: () => void ran.push('db') })
  health.register({ name: 'migration', groups: ['startup'], check: () => void ran.push('migration') })

  await health.checkHealth('startup')

  expect(ran).toEqual(['migration'])
})

test('asking for a report never runs a check', () => {
  const { health } = makeChecker()
  let runs = 0
  health.register({ name: 'db', check: () => void runs++ })

  health.report()
  health.report('ready')

  expect(runs).toBe(0)
})

test('before its first run a check is unknown, and nothing is ready, not even when the check is optional', async () => {
  const { clock, health } = makeChecker()
  const { calls, check } = controlledCheck()
  health.register({ name: 'cache', critical: false, check })
  const unknown = { status: 'unhealthy', checks: { cache: { status: 'unknown', message: 'has not run yet' } } }
  expect(health.report('ready')).toMatchObject(unknown)

  const started = health.start()
  await clock.advance(0)
  expect(health.report('ready')).toMatchObject(unknown)
  calls[0]?.resolve(undefined)
  await started

  expect(health.report('ready').status).toBe('healthy')
})

test('start resolves when every check has run once or timed out, however often it is called', async () => {
  const { clock, health } = makeChecker()
  let runs = 0
  health.register({ name: 'hangs', timeout: 2_000, check: never }).register({ name: 'quick', check: () => void runs++ })
  let isStarted = false

  const started = Promise.all([health.start(), health.start()]).then(() => (isStarted = true))
  await clock.advance(1_999)
  expect(isStarted).toBe(false)
  await clock.advance(1)
  await started

  expect(runs).toBe(1)
})

test('a started check is refreshed an interval after its last run ended', async () => {
  const { clock, health } = makeChecker()
  const { calls, check } = controlledCheck()
  health.register({ name: 'db', interval: '10s', check })
  const started = health.start()
  await clock.advance(100)
  calls[0]?.resolve(undefined)
  await started

  await clock.advance(9_999)
  expect(calls).toHaveLength(1)
  await clock.advance(1)
  expect(calls).toHaveLength(2)
})

test('a check that is not healthy is refreshed five times as often, until it counts as healthy again', async () => {
  const { clock, health } = makeChecker()
  const startsAt: number[] = []
  health.register({ name: 'db', interval: 10_000, check: () => startsAt.push(clock.now()) > 2 })
  await health.start()

  await clock.advance(20_000)

  expect(startsAt).toEqual([0, 2_000, 4_000, 6_000, 16_000])
})

test('a result that was not refreshed for three intervals and a timeout is unknown', async () => {
  const { clock, health } = makeChecker()
  health.register({ name: 'db', interval: 10_000, timeout: 2_000, check: () => {} })
  await health.start()
  health.stop()

  await clock.advance(32_000)
  expect(health.report().status).toBe('healthy')
  await clock.advance(1)

  expect(health.report()).toMatchObject({
    status: 'unhealthy',
    checks: { db: { status: 'unknown', message: 'last ran 32s ago' } },
  })
})

test('an optional check added later degrades until it has run, a critical one makes unready', async () => {
  const { clock, health } = makeChecker()
  await health.start()
  const optional = controlledCheck()
  health.register({ name: 'cache', critical: false, check: optional.check })
  expect(health.report('ready').status).toBe('degraded')
  optional.calls[0]?.resolve(undefined)
  await clock.advance(0)
  expect(health.report('ready').status).toBe('healthy')

  health.register({ name: 'db', check: never })

  expect(health.report('ready').status).toBe('unhealthy')
})

test('stop leaves no timer behind, and a later start begins anew', async () => {
  const { clock, health } = makeChecker()
  let runs = 0
  health.register({ name: 'db', check: () => void runs++ }).register({ name: 'hangs', check: never })
  const started = health.start()
  await clock.advance(2_000)
  await started
  health.stop()
  expect(clock.pending).toBe(0)
  await clock.advance(60_000)
  expect(runs).toBe(1)

  void health.start()
  await clock.advance(0)

  expect(runs).toBe(2)
})

test('stopping and starting while a check runs does not double its refresh', async () => {
  const { clock, health } = makeChecker()
  const { calls, check } = controlledCheck()
  health.register({ name: 'db', interval: 10_000, check })
  void health.start()
  await clock.advance(0)
  health.stop()
  const started = health.start()
  await clock.advance(0)
  for (const call of calls) call.resolve(undefined)
  await started
  await clock.advance(0)

  expect(clock.pending).toBe(1)
})

test('a check that is taken out is gone from the report at once, with its signal aborted and its result dropped', async () => {
  const log = keepingLog()
  const { clock, health } = makeChecker({ log })
  let signal: AbortSignal | undefined
  health.register({
    name: 'db',
    check: (context) => {
      signal = context.signal
      return never()
    },
  })
  const report = health.checkHealth()
  await clock.advance(0)

  expect(health.deregister('db')).toBe(true)
  await clock.advance(0)

  expect(signal?.aborted).toBe(true)
  expect((await report).checks).toEqual({})
  expect(health.deregister('db')).toBe(false)
  expect(clock.pending).toBe(0)
  expect(log.lines).toEqual([])
})

test('each change of a status is one line for the check and one for its group, and no other run is', async () => {
  const log = keepingLog()
  const { clock, health } = makeChecker()
  const answers = ['ok', 'ok', 'away', 'away', 'slow', 'ok', 'ok']
  health.register({
    name: 'db',
    interval: 100,
    fall: 1,
    rise: 1,
    check: () => {
      const answer = answers.shift()
      if (answer === 'away') throw new Error('refused')
      return answer === 'slow' ? { status: 'degraded', message: 'lag' } : undefined
    },
  })
  await health.start({ log })

  await clock.advance(400)

  expect(answers).toEqual([])
  expect(log.lines).toEqual([
    'warn Check "db" is unhealthy: refused',
    'warn Group "ready" is unhealthy: db',
    'warn Check "db" is degraded: lag',
    'warn Group "ready" is degraded: db',
    'info Check "db" is healthy again',
    'info Group "ready" is healthy again',
  ])
})

test('a name that is taken is refused', () => {
  const { health } = makeChecker()
  health.register({ name: 'db', check: () => {} })

  expect(() => health.register({ name: 'db', check: () => {} })).toThrow(
    expect.objectContaining({ code: 'SEA_HEALTH_DUPLICATE', message: 'There is already a health check called "db"' }),
  )
  health.deregister('db')
  expect(() => health.register({ name: 'db', check: () => {} })).not.toThrow()
})

test('a check that gives way to another counts as what it did until that has run, and the change is told once', async () => {
  const { clock, health } = makeChecker()
  const seen: string[] = []
  health.onTransition(({ name, from, to }) => seen.push(`${name}: ${from} → ${to}`))
  health.replace({ name: 'db', critical: false, check: () => ({ status: 'degraded', message: 'not there yet' }) })
  await Promise.all([health.start(), clock.advance(0)])
  seen.length = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  health.replace({ name: 'db', critical: true, check: () => promise })
  expect(health.report().checks).toMatchObject({ db: { status: 'degraded', critical: true } })
  resolve()
  await clock.advance(0)
  expect(health.report().checks).toMatchObject({ db: { status: 'healthy', critical: true } })
  expect(seen).toEqual(['db: degraded → healthy', 'ready: degraded → healthy'])
  expect(() => health.replace({ name: 'db', check: 1 as never })).toThrow(
    expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }),
  )
  health.stop()
})

test('a check can not be put into the liveness group, neither by its type nor at run time', () => {
  const { health } = makeChecker()

  expect(() =>
    health.register({
      name: 'db',
      // @ts-expect-error the type has no such group
      groups: ['live'],
      check: () => {},
    }),
  ).toThrow(
    expect.objectContaining({
      code: 'SEA_OPTIONS_INVALID',
      message:
        'health.register(), check "db": "groups" holds "live", but liveness takes no checks: a restart mends no dependency',
    }),
  )
})

test('every mistake in a definition is in one message', () => {
  const { health } = makeChecker()
  const wrong = { name: '', critical: 'yes', timeout: 0, groups: ['redy'], interval: '1ms', intervall: 1 }

  expect(() => health.register(wrong as unknown as HealthCheckDefinition)).toThrow(
    expect.objectContaining({
      code: 'SEA_OPTIONS_INVALID',
      message: [
        'health.register():',
        '  - "name" expected a non-empty text, got an empty text',
        '  - "check" is required',
        '  - "critical" expected true or false, got "yes"',
        '  - "timeout" is 0 ms, expected 1 to 600000 ms',
        '  - "interval" is 1 ms, expected 100 to 3600000 ms',
        '  - "groups" holds "redy", expected some of ready, startup. Did you mean "ready"?',
        '  - "intervall" is not an option. Did you mean "interval"?',
      ].join('\n'),
    }),
  )
})

test('a checker with an unknown option is refused', () => {
  expect(() => new HealthChecker({ defaultTimeot: 1 } as object)).toThrow(
    expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }),
  )
})

test('the wait for the next run of a check keeps no process alive', async () => {
  const clock = new ManualClock()
  const waits: unknown[] = []
  const health = new HealthChecker({
    clock: {
      now: () => clock.now(),
      schedule: (delayMs, callback, options) => {
        waits.push([delayMs, options?.keepAlive ?? true])
        return clock.schedule(delayMs, callback)
      },
    },
  }).register({ name: 'db', timeout: 500, check: () => {} })

  await health.start()
  health.stop()

  expect(waits).toEqual([
    [500, true], // the limit of a run, which is waited for
    [10_000, false],
  ])
})
