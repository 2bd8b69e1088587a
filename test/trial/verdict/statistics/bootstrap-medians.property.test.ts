import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Random } from '../../../../src/load/random.ts'
import { compareMedians } from '../../../../src/trial/verdict/statistics/bootstrap-medians.ts'

const BLOCKS = fc.array(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 20 }), {
  minLength: 1,
  maxLength: 6,
})

test('the bounds are in order, and lie within what the values allow', () => {
  fc.assert(
    fc.property(BLOCKS, BLOCKS, fc.integer(), (a, b, seed) => {
      const { ratio, shift } = compareMedians(a, b, { random: new Random(seed), resamples: 50 })
      const least = Math.min(...b.flat()) / Math.max(...a.flat())
      const most = Math.max(...b.flat()) / Math.min(...a.flat())
      expect(ratio.low).toBeLessThanOrEqual(ratio.high)
      expect(shift.low).toBeLessThanOrEqual(shift.high)
      expect(ratio.low).toBeGreaterThanOrEqual(least - 1e-9)
      expect(ratio.high).toBeLessThanOrEqual(most + 1e-9)
    }),
    { numRuns: 50 },
  )
})

test('twice as slow is twice the ratio', () => {
  fc.assert(
    fc.property(BLOCKS, BLOCKS, fc.integer(), (a, b, seed) => {
      const doubled = b.map((block) => block.map((value) => value * 2))
      const once = compareMedians(a, b, { random: new Random(seed), resamples: 50 })
      const twice = compareMedians(a, doubled, { random: new Random(seed), resamples: 50 })
      expect(twice.ratio.low).toBeCloseTo(once.ratio.low * 2, 9)
      expect(twice.ratio.high).toBeCloseTo(once.ratio.high * 2, 9)
    }),
    { numRuns: 50 },
  )
})
