import { metrics } from '@opentelemetry/api'
import { InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { expect, onTestFinished, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { HealthChecker } from '../../src/health/health-checker.ts'
import type { HealthTransition } from '../../src/health/health-events.ts'

const START = Date.parse('2026-11-23T03:00:00Z')

interface Line {
  readonly level: string
  readonly fields: object
  readonly message: string
}

function makeChecker() {
  const clock = new ManualClock()
  const lines: Line[] = []
  const keep = (level: string) => (fields: object, message: string) => void lines.push({ level, fields, message })
  const log = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') }
  const health = new HealthChecker({
    clock,
    log,
    timeOfDay: () => new Date(START + clock.now()),
    groups: ['reports'],
  })
  const told: HealthTransition[] = []
  const unsubscribe = health.onTransition((transition) => void told.push(transition))
  onTestFinished(() => health.stop())
  return { clock, health, lines, told, unsubscribe }
}

/** A check whose answer a test decides, with its runs counted. */
function switchable() {
  const state = { isUp: true, runs: 0 }
  const check = (): void => {
    state.runs++
    if (!state.isUp) throw new Error('refused by postgres://app:canary@db/x')
  }
  return { state, check }
}

/** What the metrics say: a value for each instrument and its attributes. */
function observeMetrics() {
  const exporter = new InMemoryMetricExporter(1)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const provider = new MeterProvider({ readers: [reader] })
  metrics.setGlobalMeterProvider(provider)
  onTestFinished(async () => {
    metrics.disable()
    await provider.shutdown()
  })
  return async () => {
    const { resourceMetrics } = await reader.collect()
    const points = resourceMetrics.scopeMetrics.flatMap(({ metrics: all }) =>
      all.flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map((point) => [`${descriptor.name} ${JSON.stringify(point.attributes)}`, point.value] as const),
      ),
    )
    return Object.fromEntries(points)
  }
}

test('a failure counts after three in a row, is told once with the time of the first, and recovery after two', async () => {
  const { clock, health, lines, told } = makeChecker()
  const { state, check } = switchable()
  health.register({ name: 'db', check })
  await health.start()
  told.length = 0

  state.isUp = false
  await clock.advance(10_000) // the first failure, at 03:00:10
  expect(health.report('ready')).toMatchObject({
    status: 'healthy',
    checks: { db: { message: 'unhealthy, 1 of 3: refused by postgres://app:***@db/x' } },
  })
  await clock.advance(2_000)
  expect(health.report('ready').status).toBe('healthy')
  await clock.advance(2_000)
  expect(health.report('ready').status).toBe('unhealthy')
  await clock.advance(20_000) // ten more failures: nothing new

  const reason = 'refused by postgres://app:***@db/x'
  const change = { from: 'healthy', to: 'unhealthy', critical: true }
  expect(told).toEqual([
    { kind: 'check', name: 'db', ...change, since: '2026-11-23T03:00:10.000Z', lastedMs: 10_000, reason },
    { kind: 'group', name: 'ready', ...change, since: '2026-11-23T03:00:14.000Z', lastedMs: 14_000, reason: 'db' },
  ])
  expect(lines).toEqual([
    {
      level: 'warn',
      message: `Check "db" is unhealthy: ${reason}`,
      fields: expect.objectContaining({ event: 'health.check', since: '2026-11-23T03:00:10.000Z', reason }),
    },
    {
      level: 'warn',
      message: 'Group "ready" is unhealthy: db',
      fields: expect.objectContaining({ event: 'health.group', group: 'ready' }),
    },
  ])

  told.length = 0
  state.isUp = true
  await clock.advance(2_000)
  expect(health.report('ready')).toMatchObject({
    status: 'unhealthy',
    checks: { db: { message: 'healthy, 1 of 2' } },
  })
  await clock.advance(2_000)
  expect(health.report('ready')).toMatchObject({ status: 'healthy', checks: { db: { status: 'healthy' } } })
  await clock.advance(60_000)
  expect(told.map(({ kind, to, since }) => [kind, to, since])).toEqual([
    ['check', 'healthy', '2026-11-23T03:00:36.000Z'],
    ['group', 'healthy', '2026-11-23T03:00:38.000Z'],
  ])
})

test('a group names first the checks that make it what it is, whatever else is not well', async () => {
  const { clock, health, told } = makeChecker()
  const { state, check } = switchable()
  const away = (): never => {
    throw new Error('no collector')
  }
  health.register({ name: 'telemetry', critical: false, check: away }).register({ name: 'db', fall: 1, check })
  await health.start()

  state.isUp = false
  await clock.advance(10_000)
  expect(told.at(-1)).toMatchObject({ kind: 'group', to: 'unhealthy', reason: 'db, telemetry' })
  state.isUp = true
  await clock.advance(10_000)
  expect(told.at(-1)).toMatchObject({ kind: 'group', to: 'degraded', reason: 'telemetry' })
})

test('a single failure now and then is told nobody, and changes nothing', async () => {
  const { clock, health, lines, told } = makeChecker()
  let runs = 0
  health.register({ name: 'db', interval: 1_000, check: () => runs++ % 3 !== 1 })
  await health.start()
  told.length = 0

  await clock.advance(60_000)

  expect(runs).toBeGreaterThan(60)
  expect([told, lines]).toEqual([[], []])
})

test('the statuses and their changes are metrics, a change counted once, and no longer read when the checker is stopped', async () => {
  const read = observeMetrics()
  const { clock, health } = makeChecker()
  const { state, check } = switchable()
  health.register({ name: 'db', check }).register({ name: 'cache', critical: false, groups: ['reports'], check })
  await health.start()
  expect(await read()).toMatchObject({
    'seaworthy.health.status {"check":"db","critical":true}': 1,
    'seaworthy.health.group.status {"group":"reports"}': 1,
  })

  state.isUp = false
  await clock.advance(40_000)
  expect(await read()).toMatchObject({
    'seaworthy.health.status {"check":"db","critical":true}': 0,
    'seaworthy.health.status {"check":"cache","critical":false}': 0,
    'seaworthy.health.group.status {"group":"ready"}': 0,
    'seaworthy.health.group.status {"group":"startup"}': 1,
    'seaworthy.health.group.status {"group":"reports"}': 0.5,
    'seaworthy.health.transitions {"check":"db","from":"healthy","to":"unhealthy"}': 1,
    'seaworthy.health.transitions {"group":"ready","from":"healthy","to":"unhealthy"}': 1,
    'seaworthy.health.transitions {"group":"reports","from":"healthy","to":"degraded"}': 1,
  })

  health.stop()
  await clock.advance(100_000)
  // The stock SDK goes on to send the last value that it got; asked now, it would be unknown.
  expect(health.report().checks['db']?.status).toBe('unknown')
  expect(await read()).toMatchObject({ 'seaworthy.health.status {"check":"db","critical":true}': 0 })
})

test('a result that is too old is unknown in the metrics, too', async () => {
  const read = observeMetrics()
  const { clock, health } = makeChecker()
  const { calls, check } = { calls: [] as PromiseWithResolvers<void>[], check: () => calls.at(-1)?.promise }
  health.register({ name: 'db', interval: 100, timeout: 600_000, check })
  await health.start()
  calls.push(Promise.withResolvers<void>())

  await clock.advance(100) // begins a run that does not end
  expect(await read()).toMatchObject({ 'seaworthy.health.status {"check":"db","critical":true}': 1 })
  health.setThresholds({ checks: { db: { timeout: '1s' } } })
  await clock.advance(1_301)

  expect(await read()).toMatchObject({ 'seaworthy.health.status {"check":"db","critical":true}': -1 })
})

test('after a result that was too old the next one counts at once, and what is as it was told is not told again', async () => {
  const { clock, health, told } = makeChecker()
  const { state, check } = switchable()
  health.register({ name: 'db', check })
  await health.start()
  health.stop()
  await clock.advance(32_001)
  told.length = 0
  await health.start()
  expect(health.report().status).toBe('healthy')
  expect(told.filter(({ kind }) => kind === 'check')).toEqual([])

  health.stop()
  state.isUp = false
  await clock.advance(32_001)
  await health.start()

  expect(health.report().checks['db']?.status).toBe('unhealthy')
  expect(told.filter(({ kind }) => kind === 'check')).toMatchObject([{ from: 'healthy', to: 'unhealthy' }])
})

test('a checker that is started again shows its statuses again, each change counted once', async () => {
  const read = observeMetrics()
  const { clock, health } = makeChecker()
  const { state, check } = switchable()
  health.register({ name: 'db', fall: 1, check })
  await health.start()
  health.stop()
  await health.start()

  state.isUp = false
  await clock.advance(10_000)

  expect(await read()).toMatchObject({
    'seaworthy.health.status {"check":"db","critical":true}': 0,
    'seaworthy.health.transitions {"check":"db","from":"healthy","to":"unhealthy"}': 1,
  })
})

test('a listener that throws is logged and hurts neither the check nor the other listeners', async () => {
  const { health, lines, told } = makeChecker()
  health.onTransition(() => {
    throw new Error('listener')
  })
  const after: string[] = []
  health.onTransition(({ name }) => void after.push(name))
  health.onUpdate(() => {
    throw new Error('poster')
  })
  health.register({ name: 'db', check: () => {} })

  await health.start()

  expect(health.report('ready').status).toBe('healthy')
  expect(after).toEqual(told.map(({ name }) => name))
  expect(lines[0]?.message).toBe('A listener for changes of health threw')
})

test('a log that throws does not stop the refresh', async () => {
  const clock = new ManualClock()
  let runs = 0
  const fail = (): never => {
    throw new Error('disk full')
  }
  const health = new HealthChecker({ clock, log: { debug: fail, info: fail, warn: fail, error: fail } })
  health.register({ name: 'db', check: () => runs++ < 0 })
  await health.start()

  await clock.advance(2_000)

  expect(runs).toBe(2)
})

test('a time of day that throws does not stop the refresh', async () => {
  const clock = new ManualClock()
  let runs = 0
  const timeOfDay = (): never => {
    throw new Error('no time')
  }
  const health = new HealthChecker({ clock, timeOfDay }).register({ name: 'db', check: () => runs++ < 0 })
  await health.start()

  await clock.advance(2_000)

  expect(runs).toBe(2)
})

test('who has unsubscribed is told nothing more', async () => {
  const { health, told, unsubscribe } = makeChecker()
  health.register({ name: 'db', check: () => {} })
  unsubscribe()

  await health.start()

  expect(told).toEqual([])
})

test('a check that is added to a started checker and fails is told, with its group', async () => {
  const { clock, health, told } = makeChecker()
  await health.start()
  told.length = 0

  health.register({ name: 'db', check: () => false })
  await clock.advance(0)
  expect(told.map(({ kind, name, from, to }) => [kind, name, from, to])).toEqual([
    ['group', 'ready', 'healthy', 'unhealthy'],
    ['check', 'db', 'unknown', 'unhealthy'],
  ])

  health.deregister('db')
  expect(told.at(-1)).toMatchObject({ kind: 'group', name: 'ready', to: 'healthy' })
})

test('a listener that is async and fails is a line in the log, and no end of the process', async () => {
  const { health, lines } = makeChecker()
  const unheard: unknown[] = []
  const hear = (reason: unknown): void => void unheard.push(reason)
  process.on('unhandledRejection', hear)
  onTestFinished(() => void process.off('unhandledRejection', hear))
  // oxlint-disable-next-line typescript/no-misused-promises -- a mistake that is easily made is what is tested
  health.onTransition(async () => {
    await Promise.resolve()
    throw new Error('no pager')
  })
  health.register({ name: 'db', check: () => false })

  await health.start()
  await new Promise((resolve) => setImmediate(resolve))

  expect(unheard).toEqual([])
  expect(lines.filter(({ level }) => level === 'error')).toContainEqual(
    expect.objectContaining({ message: 'A listener for changes of health threw' }),
  )
})
