import { expect, test } from 'vitest'
import { judgeGrowth } from '../../../src/trial/verdict/judge-growth.ts'

const BOUNDS = { limitBytes: 512 * 1024 * 1024, leastRiseBytes: 0 }

/** Memory at 40 readings, 1000 requests apart. */
function memory(bytesOf: (x: number) => number, { readings = 40, step = 1000 } = {}) {
  return Array.from({ length: readings }, (_, index) => ({ x: index * step, y: 50e6 + bytesOf(index * step) }))
}

test.each([
  ['nothing', () => 0, 'flat'],
  ['63 bytes a request', (x: number) => 63 * x, 'flat'],
  ['64 bytes a request', (x: number) => 64 * x, 'unclear'],
  ['66 bytes a request', (x: number) => 66 * x, 'grows'],
  ['1 KiB a request', (x: number) => 1024 * x, 'grows'],
  ['a warm-up of 20 MB that is over after a third', (x: number) => Math.min(x, 13_000) * 1600, 'flat'],
  [
    'much at first and less than half of it at the end',
    (x: number) => 1600 * Math.min(x, 30_000) + 300 * Math.max(0, x - 30_000),
    'unclear',
  ],
  [
    'much at first and more than half of it at the end',
    (x: number) => 1600 * Math.min(x, 30_000) + 1200 * Math.max(0, x - 30_000),
    'grows',
  ],
  ['a plateau that is reached later', (x: number) => Math.min(x, 30_000) * 1600, 'unclear'],
])('memory that grows by %s is %s', (_what, bytesOf, outcome) => {
  expect(judgeGrowth(memory(bytesOf), BOUNDS).outcome).toBe(outcome)
})

test('growth below a tenth of the limit in a million requests is unclear', () => {
  const points = memory((x) => 100 * x)
  expect(judgeGrowth(points, { ...BOUNDS, limitBytes: 1000e6 }).outcome).toBe('unclear')
  expect(judgeGrowth(points, { ...BOUNDS, limitBytes: 999e6 }).outcome).toBe('grows')
})

test('few requests and few readings tell nothing, whatever memory does', () => {
  // After the warm-up: 4990 and 5000 requests.
  expect(
    judgeGrowth(
      memory(() => 0, { step: 199 }),
      BOUNDS,
    ),
  ).toMatchObject({ outcome: 'unclear', requestCount: 4975 })
  expect(
    judgeGrowth(
      memory(() => 0, { step: 200 }),
      BOUNDS,
    ),
  ).toMatchObject({ outcome: 'flat', requestCount: 5000 })
  expect(
    judgeGrowth(
      memory((x) => x * 5000, { step: 100 }),
      BOUNDS,
    ).outcome,
  ).toBe('unclear')
  expect(
    judgeGrowth(
      memory(() => 0, { readings: 11 }),
      BOUNDS,
    ).because,
  ).toContain('memory was read 7 times')
  expect(judgeGrowth([], BOUNDS).outcome).toBe('unclear')
})

test('what is taken in one piece, without a leak, sets the least leak that shows', () => {
  const rising = (bytes: number, leastRiseBytes: number) =>
    judgeGrowth(
      memory((x) => bytes * x),
      { ...BOUNDS, leastRiseBytes },
    )
  // 25,000 requests after the warm-up.
  expect(rising(0, 1e6)).toMatchObject({ outcome: 'flat', leastBytes: 64 })
  expect(rising(319, 8e6)).toMatchObject({ outcome: 'flat', leastBytes: 320 })
  expect(rising(321, 8e6)).toMatchObject({ outcome: 'grows' })
})

test('where only a leak of more than a KiB would show, nothing was shown', () => {
  const flat = (leastRiseBytes: number) =>
    judgeGrowth(
      memory(() => 0),
      { ...BOUNDS, leastRiseBytes },
    )
  expect(flat(25_000 * 1024).outcome).toBe('flat')
  expect(flat(25_000 * 1024 + 1)).toMatchObject({
    outcome: 'unclear',
    because: '25000 requests were answered after the warm-up, and 25001 are needed to tell',
  })
})
