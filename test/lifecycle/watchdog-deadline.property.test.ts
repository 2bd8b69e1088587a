import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSeaworthyError } from '../../src/core/seaworthy-error.ts'
import { resolveShutdownBudget, type ShutdownBudget } from '../../src/lifecycle/shutdown-budget.ts'
import { toWatchdogDeadline } from '../../src/lifecycle/enforced-deadline.ts'

const slice = fc.integer({ min: 0, max: 60_000 })
const options = fc.record(
  { drainDelay: slice, inFlight: slice, stop: slice, flush: slice, margin: slice },
  { requiredKeys: [] },
)

test('the deadline is never after the budget, and never takes the first half of the margin, where the report is written', () => {
  fc.assert(
    fc.property(options, fc.integer({ min: 3, max: 200 }), (chosen, graceSeconds) => {
      let budget: ShutdownBudget
      try {
        const env = { SEAWORTHY_GRACE_SECONDS: String(graceSeconds) }
        budget = resolveShutdownBudget(chosen, { env, isTerminal: false })
      } catch (error) {
        if (isSeaworthyError(error, 'SEA_BUDGET_EXCEEDS_GRACE')) return
        throw error
      }
      const { deadlineMs, stepMs } = toWatchdogDeadline(budget)
      expect(deadlineMs).toBeLessThanOrEqual(budget.totalMs)
      expect(deadlineMs).toBeGreaterThanOrEqual(budget.totalMs - budget.marginMs / 2)
      expect(stepMs).toBeGreaterThanOrEqual(100)
      expect(stepMs).toBeLessThanOrEqual(1000)
    }),
    { numRuns: 500 },
  )
})

test('with room after the budget it is the end of the budget; without any it is earlier, so that words can be written', () => {
  const resolve = (seconds: string) =>
    resolveShutdownBudget({}, { env: { SEAWORTHY_GRACE_SECONDS: seconds }, isTerminal: false })
  expect(toWatchdogDeadline(resolve('30'))).toEqual({ deadlineMs: 25_000, stepMs: 1000 })
  expect(toWatchdogDeadline(resolve('26')).deadlineMs).toBe(25_000)
  expect(toWatchdogDeadline(resolve('25')).deadlineMs).toBe(24_000)
  expect(toWatchdogDeadline(resolve('10'))).toMatchObject({ deadlineMs: 9600 })
})
