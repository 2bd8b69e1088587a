import { expect, test } from 'vitest'
import { exactInterval } from '../../../../src/trial/verdict/statistics/clopper-pearson.ts'

test.each([
  // The example of binom.test() in R: Mendel's peas, after Conover.
  { successes: 682, trials: 925, confidence: 0.95, low: 0.7076683, high: 0.7654066 },
  { successes: 5, trials: 10, confidence: 0.95, low: 0.1870861, high: 0.8129139 },
  { successes: 1, trials: 10, confidence: 0.95, low: 0.0025286, high: 0.4450161 },
  { successes: 0, trials: 10, confidence: 0.95, low: 0, high: 0.3084971 },
  { successes: 10, trials: 10, confidence: 0.95, low: 0.6915029, high: 1 },
])('$successes of $trials at $confidence is what tables and R say', ({ successes, trials, confidence, low, high }) => {
  const interval = exactInterval(successes, trials, confidence)
  expect(interval.low).toBeCloseTo(low, 6)
  expect(interval.high).toBeCloseTo(high, 6)
})

test('with 99 %, 1200 requests tell a tenth from 15 % and from all', () => {
  const { low, high } = exactInterval(120, 1200, 0.99)
  expect(high - 0.1).toBeLessThan(0.025)
  expect(0.1 - low).toBeLessThan(0.022)
  expect(exactInterval(180, 1200, 0.99).low).toBeGreaterThan(0.1)
  expect(exactInterval(1200, 1200, 0.99).low).toBeGreaterThan(0.99)
})

test('of nothing nothing is known', () => {
  expect(exactInterval(0, 0)).toEqual({ low: 0, high: 1 })
})
