import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LoopDelay } from '../../../src/server/shedding/loop-delay.ts'

/** What turns of these lengths come to, with a timer of 50 ms in each. */
function after(turnsMs: readonly number[]): number {
  const delay = new LoopDelay(100)
  for (const turnMs of turnsMs) delay.add(Math.max(0, turnMs - 50), Math.max(50, turnMs), 400)
  return delay.averageMs
}

test('a loop that is late in every turn is as late as it is', () => {
  expect(after([250, 250, 250, 250])).toBeGreaterThan(190)
  expect(after([250, 250, 250, 250])).toBeLessThanOrEqual(200)
})

test('one that is not late is not, whatever it was half a second before', () => {
  expect(after([50, 50, 50])).toBe(0)
  expect(after([10_000, ...Array.from({ length: 10 }, () => 50)])).toBeLessThan(5)
})

test('a long delay is not hidden by the many short ones beside it', () => {
  // 20 timers in time and one that was late by 350 ms: their mean is 17 ms.
  const shortOnes = Array.from({ length: 20 }, () => 50)
  expect(after([...shortOnes, 400])).toBeGreaterThan(300)
})

test('it is never more than the worst of what it was made of, nor less than nothing', () => {
  const turn = fc.double({ min: 0, max: 20_000, noNaN: true })
  fc.assert(
    fc.property(fc.array(turn, { minLength: 1, maxLength: 50 }), (turnsMs) => {
      const averageMs = after(turnsMs)
      expect(averageMs).toBeGreaterThanOrEqual(0)
      expect(averageMs).toBeLessThanOrEqual(Math.min(400, Math.max(0, Math.max(...turnsMs) - 50)) + 1e-9)
    }),
  )
})
