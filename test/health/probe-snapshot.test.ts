import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import type { LifecycleState } from '../../src/core/lifecycle-state.ts'
import { HealthChecker } from '../../src/health/health-checker.ts'
import type { HealthCheckDefinition } from '../../src/health/health-check.ts'
import { answerProbe, createProbeSource, PROBE_PATHS, type ProbeSnapshot } from '../../src/health/probe-snapshot.ts'
import type { ProbeRequest } from '../../src/health/probe-source.ts'

const DETAILS: ProbeRequest = { details: true, verbose: true }
const START = Date.parse('2026-11-23T03:00:00Z')

function makeProbes(...definitions: readonly HealthCheckDefinition<'reports'>[]) {
  const clock = new ManualClock()
  const life: { state: LifecycleState } = { state: 'ready' }
  const health = new HealthChecker({ clock, timeOfDay: () => new Date(START + clock.now()), groups: ['reports'] })
  for (const definition of definitions) health.register(definition)
  const source = createProbeSource({ health, state: () => life.state, author: { service: 'orders', version: '1.2.3' } })
  return { clock, health, life, source }
}

const failing: HealthCheckDefinition = {
  name: 'cache',
  critical: false,
  check: () => Promise.reject(new Error('away')),
}

test('a snapshot that was posted to another thread answers as the source does, whenever it is asked', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<LifecycleState>('created', 'starting', 'ready', 'draining', 'stopping', 'stopped', 'failed'),
      fc.integer({ min: 0, max: 60_000 }),
      fc.constantFrom(...PROBE_PATHS, '/healthz/reports', '/other'),
      fc.constantFrom(undefined, 'plain', 'json', 'health+json', 'nest', 'xml'),
      fc.boolean(),
      async (state, waitMs, path, format, details) => {
        const { clock, health, life, source } = makeProbes(
          failing,
          { name: 'db', groups: ['ready', 'startup'], check: () => {} },
          { name: 'warehouse', groups: ['reports'], check: () => ({ status: 'degraded', message: 'lag' }) },
        )
        life.state = state
        await health.start()
        health.stop()
        const posted: ProbeSnapshot = structuredClone(source.snapshot())
        await clock.advance(waitMs)

        const request = { details, verbose: true, format }
        expect(answerProbe(posted, health.moment(), path, request)).toEqual(source.answer(path, request))
      },
    ),
    { numRuns: 200 },
  )
})

test('a snapshot ages by itself: its results are unknown once they are too old, though nobody has posted another', async () => {
  const { clock, health, source } = makeProbes({ name: 'db', interval: 1_000, timeout: 500, check: () => {} })
  await health.start()
  const posted = structuredClone(source.snapshot())

  await clock.advance(3_500)
  expect(answerProbe(posted, health.moment(), '/readyz', DETAILS)?.status).toBe(200)
  await clock.advance(1)
  expect(answerProbe(posted, health.moment(), '/readyz', DETAILS)).toMatchObject({
    status: 503,
    body: '[?] db unknown (took 0ms, 3.5s ago): last ran 3.5s ago\nreadyz: unhealthy\n',
  })
  expect(source.answer('/readyz', DETAILS)?.status).toBe(200)
})

test('a clock that is behind makes a result fresh, not negative', async () => {
  const { clock, health, source } = makeProbes({ name: 'db', check: () => {} })
  await clock.advance(5_000)
  await health.start()

  const answer = answerProbe(source.snapshot(), { nowMs: 0, timeOfDayMs: START }, '/readyz', DETAILS)

  expect(answer?.body).toContain('(took 0ms, 0ms ago)')
})

test('the end of the start is in the snapshot and stays there, also when nobody asks the probe', async () => {
  let isMigrated = true
  const { clock, health, source } = makeProbes({
    name: 'migration',
    groups: ['startup'],
    fall: 1,
    check: () => isMigrated,
  })
  await health.start()
  expect(source.snapshot().hasStarted).toBe(true)
  isMigrated = false
  await clock.advance(10_000)

  const posted = source.snapshot()

  expect(posted.health.checks[0]?.status).toBe('unhealthy')
  expect(answerProbe(posted, health.moment(), '/startupz', DETAILS)?.status).toBe(200)
})

