import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import type { LifecycleState } from '../../src/core/lifecycle-state.ts'
import { HealthChecker } from '../../src/health/health-checker.ts'
import { createProbeSource } from '../../src/health/probe-snapshot.ts'

function makeChecker() {
  return new HealthChecker({
    clock: new ManualClock(),
    groups: ['reports', { name: 'writes', requiresReady: true }, { name: 'billing', probed: false }],
  })
}

test('a group of its own has its own probe and its own status, and readiness knows nothing of it', async () => {
  const health = makeChecker()
    .register({ name: 'warehouse', groups: ['reports'], check: () => false })
    .register({ name: 'db', check: () => {} })
  await health.start()
  const probes = createProbeSource({ health, state: () => 'ready' })
  const request = { details: false, verbose: false }

  expect(health.report('reports').status).toBe('unhealthy')
  expect(Object.keys(health.report('reports').checks)).toEqual(['warehouse'])
  expect(probes.answer('/healthz/reports', request)).toMatchObject({ status: 503, body: 'unhealthy' })
  expect(probes.answer('/healthz/reports?verbose', request)).toMatchObject({ status: 503 })
  expect(probes.answer('/readyz', request)).toMatchObject({ status: 200 })
  expect(probes.answer('/healthz/billing', request)).toBeUndefined()
  expect(probes.answer('/healthz/other', request)).toBeUndefined()
  expect(probes.answer('/healthz/', request)).toBeUndefined()
  expect(probes.answer('/healthz/ready', request)).toBeUndefined()
})

test('what is a probe is what is answered as one, with and without a query', async () => {
  const health = makeChecker()
  await health.start()
  const probes = createProbeSource({ health, state: () => 'ready' })
  const request = { details: false, verbose: false }
  const paths = ['/livez', '/healthz', '/healthz/reports', '/healthz/writes', '/healthz/billing', '/healthz/none', '/']

  for (const path of paths) {
    const isAnswered = probes.answer(path, request) !== undefined
    expect([path, probes.isProbe(path), probes.isProbe(`${path}?verbose`)]).toEqual([path, isAnswered, isAnswered])
  }
})

test.each<[LifecycleState, number, number]>([
  ['starting', 200, 503],
  ['ready', 200, 200],
  ['draining', 200, 503],
  ['failed', 503, 503],
])('in the state %s, a group answers %i, and one that requires readiness %i', async (state, plain, requiring) => {
  const health = makeChecker()
  await health.start()
  const probes = createProbeSource({ health, state: () => state })
  const request = { details: false, verbose: false }

  expect(probes.answer('/healthz/reports', request)?.status).toBe(plain)
  expect(probes.answer('/healthz/writes', request)?.status).toBe(requiring)
})

test('a check that names an unknown group is refused, with the nearest name and its own', () => {
  expect(() =>
    makeChecker().register({
      name: 'warehouse',
      // @ts-expect-error the checker has no such group
      groups: ['report'],
      check: () => {},
    }),
  ).toThrow(
    expect.objectContaining({
      code: 'SEA_OPTIONS_INVALID',
      message:
        'health.register(), check "warehouse": "groups" holds "report", expected some of ready, startup, reports, writes, billing. Did you mean "reports"?',
    }),
  )
})

test('liveness can not be declared as a group, neither by its type nor at run time', () => {
  const make = () =>
    new HealthChecker({
      // @ts-expect-error there is no such group, and there can not be
      groups: ['live'],
    })

  expect(make).toThrow(
    expect.objectContaining({
      message:
        'new HealthChecker(): "groups"[0]: "name" is "live", but liveness takes no checks: a restart mends no dependency',
    }),
  )
})

test.each<[unknown, string]>([
  ['reports', '"groups" expected a list of names, or of objects with a name'],
  [['ready'], '"groups"[0]: "name" is "ready", which is there in any case'],
  [['a', 'a'], '"groups"[1]: "name" is "a" for the second time'],
  [['a/b'], '"groups"[0]: "name" is "a/b", expected lower-case letters, digits and "-", at most 40'],
  [[{ name: 'a', probd: true }], '"groups"[0]: "probd" is not an option. Did you mean "probed"?'],
  [Array.from({ length: 51 }, (_, index) => `g${index}`), '"groups" has 51 names, expected at most 50'],
])('groups that are declared as %j are refused', (groups, problem) => {
  expect(() => new HealthChecker({ groups } as never)).toThrow(
    expect.objectContaining({ code: 'SEA_OPTIONS_INVALID', message: `new HealthChecker(): ${problem}` }),
  )
})
