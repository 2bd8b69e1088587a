import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { HealthChecker } from '../../src/health/health-checker.ts'
import type { HealthTransition } from '../../src/health/health-events.ts'
import type { HealthStatus } from '../../src/health/health-status.ts'
import { Hysteresis } from '../../src/health/health-status.ts'

const RANK = { healthy: 0, degraded: 1, unhealthy: 2 } as const
const status = fc.constantFrom<HealthStatus>('healthy', 'degraded', 'unhealthy')
const limits = fc.record({ fall: fc.integer({ min: 1, max: 5 }), rise: fc.integer({ min: 1, max: 5 }) })
const results = fc.array(status, { minLength: 1, maxLength: 60 })

/** What each result makes of the whole. */
function shownAfterEach(all: readonly HealthStatus[], { fall, rise }: { fall: number; rise: number }): HealthStatus[] {
  const hysteresis = new Hysteresis()
  return all.map((result, at) => {
    hysteresis.take(result, at, { fall, rise })
    return hysteresis.shown ?? result
  })
}

test('the first result counts at once', () => {
  fc.assert(
    fc.property(results, limits, (all, limit) => {
      expect(shownAfterEach(all, limit)[0]).toBe(all[0])
    }),
  )
})

test('a status gets worse exactly when so many results in a row were at least as bad, and better when at least as good', () => {
  fc.assert(
    fc.property(results, limits, (all, limit) => {
      const shown = shownAfterEach(all, limit)
      for (let at = 1; at < all.length; at++) {
        const before = shown[at - 1] ?? 'healthy'
        const last = (count: number): HealthStatus[] => all.slice(Math.max(0, at - count + 1), at + 1)
        const allBad = (rank: number): boolean =>
          at + 1 >= limit.fall && last(limit.fall).every((one) => RANK[one] >= rank)
        const allGood = (rank: number): boolean =>
          at + 1 >= limit.rise && last(limit.rise).every((one) => RANK[one] <= rank)
        let expected: HealthStatus = before
        if (RANK[before] < 2 && allBad(2)) expected = 'unhealthy'
        else if (RANK[before] < 1 && allBad(1)) expected = 'degraded'
        else if (RANK[before] > 0 && allGood(0)) expected = 'healthy'
        else if (RANK[before] > 1 && allGood(1)) expected = 'degraded'
        expect(shown[at]).toBe(expected)
      }
    }),
  )
})

test('with both limits at one, a status is what the last result was', () => {
  fc.assert(
    fc.property(results, (all) => {
      expect(shownAfterEach(all, { fall: 1, rise: 1 })).toEqual(all)
    }),
  )
})

test('whatever stays the same for long enough is what counts in the end', () => {
  fc.assert(
    fc.property(results, limits, status, (all, limit, last) => {
      const steady = Array.from({ length: Math.max(limit.fall, limit.rise) }, () => last)
      expect(shownAfterEach([...all, ...steady], limit).at(-1)).toBe(last)
    }),
  )
})

test('since when it is so is when the first of the results was there that led to it', () => {
  fc.assert(
    fc.property(results, limits, (all, limit) => {
      const hysteresis = new Hysteresis()
      for (const [at, result] of all.entries()) {
        const before = hysteresis.shown
        const since = hysteresis.take(result, at, limit)
        const shown = hysteresis.shown ?? result
        expect(since === undefined).toBe(before === shown)
        if (since === undefined || before === undefined) continue
        const worse = RANK[shown] > RANK[before]
        const holds = (one: HealthStatus | undefined): boolean =>
          one !== undefined && (worse ? RANK[one] >= RANK[shown] : RANK[one] <= RANK[shown])
        expect(all.slice(since, at + 1).every(holds)).toBe(true)
        expect(holds(all[since - 1])).toBe(false)
      }
    }),
  )
})

test('the transitions of a check are a chain without a gap, each told once, and end where the report is', async () => {
  await fc.assert(
    fc.asyncProperty(results, limits, async (all, limit) => {
      const clock = new ManualClock()
      const told: HealthTransition[] = []
      let next = 0
      const health = new HealthChecker({ clock }).register({
        name: 'db',
        interval: 1_000,
        ...limit,
        check: () => ({ status: all[Math.min(next++, all.length - 1)] }),
      })
      health.onTransition((transition) => void (transition.kind === 'check' && told.push(transition)))
      await health.start()
      await clock.advance(1_000 * all.length)
      health.stop()

      expect(next).toBeGreaterThanOrEqual(all.length)
      expect(told[0]).toMatchObject({ from: 'unknown', to: all[0] })
      for (const [index, { from, to }] of told.entries()) {
        expect(from).not.toBe(to)
        if (index > 0) expect(from).toBe(told[index - 1]?.to)
      }
      expect(told.at(-1)?.to).toBe(health.report().checks['db']?.status)
    }),
    { numRuns: 60 },
  )
})

/** Something that a caller does. */
const act = fc.oneof(
  fc.record({ kind: fc.constant('ask' as const), callers: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('answer' as const) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 700 }) }),
  fc.record({ kind: fc.constant('probe' as const) }),
)

test('whoever asks, waits and answers in whatever order: a check is never in two runs at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 30 }), fc.boolean(), async (acts, isStarted) => {
      const clock = new ManualClock()
      const open: PromiseWithResolvers<void>[] = []
      let most = 0
      const health = new HealthChecker({ clock }).register({
        name: 'db',
        timeout: 500,
        interval: 400,
        maxAge: 0,
        check: () => {
          const call = Promise.withResolvers<void>()
          open.push(call)
          most = Math.max(most, open.length)
          return call.promise
        },
      })
      const asked: Promise<unknown>[] = isStarted ? [health.start()] : []
      for (const one of acts) {
        if (one.kind === 'ask') for (let n = 0; n < one.callers; n++) asked.push(health.checkHealth())
        if (one.kind === 'answer') open.shift()?.resolve()
        if (one.kind === 'probe') health.report('ready')
        // oxlint-disable-next-line no-await-in-loop -- one after the other is what is tested
        await clock.advance(one.kind === 'wait' ? one.ms : 0)
        expect(open.length).toBeLessThanOrEqual(1)
      }
      health.stop()
      await Promise.all(asked)
      expect(most).toBeLessThanOrEqual(1)
      expect(clock.pending).toBe(0)
    }),
    { numRuns: 100 },
  )
})
