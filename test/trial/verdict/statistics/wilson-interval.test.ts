import { expect, test } from 'vitest'
import { wilsonInterval } from '../../../../src/trial/verdict/statistics/wilson-interval.ts'

// 81 of 263, 15 of 148 and 0 of 20 are examples of Newcombe, Two-sided confidence intervals for the single proportion,
// Statistics in Medicine 17 (1998), pages 857 to 872, table I, method 3.
test.each([
  [81, 263, 0.2553, 0.3662],
  [0, 20, 0, 0.1611],
  [0, 10, 0, 0.2775],
  [10, 10, 0.7225, 1],
  [15, 148, 0.0624, 0.1605],
])('%i of %i', (hits, count, low, high) => {
  const interval = wilsonInterval(hits, count)
  expect(interval.low).toBeCloseTo(low, 4)
  expect(interval.high).toBeCloseTo(high, 4)
})

test('of nothing it knows nothing', () => {
  expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 })
})

test('73 of 73 is the first that shows 95 %', () => {
  expect(wilsonInterval(72, 72).low).toBeLessThan(0.95)
  expect(wilsonInterval(73, 73).low).toBeGreaterThan(0.95)
})
