import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { HealthChecker } from '../../src/health/health-checker.ts'

function makeChecker() {
  const clock = new ManualClock()
  const health = new HealthChecker({ clock })
  const startsAt: number[] = []
  const state = { isUp: true }
  health.register({
    name: 'db',
    interval: '10s',
    check: () => {
      startsAt.push(clock.now())
      return state.isUp
    },
  })
  return { clock, health, startsAt, state }
}

test('a shorter interval holds for the wait that is under way, and a longer one, too', async () => {
  const { clock, health, startsAt } = makeChecker()
  await health.start()
  await clock.advance(3_000)

  health.setThresholds({ checks: { db: { interval: '4s' } } })
  await clock.advance(5_000)
  expect(startsAt).toEqual([0, 4_000, 8_000])

  health.setThresholds({ checks: { db: { interval: '1m' } } })
  await clock.advance(59_999)
  expect(startsAt).toHaveLength(3)
  await clock.advance(1)
  expect(startsAt).toEqual([0, 4_000, 8_000, 68_000])
  expect(clock.pending).toBe(1)
})

test('an interval that is over already runs the check at once, and once', async () => {
  const { clock, health, startsAt } = makeChecker()
  await health.start()
  await clock.advance(9_000)

  health.setThresholds({ checks: { db: { interval: '2s' } } })
  await clock.advance(0)

  expect(startsAt).toEqual([0, 9_000])
})

test('limits can change during a run, and hold from the next wait on', async () => {
  const clock = new ManualClock()
  const calls: PromiseWithResolvers<void>[] = []
  const health = new HealthChecker({ clock }).register({
    name: 'db',
    check: () => {
      calls.push(Promise.withResolvers<void>())
      return calls.at(-1)?.promise
    },
  })
  const started = health.start()
  await clock.advance(0)
  health.setThresholds({ interval: '1s' })
  expect(calls).toHaveLength(1)
  calls[0]?.resolve()
  await started
  await clock.advance(1_000)

  expect(calls).toHaveLength(2)
})

test('fall and rise, timeout and age can be changed while checks run', async () => {
  const { clock, health, state } = makeChecker()
  await health.start()
  health.setThresholds({ fall: 1, rise: 4 })
  state.isUp = false
  await clock.advance(10_000)
  expect(health.report().status).toBe('unhealthy')
  state.isUp = true
  await clock.advance(6_000)
  expect(health.report().status).toBe('unhealthy')
  await clock.advance(2_000)
  expect(health.report().status).toBe('healthy')
})

test('what is not named is again what it was, and a definition goes before what is said for all', async () => {
  const { clock, health, startsAt } = makeChecker()
  await health.start()
  health.setThresholds({ interval: '1s', checks: { db: { interval: '2s' } } })
  await clock.advance(2_000)
  expect(startsAt).toHaveLength(2)

  health.setThresholds({ interval: '1s' })
  await clock.advance(9_999)
  expect(startsAt).toHaveLength(2)
  await clock.advance(1)
  expect(startsAt).toHaveLength(3)
})

test('limits that were set hold for checks that are added later', async () => {
  const clock = new ManualClock()
  const health = new HealthChecker({ clock })
  health.setThresholds({ timeout: 300 })
  health.register({ name: 'hangs', check: () => new Promise(() => {}) })

  const report = health.checkHealth()
  await clock.advance(300)

  expect((await report).checks['hangs']?.message).toBe('no answer within 300ms')
})

test('either all limits hold or none, and each mistake is named, also a check that there is not', async () => {
  const { clock, health, startsAt } = makeChecker()
  await health.start()
  const wrong = { interval: '1s', fall: 0, checks: { db: { interval: '1s', rise: 1.5 }, bd: {} } }

  expect(() => health.setThresholds(wrong)).toThrow(
    expect.objectContaining({
      code: 'SEA_OPTIONS_INVALID',
      message: [
        'health.setThresholds():',
        '  - "fall" is 0, expected 1 to 100',
        '  - "checks": "db": "rise" expected a whole number, got 1.5',
        '  - "checks": "bd" is not an option. Did you mean "db"?',
      ].join('\n'),
    }),
  )
  await clock.advance(9_999)
  expect(startsAt).toHaveLength(1)
})

test('what the caller does with his object later changes nothing', async () => {
  const clock = new ManualClock()
  const hangs = { name: 'hangs', check: () => new Promise(() => {}) }
  const health = new HealthChecker({ clock }).register(hangs)
  const limits = { timeout: 300 }
  health.setThresholds({ checks: { hangs: limits } })
  limits.timeout = 5_000
  health.deregister('hangs')
  health.register(hangs)

  const report = health.checkHealth()
  await clock.advance(300)

  expect((await report).checks['hangs']?.message).toBe('no answer within 300ms')
})
