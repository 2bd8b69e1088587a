import { expect, test } from 'vitest'
import { judgeGrowth } from '../../../src/trial/verdict/judge-growth.ts'

const LIMIT = 512 * 1024 * 1024

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
  expect(judgeGrowth(memory(bytesOf), LIMIT).outcome).toBe(outcome)
})

test('growth below a tenth of the limit in a million requests is unclear', () => {
  const points = memory((x) => 100 * x)
  expect(judgeGrowth(points, 1000e6).outcome).toBe('unclear')
  expect(judgeGrowth(points, 999e6).outcome).toBe('grows')
})

test('few requests and few readings tell nothing, whatever memory does', () => {
  // After the warm-up: 4990 and 5000 requests.
  expect(
    judgeGrowth(
      memory(() => 0, { step: 199 }),
      LIMIT,
    ),
  ).toMatchObject({ outcome: 'unclear', requestCount: 4975 })
  expect(
    judgeGrowth(
      memory(() => 0, { step: 200 }),
      LIMIT,
    ),
  ).toMatchObject({ outcome: 'flat', requestCount: 5000 })
  expect(
    judgeGrowth(
      memory((x) => x * 5000, { step: 100 }),
      LIMIT,
    ).outcome,
  ).toBe('unclear')
  expect(
    judgeGrowth(
      memory(() => 0, { readings: 11 }),
      LIMIT,
    ).because,
  ).toContain('memory was read 7 times')
  expect(judgeGrowth([], LIMIT).outcome).toBe('unclear')
})
