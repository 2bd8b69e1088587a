import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSeaworthyError } from '../../src/core/seaworthy-error.ts'
import { resolveShutdownBudget } from '../../src/lifecycle/shutdown-budget.ts'

const slice = fc.integer({ min: 0, max: 120_000 })
const options = fc.record(
  { drainDelay: slice, inFlight: slice, stop: slice, flush: slice, margin: slice },
  { requiredKeys: [] },
)
const seconds = fc.oneof(fc.integer({ min: 1, max: 120 }), fc.double({ min: 1, max: 120, noNaN: true }))
const preStop = fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined })

function env(grace: number | undefined, preStopSeconds: number | undefined): Record<string, string> {
  return {
    ...(grace === undefined ? {} : { SEAWORTHY_GRACE_SECONDS: String(grace) }),
    ...(preStopSeconds === undefined ? {} : { SEAWORTHY_PRE_STOP_SECONDS: String(preStopSeconds) }),
  }
}

test('under a declared grace period, the budget and the preStop hook fit into it, or the service refuses to start', () => {
  fc.assert(
    fc.property(options, seconds, preStop, fc.boolean(), (chosen, grace, preStopSeconds, isTerminal) => {
      try {
        const budget = resolveShutdownBudget(chosen, { env: env(grace, preStopSeconds), isTerminal })
        expect(budget.totalMs + (preStopSeconds ?? 0) * 1000).toBeLessThanOrEqual(grace * 1000)
      } catch (error) {
        if (!isSeaworthyError(error, 'SEA_BUDGET_EXCEEDS_GRACE')) throw error
      }
    }),
    { numRuns: 500 },
  )
})

test('the slices add up to the total, chosen ones are never changed, and none is longer than its default', () => {
  const defaults = { drainDelay: 5000, inFlight: 10_000, stop: 4000, flush: 4000, margin: 2000 } as const
  fc.assert(
    fc.property(options, fc.option(seconds, { nil: undefined }), fc.boolean(), (chosen, grace, isTerminal) => {
      let budget
      try {
        budget = resolveShutdownBudget(chosen, { env: env(grace, undefined), isTerminal })
      } catch {
        return
      }
      const { drainDelayMs, inFlightMs, stopMs, flushMs, marginMs } = budget
      expect(drainDelayMs + inFlightMs + stopMs + flushMs + marginMs).toBe(budget.totalMs)
      for (const name of Object.keys(defaults) as (keyof typeof defaults)[]) {
        const got = budget[`${name}Ms`]
        if (chosen[name] === undefined) expect(got).toBeLessThanOrEqual(defaults[name])
        else expect(got).toBe(chosen[name])
      }
    }),
    { numRuns: 500 },
  )
})

test('without a declaration, nothing is ever refused or scaled', () => {
  fc.assert(
    fc.property(options, preStop, (chosen, preStopSeconds) => {
      const budget = resolveShutdownBudget(chosen, { env: env(undefined, preStopSeconds), isTerminal: false })
      expect(budget).toMatchObject({ graceSource: 'assumed', drainDelayMs: chosen.drainDelay ?? 5000 })
      expect('warning' in budget).toBe(budget.totalMs + (preStopSeconds ?? 0) * 1000 > 30_000)
    }),
  )
})

test('what a refusal names as enough is enough', () => {
  fc.assert(
    fc.property(options, fc.integer({ min: 1, max: 60 }), preStop, (chosen, grace, preStopSeconds) => {
      try {
        resolveShutdownBudget(chosen, { env: env(grace, preStopSeconds), isTerminal: false })
      } catch (error) {
        if (!isSeaworthyError(error, 'SEA_BUDGET_EXCEEDS_GRACE')) throw error
        const enough = Number(/together, to ([\d.]+) s or more/.exec(error.hint ?? '')?.[1])
        expect(enough).toBeGreaterThan(grace)
        resolveShutdownBudget(chosen, { env: env(enough, preStopSeconds), isTerminal: false })
      }
    }),
    { numRuns: 500 },
  )
})
