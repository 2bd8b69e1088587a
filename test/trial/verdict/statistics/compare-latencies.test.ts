import { expect, test } from 'vitest'
import { compareLatencies, sameShiftMs } from '../../../../src/trial/verdict/statistics/compare-latencies.ts'

/** Five blocks of values that are all alike. */
function alike(value: number): number[][] {
  return Array.from({ length: 5 }, () => [value, value, value, value])
}

test.each([
  // A shift of 6 ms that is only 1.06 times as long.
  { first: 100, second: 106, isSlower: false, isSame: false },
  // Twice as long, and nobody could feel it.
  { first: 2, second: 4, isSlower: false, isSame: false },
  { first: 10, second: 15, isSlower: false, isSame: false },
  { first: 10, second: 15.1, isSlower: true, isSame: false },
  { first: 10, second: 10, isSlower: false, isSame: true },
  { first: 10, second: 9, isSlower: false, isSame: true },
])('$first ms and $second ms: slower $isSlower, the same $isSame', ({ first, second, isSlower, isSame }) => {
  expect(compareLatencies(alike(first), alike(second))).toMatchObject({ isSlower, isSame })
})

test('a part of the requests that is slow moves neither median nor verdict, and leaves no doubt about the rest', () => {
  const some = alike(10).map((block) => [...block, 500])
  expect(compareLatencies(alike(10), some)).toMatchObject({ isSlower: false, isSame: true, slowerRatio: 0.6 })
})

test('what still counts as the same is 5 ms, or half of the median', () => {
  expect(sameShiftMs(4)).toBe(5)
  expect(sameShiftMs(10)).toBe(5)
  expect(sameShiftMs(40)).toBe(20)
})

test('without values nothing is slower and nothing is the same', () => {
  expect(compareLatencies([], [])).toMatchObject({ isSlower: false, isSame: false })
})
