import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { keepAlive } from '../../src/lifecycle/keep-alive.ts'

const LONGEST_TIMER_MS = 2 ** 31 - 1

test('it holds on for longer than any timer lasts, and lets go when told to', async () => {
  const clock = new ManualClock()
  const letGo = keepAlive(clock)
  for (let rounds = 0; rounds < 3; rounds++) {
    await clock.advance(LONGEST_TIMER_MS)
    expect(clock.pending).toBe(1)
  }
  letGo()
  expect(clock.pending).toBe(0)
})
