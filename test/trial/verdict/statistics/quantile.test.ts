import { expect, test } from 'vitest'
import { median, quantile } from '../../../../src/trial/verdict/statistics/quantile.ts'

test('it is the value in its place, or between the nearest two', () => {
  expect(quantile([4, 1, 3, 2, 5], 0.5)).toBe(3)
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
  // Type 7, the default of R: quantile(c(1, 2, 3, 4), 0.9).
  expect(quantile([1, 2, 3, 4], 0.9)).toBeCloseTo(3.7, 12)
  expect(quantile([1, 2, 3, 4], 0)).toBe(1)
  expect(quantile([1, 2, 3, 4], 1)).toBe(4)
})

test('one value is all of its quantiles, and none has none', () => {
  expect(quantile([7], 0.99)).toBe(7)
  expect(median([])).toBeNaN()
})
