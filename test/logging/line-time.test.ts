import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineTime } from '../../src/logging/line-time.ts'

test('the time of a line is the date in ISO 8601, whatever the line before it said', () => {
  const time = new LineTime()
  const anyMs = fc.integer({ min: -(10 ** 12), max: 8_640_000_000_000_000 })
  const near = fc.integer({ min: 1_795_392_000_000, max: 1_795_392_003_000 })
  fc.assert(
    fc.property(fc.oneof(anyMs, near), (epochMs) => {
      expect(time.field(epochMs)).toBe(`,"time":"${new Date(epochMs).toISOString()}"`)
    }),
    { numRuns: 2000 },
  )
})
