import { expect, test } from 'vitest'
import { nextLagMs } from '../../../src/trial/fleet/lag-search.ts'
import { lagSteps } from '../../../src/trial/history/views/lag-steps.ts'
import { makeLagStep, type SampleLagStep } from '../fleet-samples.ts'
import { makeFacts } from '../samples.ts'

function next(...samples: readonly SampleLagStep[]): number | undefined {
  const steps = lagSteps(
    samples.map((sample, id) => makeLagStep({ id, ...sample })),
    makeFacts(),
  )
  return nextLagMs(steps, { maxLagMs: 30_000, resolutionMs: 250, maxSteps: 6 })
}

test('the first stop goes on for the whole grace, or until something is lost', () => {
  expect(next()).toBe(30_000)
})

test('when nothing was lost in the whole grace, there is nothing more to try', () => {
  expect(next({ lagMs: 30_000 })).toBeUndefined()
})

test('the second stop looks just below the moment at which a new connection was lost', () => {
  expect(next({ lagMs: 30_000, lostAfterMs: [1500] })).toBe(1250)
  expect(next({ lagMs: 30_000, lostAfterMs: [1300] })).toBe(1000)
  expect(next({ lagMs: 30_000, lostAfterMs: [60] })).toBe(0)
})

test('what is lost on a kept connection asks whether it is lost without any lag, too', () => {
  const kept = { lagMs: 30_000, lostAfterMs: [1500], areNew: false }
  expect(next(kept)).toBe(0)
  expect(next(kept, { ...kept, lagMs: 0 })).toBeUndefined()
})

test('a request that was in flight at the deletion ends the search: no lag would have helped', () => {
  expect(next({ lagMs: 30_000, lostAfterMs: [-10] })).toBeUndefined()
})

test('between a lag without a loss and one with it, the middle is tried, until they are near enough', () => {
  const failed = { lagMs: 30_000, lostAfterMs: [4000] }
  expect(next(failed, { lagMs: 2000 })).toBe(3000)
  expect(next(failed, { lagMs: 3750 })).toBeUndefined()
  expect(next(failed, { lagMs: 3700 })).toBe(3950)
})

test('a replica that has to be killed is not asked again', () => {
  expect(next({ lagMs: 30_000, lostAfterMs: [1500], wasKilled: true })).toBeUndefined()
})

test('a stop that says nothing is repeated once', () => {
  const silent = { lagMs: 30_000, isReady: false }
  expect(next(silent)).toBe(30_000)
  expect(next(silent, silent)).toBeUndefined()
})
