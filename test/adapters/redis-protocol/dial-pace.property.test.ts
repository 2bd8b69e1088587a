import fc from 'fast-check'
import { ManualClock } from 'seaworthy/testing'
import { expect, test } from 'vitest'
import { DialPace } from '../../../src/adapters/redis-protocol/dial-pace.ts'

test('a server that is down is dialled less and less often, with chance, and never less than every five seconds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 2000 }),
      (chances) => {
        let index = 0
        const pace = new DialPace(new ManualClock(), () => chances[index] ?? 0)
        for (; index < chances.length; index++) {
          const longestMs = Math.min(5000, 50 * 2 ** index)
          const pauseMs = pace.next()
          expect(pauseMs).toBeLessThanOrEqual(longestMs)
          expect(pauseMs).toBeGreaterThanOrEqual(Math.floor(longestMs / 2))
        }
      },
    ),
  )
})

test('only a connection that stands for a while makes the next pause short again', async () => {
  const clock = new ManualClock()
  const pace = new DialPace(clock, () => 0)
  for (let index = 0; index < 5; index++) pace.next()
  pace.up()
  await clock.advance(9_999)
  expect(pace.next()).toBe(1600)
  pace.up()
  await clock.advance(10_000)
  expect(pace.next()).toBe(50)
})
