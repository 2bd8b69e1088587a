import { expect, test } from 'vitest'
import { doubtfulSlices } from '../../src/lifecycle/doubtful-slices.ts'

test('a few milliseconds that were given as a plain number are doubted: in variables and flags, 5 is refused', () => {
  expect(doubtfulSlices({ drainDelay: 5, inFlight: '20', stop: 99 })).toEqual([
    'shutdown.drainDelay is 5 milliseconds, because it has no unit: write "5s" if seconds were meant, or else "5ms"',
    'shutdown.inFlight is 20 milliseconds, because it has no unit: write "20s" if seconds were meant, or else "20ms"',
    'shutdown.stop is 99 milliseconds, because it has no unit: write "99s" if seconds were meant, or else "99ms"',
  ])
})

test('a unit, none at all, or so much that nobody means seconds is not doubted', () => {
  expect(doubtfulSlices({ drainDelay: '5ms', inFlight: 0, stop: 100, flush: '0', margin: '1s' })).toEqual([])
  expect(doubtfulSlices({})).toEqual([])
})
