import { expect, test } from 'vitest'
import { upperBoundOfNone } from '../../../../src/trial/verdict/statistics/rule-of-three.ts'

test.each([
  { trials: 1000, bound: 0.0029912 },
  // The number of samples that shows 95 % with 95 %.
  { trials: 59, bound: 0.0495076 },
  { trials: 1, bound: 0.95 },
  { trials: 0, bound: 1 },
])('none in $trials means at most $bound', ({ trials, bound }) => {
  expect(upperBoundOfNone(trials)).toBeCloseTo(bound, 6)
})

test('for many it is three over their number', () => {
  expect(upperBoundOfNone(100_000) * 100_000).toBeCloseTo(2.9957, 3)
})
