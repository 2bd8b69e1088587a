import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Random } from '../../src/load/random.ts'

const take = (seed: number): readonly number[] => {
  const random = new Random(seed)
  return Array.from({ length: 20 }, () => random.ratio())
}

test('the same seed gives the same numbers, another one others', () => {
  expect(take(5)).toEqual(take(5))
  expect(take(5)).not.toEqual(take(6))
})

test('every number is within its range, whatever the seed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 1000 }), (seed, limit) => {
      const random = new Random(seed)
      for (let count = 0; count < 50; count++) {
        const ratio = random.ratio()
        expect(ratio).toBeGreaterThanOrEqual(0)
        expect(ratio).toBeLessThan(1)
        const below = random.below(limit)
        expect(Number.isInteger(below) && below >= 0 && below < limit).toBe(true)
      }
    }),
  )
})

test('what is to happen always or never does so, and nothing is picked from nothing', () => {
  const random = new Random(1)
  expect(Array.from({ length: 50 }, () => random.chance(1))).not.toContain(false)
  expect(Array.from({ length: 50 }, () => random.chance(0))).not.toContain(true)
  expect(['a', 'b']).toContain(random.pick(['a', 'b']))
  expect(() => random.pick([])).toThrow('Nothing to pick from')
})
