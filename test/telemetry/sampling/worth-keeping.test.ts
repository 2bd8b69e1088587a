import { expect, test } from 'vitest'
import { isWorthKeeping } from '../../../src/telemetry/sampling/worth-keeping.ts'

test.for([
  [true, 200, undefined, 10, 100, undefined],
  [true, 499, undefined, 100, 100, undefined],
  [true, 500, undefined, 10, 100, 'error'],
  [true, 0, 'ECONNRESET', 10, 100, 'error'],
  [false, 500, '500', 10, 100, undefined],
  [false, 500, '500', 101, 100, 'slow'],
  [true, 200, undefined, 1e9, Number.POSITIVE_INFINITY, undefined],
] as const)('keeps errors %s, status %i, type %s, %i ms of %i: %s', ([keeps, status, type, ms, limit, expected]) => {
  expect(isWorthKeeping(keeps, status, type, ms, limit)).toBe(expected)
})