test('there is an update for every run, check and limit that changes what a snapshot says', async () => {
  const { clock, health } = makeProbes()
  let updates = 0
  const unsubscribe = health.onUpdate(() => void updates++)
  const since = (): number => {
    const count = updates
    updates = 0
    return count
  }

  health.register({ name: 'db', interval: 1_000, check: () => {} })
  expect(since()).toBe(1)
  await health.start()
  expect(since()).toBe(2) // the run, and the first round
  await clock.advance(3_000)
  expect(since()).toBe(3)
  health.setThresholds({ interval: '5s' })
  expect(since()).toBe(1)
  health.deregister('db')
  expect(since()).toBe(1)
  unsubscribe()
  health.register({ name: 'db', check: () => {} })
  expect(since()).toBe(0)
})

test('the form of terminus says what is up and what is down, and which of the two decides', async () => {
  const { clock, health, source } = makeProbes(failing, {
    name: 'db',
    check: () => ({ status: 'degraded', message: 'lag' }),
  })
  await health.start()
  await clock.advance(1_500)
  const answer = source.answer('/healthz?format=nest', { details: true, verbose: false })
  const db = { status: 'up', health: 'degraded', critical: true, message: 'lag', responseTime: 0, ageMs: 1_500 }
  const cache = { status: 'down', health: 'unhealthy', critical: false, message: 'away', responseTime: 0, ageMs: 1_500 }

  expect(answer).toMatchObject({ status: 200, contentType: 'application/json' })
  expect(JSON.parse(answer?.body ?? '')).toEqual({
    status: 'ok',
    info: { db },
    error: { cache },
    details: { cache, db },
  })
})

test.each<[LifecycleState, string, number, string]>([
  ['ready', '/readyz', 200, 'ok'],
  ['starting', '/readyz', 503, 'error'],
  ['draining', '/readyz', 503, 'shutting_down'],
  ['stopping', '/healthz', 200, 'shutting_down'],
  ['draining', '/livez', 200, 'ok'],
  ['draining', '/startupz', 200, 'ok'],
  ['failed', '/healthz', 503, 'error'],
])(
  'in the form of terminus, %s at %s is %i and "%s", and names nothing to the public',
  async (state, path, status, word) => {
    const { health, life, source } = makeProbes({ name: 'db', check: () => {} })
    await health.start()
    life.state = state

    expect(source.answer(path, { details: false, verbose: true, format: 'nest' })).toMatchObject({
      status,
      body: `{"status":"${word}","info":{},"error":{},"details":{}}`,
    })
  },
)

test.each([
  ['plain', 'application/json', 'text/plain; charset=utf-8'],
  ['json', undefined, 'application/json'],
  ['health+json', 'text/html', 'application/health+json'],
  ['health%2Bjson', 'text/html', 'application/health+json'],
  ['nest', 'application/health+json', 'application/json'],
  ['xml', 'application/health+json', 'application/health+json'],
  ['', undefined, 'text/plain; charset=utf-8'],
])('?format=%s goes before an accept of %j: %s', async (format, accept, contentType) => {
  const { health, source } = makeProbes()
  await health.start()

  const answer = source.answer(`/readyz?x=1&format=${format}`, { details: false, verbose: false, accept })

  expect(answer?.contentType).toBe(contentType)
})

test('who accepts JSON with the profile "nest" gets the form of terminus', async () => {
  const { health, source } = makeProbes()
  await health.start()
  const accept = 'application/json; profile="nest"'

  expect(source.answer('/readyz', { details: false, verbose: false, accept })?.body).toMatch(/^\{"status":"ok","info"/)
})
