import { expect, test } from 'vitest'
import { signTest } from '../../../../src/trial/verdict/statistics/sign-test.ts'

test.each([
  { successes: 5, trials: 5, chance: 0.03125 },
  { successes: 4, trials: 5, chance: 6 / 32 },
  // Eight of ten deer, the example of Wikipedia, after Zar.
  { successes: 8, trials: 10, chance: 0.0546875 },
  { successes: 0, trials: 7, chance: 1 },
  { successes: 0, trials: 0, chance: 1 },
])('$successes of $trials has the chance $chance', ({ successes, trials, chance }) => {
  expect(signTest(successes, trials)).toBeCloseTo(chance, 12)
})
