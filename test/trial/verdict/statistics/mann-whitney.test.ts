import { expect, test } from 'vitest'
import { probabilityOfGreater } from '../../../../src/trial/verdict/statistics/mann-whitney.ts'

test("Aesop's tortoises and hares: U is 11 of 36", () => {
  // The order of arrival T H H H H H T T T T T H, as places; the example of Wikipedia.
  const tortoises = [1, 7, 8, 9, 10, 11]
  const hares = [2, 3, 4, 5, 6, 12]
  expect(probabilityOfGreater(tortoises, hares)).toBeCloseTo(11 / 36, 12)
  expect(probabilityOfGreater(hares, tortoises)).toBeCloseTo(25 / 36, 12)
})

test('equal values count half, and nothing overlaps at 0 and 1', () => {
  expect(probabilityOfGreater([1, 1], [1, 1])).toBe(0.5)
  expect(probabilityOfGreater([1, 2], [3, 4])).toBe(1)
  expect(probabilityOfGreater([3, 4], [1, 2])).toBe(0)
})

test('without values there is no answer', () => {
  expect(probabilityOfGreater([], [1])).toBeNaN()
  expect(probabilityOfGreater([1], [])).toBeNaN()
})
