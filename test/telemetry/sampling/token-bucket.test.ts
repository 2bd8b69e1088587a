import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { TokenBucket } from '../../../src/telemetry/sampling/token-bucket.ts'

/** How many pass at this moment. */
function takeAll(bucket: TokenBucket): number {
  let count = 0
  while (bucket.take()) count++
  return count
}

test('what is not used is saved up to the capacity and no further', async () => {
  const clock = new ManualClock()
  const bucket = new TokenBucket(clock, 10, 5)
  expect(takeAll(bucket)).toBe(5)
  await clock.advance(299)
  expect(takeAll(bucket)).toBe(2)
  await clock.advance(1)
  expect(takeAll(bucket)).toBe(1)
  await clock.advance(60_000)
  expect(takeAll(bucket)).toBe(5)
})
