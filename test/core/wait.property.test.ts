import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { settleWithin, sleep } from '../../src/core/wait.ts'

test('it never takes longer than the limit, and ends as done exactly when the work was quicker', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(200), fc.nat(200), fc.boolean(), async (limitMs, workMs, fails) => {
      const clock = new ManualClock()
      const settled = settleWithin(clock, limitMs, async () => {
        await sleep(clock, workMs)
        if (fails) throw new Error('x')
      })
      await clock.advance(500)
      const { outcome, tookMs } = await settled
      expect(tookMs).toBe(Math.min(limitMs, workMs))
      if (workMs < limitMs) expect(outcome).toBe(fails ? 'failed' : 'done')
      if (workMs > limitMs) expect(outcome).toBe('timed-out')
      expect(clock.pending).toBe(0)
    }),
    { numRuns: 50 },
  )
})
