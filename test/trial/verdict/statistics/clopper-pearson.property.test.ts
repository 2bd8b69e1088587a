import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exactInterval } from '../../../../src/trial/verdict/statistics/clopper-pearson.ts'

const SEEN = fc
  .integer({ min: 1, max: 300 })
  .chain((trials) => fc.record({ trials: fc.constant(trials), successes: fc.integer({ min: 0, max: trials }) }))
const CONFIDENCE = fc.constantFrom(0.8, 0.95, 0.99, 0.999)

/** The chance of at least `least` successes, summed term by term. */
function upperTail(least: number, trials: number, share: number): number {
  let sum = 0
  let logChoose = 0
  for (let count = 0; count <= trials; count += 1) {
    if (count >= least) {
      sum += Math.exp(logChoose + count * Math.log(share) + (trials - count) * Math.log1p(-share))
    }
    logChoose += Math.log(trials - count) - Math.log(count + 1)
  }
  return sum
}

test('at its bounds, what was seen is as improbable as the confidence says', () => {
  fc.assert(
    fc.property(SEEN, CONFIDENCE, ({ successes, trials }, confidence) => {
      const { low, high } = exactInterval(successes, trials, confidence)
      const tail = (1 - confidence) / 2
      const below = successes === 0 ? tail : upperTail(successes, trials, low)
      const above = successes === trials ? tail : 1 - upperTail(successes + 1, trials, high)
      expect(below).toBeCloseTo(tail, 8)
      expect(above).toBeCloseTo(tail, 8)
    }),
  )
})

test('it holds the share that was seen, mirrors, and is the wider the more it promises', () => {
  fc.assert(
    fc.property(SEEN, ({ successes, trials }) => {
      const narrow = exactInterval(successes, trials, 0.9)
      const wide = exactInterval(successes, trials, 0.99)
      const mirrored = exactInterval(trials - successes, trials, 0.9)
      expect(narrow.low).toBeLessThanOrEqual(successes / trials)
      expect(narrow.high).toBeGreaterThanOrEqual(successes / trials)
      expect(wide.low).toBeLessThanOrEqual(narrow.low)
      expect(wide.high).toBeGreaterThanOrEqual(narrow.high)
      expect(mirrored.low).toBeCloseTo(1 - narrow.high, 10)
    }),
  )
})
