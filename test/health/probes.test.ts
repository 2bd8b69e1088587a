import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import type { LifecycleState } from '../../src/core/lifecycle-state.ts'
import { HealthChecker } from '../../src/health/health-checker.ts'
import type { HealthCheckDefinition } from '../../src/health/health-check.ts'
import { createProbeSource, PROBE_PATHS } from '../../src/health/probe-snapshot.ts'
import type { ProbeRequest } from '../../src/health/probe-source.ts'

const STATES = [
  'created',
  'starting',
  'ready',
  'draining',
  'stopping',
  'stopped',
  'failed',
] as const satisfies LifecycleState[]
const PUBLIC: ProbeRequest = { details: false, verbose: false }
const DETAILS: ProbeRequest = { details: true, verbose: true }

async function makeProbes(state: LifecycleState, ...definitions: readonly HealthCheckDefinition[]) {
  const clock = new ManualClock()
  const health = new HealthChecker({ clock, timeOfDay: () => new Date(1_700_000_000_000 + clock.now()) })
  for (const definition of definitions) health.register(definition)
  await health.start()
  const life = { state }
  const source = createProbeSource({
    health,
    state: () => life.state,
    author: { service: 'orders', version: '1.2.3' },
  })
  return { clock, health, life, source, ask: (path: string, request = PUBLIC) => source.answer(path, request) }
}

const healthy: HealthCheckDefinition = { name: 'db', check: () => {} }
const failing: HealthCheckDefinition = { name: 'db', check: () => Promise.reject(new Error('connect 10.0.0.7:5432')) }
const optionalFailing: HealthCheckDefinition = { ...failing, name: 'cache', critical: false }

test.each(STATES)('liveness is 200 in the state %s, whatever the checks say', async (state) => {
  const { ask } = await makeProbes(state, failing)

  expect(ask('/livez')).toMatchObject({ status: 200, body: 'ok' })
})

test.each(STATES)('readiness in the state %s is 200 only when that is "ready"', async (state) => {
  const { ask } = await makeProbes(state, healthy)

  expect(ask('/readyz')).toMatchObject(
    state === 'ready' ? { status: 200, body: 'ok' } : { status: 503, body: `not ready: ${state}` },
  )
})

test('readiness is 503 when a critical check fails, and 200 when an optional one does', async () => {
  expect((await makeProbes('ready', failing)).ask('/readyz')).toMatchObject({ status: 503, body: 'unhealthy' })
  expect((await makeProbes('ready', optionalFailing)).ask('/readyz')).toMatchObject({ status: 200, body: 'degraded' })
})

test('readiness does not look at checks of the startup group', async () => {
  const { ask } = await makeProbes('ready', { ...failing, groups: ['startup'] })

  expect(ask('/readyz')).toMatchObject({ status: 200, body: 'ok' })
})

test.each(STATES)('startup in the state %s', async (state) => {
  const { ask } = await makeProbes(state, failing)
  const isOver = ['ready', 'draining', 'stopping', 'stopped'].includes(state)

  expect(ask('/startupz')).toMatchObject(
    isOver ? { status: 200, body: 'ok' } : { status: 503, body: `not started: ${state}` },
  )
})

test('startup waits for the checks of its group, and once it has succeeded it stays so', async () => {
  let isMigrated = false
  const { clock, ask } = await makeProbes('ready', {
    name: 'migration',
    groups: ['startup'],
    rise: 1,
    check: () => isMigrated,
  })
  expect(ask('/startupz')).toMatchObject({ status: 503, body: 'unhealthy' })

  isMigrated = true
  await clock.advance(2_000)
  expect(ask('/startupz')).toMatchObject({ status: 200, body: 'ok' })
  isMigrated = false
  await clock.advance(20_000)

  expect(ask('/startupz')).toMatchObject({ status: 200, body: 'ok' })
})

test('the summary is 503 only when unhealthy or failed, and names the state when that is not "ready"', async () => {
  expect((await makeProbes('ready', healthy)).ask('/healthz')).toMatchObject({ status: 200, body: 'ok' })
  expect((await makeProbes('draining', healthy)).ask('/healthz')).toMatchObject({ status: 200, body: 'ok: draining' })
  expect((await makeProbes('ready', optionalFailing)).ask('/healthz')).toMatchObject({ status: 200, body: 'degraded' })
  expect((await makeProbes('draining', failing)).ask('/healthz')).toMatchObject({
    status: 503,
    body: 'unhealthy: draining',
  })
  expect((await makeProbes('failed', healthy)).ask('/healthz')).toMatchObject({
    status: 503,
    body: 'unhealthy: failed',
  })
})

