import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextLagMs } from '../../../src/trial/fleet/lag-search.ts'
import { lagBounds } from '../../../src/trial/history/views/lag-bounds.ts'
import { type LagStep, lagStepOf } from '../../../src/trial/history/views/lag-steps.ts'
import { makeLagStep } from '../fleet-samples.ts'
import { makeFacts } from '../samples.ts'

const SEARCH = { maxLagMs: 30_000, resolutionMs: 250, maxSteps: 6 }

/** Searches with a service that goes on accepting for so long after its deletion; `atMs` may differ from stop to stop. */
function search(acceptsMs: (stop: number) => number): LagStep[] {
  const steps: LagStep[] = []
  for (;;) {
    const lagMs = nextLagMs(steps, SEARCH)
    if (lagMs === undefined) return steps
    const drainMs = acceptsMs(steps.length)
    const lifetime = makeLagStep({ id: steps.length, lagMs, lostAfterMs: lagMs > drainMs ? [drainMs] : [] })
    steps.push(lagStepOf(lifetime, makeFacts()))
  }
}

test('whatever a service takes: the safe lag is found to 250 ms, in three stops or less', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 29_999 }), (drainMs) => {
      const steps = search(() => drainMs)
      const { cleanMs, failedMs } = lagBounds(steps)
      expect(cleanMs).toBeLessThanOrEqual(drainMs)
      expect(failedMs).toBe(drainMs)
      expect((failedMs ?? 0) - (cleanMs ?? 0)).toBeLessThanOrEqual(250)
      expect(steps.length).toBeLessThanOrEqual(3)
    }),
  )
})

test('whatever a service takes from stop to stop: the search ends, and what it says was seen', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 29_999 }), { minLength: 6, maxLength: 6 }), (drains) => {
      const steps = search((stop) => drains[stop] ?? 0)
      expect(steps.length).toBeLessThanOrEqual(6)
      const { cleanMs, failedMs } = lagBounds(steps)
      if (cleanMs === undefined || failedMs === undefined) return
      expect(cleanMs).toBeLessThan(failedMs)
      expect(steps.some(({ lagMs, lost }) => lagMs === cleanMs && lost.length === 0)).toBe(true)
    }),
  )
})
