import { expect, test } from 'vitest'
import { inFlightLimits } from '../../src/service/server-ends.ts'

test.each([
  [10_000, 8000, 9500],
  [1000, 800, 950],
  [999, 799.2, 949],
  [100, 50, 50],
  [0, 0, 0],
])('a slice of %i ms asks at %i and cuts off at %i, so that there is time to count', (sliceMs, softMs, hardMs) => {
  expect(inFlightLimits(sliceMs)).toEqual({ softMs: expect.closeTo(softMs), hardMs: expect.closeTo(hardMs) })
})
