import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { createPolicy } from '../../../src/public/resilience.ts'
import { RetryBudget } from '../../../src/recovery/policies/retry-budget.ts'

test('over any order of calls and failures there are never more retries than calls × ratio + floor', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 0, max: 20 }),
      fc.array(fc.boolean(), { maxLength: 500 }),
      (percent, floor, steps) => {
        const ratio = percent / 1000
        const budget = new RetryBudget(ratio, floor)
        let calls = 0
        let retries = 0
        for (const isCall of steps) {
          if (isCall) {
            calls += 1
            budget.addCall()
          } else if (budget.takeRetry()) retries += 1
          expect(retries).toBeLessThanOrEqual(calls * ratio + floor + 1e-9)
        }
      },
    ),
  )
})

test('a policy never dials more than calls × 1.1 + floor, whatever fails and when', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 10 }),
      fc.integer({ min: 0, max: 12 }),
      fc.array(fc.record({ fails: fc.boolean(), waitMs: fc.nat({ max: 50 }) }), { minLength: 1, maxLength: 60 }),
      async (attempts, floor, plan) => {
        const clock = new ManualClock()
        const policy = createPolicy({
          name: 'any',
          clock,
          timeout: { total: '1m', attempt: '5s' },
          retry: { idempotent: true, attempts, budget: { floor }, backoff: { initial: 10, max: 20 } },
        })
        let dials = 0
        const running = plan.map(async ({ fails, waitMs }, index) => {
          // Callers come one after the other, and overlap.
          await new Promise<void>((resolve) => void clock.schedule(index + waitMs, resolve))
          await policy
            .execute(() => {
              dials += 1
              if (fails) throw Object.assign(new Error('x'), { code: 'ECONNRESET' })
            })
            .catch(() => {})
        })
        await clock.advance(60_000)
        await Promise.all(running)
        expect(dials).toBeLessThanOrEqual(plan.length * 1.1 + floor)
        expect(clock.pending).toBe(0)
      },
    ),
    { numRuns: 50 },
  )
})
