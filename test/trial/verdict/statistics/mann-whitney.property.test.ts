import fc from 'fast-check'
import { expect, test } from 'vitest'
import { probabilityOfGreater } from '../../../../src/trial/verdict/statistics/mann-whitney.ts'

const VALUES = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 40 })

test('it is the share of pairs, counted one by one', () => {
  fc.assert(
    fc.property(VALUES, VALUES, (a, b) => {
      let wins = 0
      for (const one of a) for (const other of b) wins += other > one ? 1 : other === one ? 0.5 : 0
      expect(probabilityOfGreater(a, b)).toBeCloseTo(wins / (a.length * b.length), 12)
    }),
  )
})

test('the two ways round make one', () => {
  fc.assert(
    fc.property(VALUES, VALUES, (a, b) => {
      expect(probabilityOfGreater(a, b) + probabilityOfGreater(b, a)).toBeCloseTo(1, 12)
    }),
  )
})
