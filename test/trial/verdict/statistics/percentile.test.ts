import { expect, test } from 'vitest'
import { percentile } from '../../../../src/trial/verdict/statistics/percentile.ts'

test('the smallest value that the share does not exceed', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(percentile(values, 0.99)).toBe(99)
  expect(percentile(values, 0.995)).toBe(100)
  expect(percentile(values, 0)).toBe(1)
  expect(percentile([7], 0.99)).toBe(7)
  expect(percentile([], 0.5)).toBeUndefined()
})

test('where an answer never came it is endless, and where enough came it is not', () => {
  expect(percentile([1, 2, Infinity, Infinity], 0.75)).toBe(Infinity)
  expect(percentile([1, 2, 3, Infinity], 0.75)).toBe(3)
})