test('a probe follows the state from one question to the next', async () => {
  const { ask, life } = await makeProbes('ready', healthy)
  expect(ask('/readyz')?.status).toBe(200)

  life.state = 'draining'

  expect(ask('/readyz')?.status).toBe(503)
})

test('answers are never stored, and a query changes nothing', async () => {
  const { ask } = await makeProbes('ready', healthy)

  for (const path of PROBE_PATHS) {
    expect(ask(path)?.headers).toEqual({ 'cache-control': 'no-store' })
    expect(ask(`${path}?x=/livez`)).toEqual(ask(path))
  }
})

test.each(['/', '/livez/', '/LIVEZ', '//livez', '/readyzz', '/health', '', '?/livez', '/x?/livez'])(
  '%j is no probe',
  async (path) => {
    const { ask, source } = await makeProbes('ready', healthy)

    expect(ask(path)).toBeUndefined()
    expect(source.isProbe(path)).toBe(false)
  },
)

test('without details, neither names nor messages of checks are told, however much is asked for', async () => {
  const { ask } = await makeProbes('ready', failing, optionalFailing)

  for (const accept of [undefined, 'application/json', 'application/health+json']) {
    for (const path of PROBE_PATHS) {
      expect(ask(path, { details: false, verbose: true, accept })?.body).not.toMatch(
        /db|cache|10\.0\.0\.7|orders|1\.2\.3/,
      )
    }
  }
})

test('with details and verbose, there is a line for each check that was taken into account', async () => {
  const { clock, ask } = await makeProbes('ready', optionalFailing, healthy, {
    name: 'queue',
    check: () => ({ status: 'degraded', message: 'lag 12 s' }),
  })
  await clock.advance(1_500)

  expect(ask('/readyz', DETAILS)).toMatchObject({ status: 200, contentType: 'text/plain; charset=utf-8' })
  expect(ask('/readyz', DETAILS)?.body.split('\n')).toEqual([
    '[-] cache unhealthy (optional, took 0ms, 1.5s ago): connect 10.0.0.7:5432',
    '[+] db healthy (took 0ms, 1.5s ago)',
    '[!] queue degraded (took 0ms, 1.5s ago): lag 12 s',
    'readyz: degraded',
    '',
  ])
})

test('a check that has not run yet is told as unknown', async () => {
  const { health, ask } = await makeProbes('ready')
  health.register({ name: 'late', check: () => new Promise(() => {}) })

  expect(ask('/readyz', DETAILS)).toMatchObject({
    status: 503,
    body: '[?] late unknown: has not run yet\nreadyz: unhealthy\n',
  })
})

test('JSON is for those who accept it by name, in the form of the draft for health checks', async () => {
  const { clock, ask } = await makeProbes('ready', healthy, optionalFailing)
  await clock.advance(1_500)
  const answer = ask('/healthz', { details: true, verbose: false, accept: 'application/health+json' })

  expect(answer).toMatchObject({ status: 200, contentType: 'application/health+json' })
  expect(JSON.parse(answer?.body ?? '')).toEqual({
    status: 'warn',
    output: 'degraded',
    version: '1.2.3',
    serviceId: 'orders',
    checks: {
      'db:responseTime': [
        { status: 'pass', observedValue: 0, observedUnit: 'ms', time: '2023-11-14T22:13:20.000Z', critical: true },
      ],
      'cache:responseTime': [
        {
          status: 'fail',
          observedValue: 0,
          observedUnit: 'ms',
          time: '2023-11-14T22:13:20.000Z',
          output: 'connect 10.0.0.7:5432',
          critical: false,
        },
      ],
    },
  })
})

test.each([
  ['application/json', 'application/json'],
  ['text/html, application/json;q=0.9', 'application/json'],
  ['application/health+json, application/json', 'application/health+json'],
  ['*/*', 'text/plain; charset=utf-8'],
  ['text/html', 'text/plain; charset=utf-8'],
  [undefined, 'text/plain; charset=utf-8'],
])('who accepts %j gets %s', async (accept, contentType) => {
  const { ask } = await makeProbes('ready', healthy)

  expect(ask('/readyz', { ...PUBLIC, accept })?.contentType).toBe(contentType)
})

test('JSON for anyone says pass, warn or fail, and why in a word', async () => {
  const json: ProbeRequest = { ...PUBLIC, accept: 'application/json' }

  expect((await makeProbes('ready', healthy)).ask('/readyz', json)?.body).toBe('{"status":"pass"}')
  expect((await makeProbes('draining', healthy)).ask('/readyz', json)).toMatchObject({
    status: 503,
    body: '{"status":"fail","output":"not ready: draining"}',
  })
})
