import fc from 'fast-check'
import { expect, test } from 'vitest'
import { theilSen } from '../../../../src/trial/verdict/statistics/theil-sen.ts'

const line = (count: number, slope: number) => Array.from({ length: count }, (_, x) => ({ x, y: 5 + slope * x }))

test('points on a line have its slope, and nothing else can be it', () => {
  expect(theilSen(line(10, 3))).toEqual({ slope: 3, low: 3, high: 3 })
})

test('a few jumps do not move the slope', () => {
  const points = line(20, 3).map((point, index) => (index % 7 === 3 ? { ...point, y: 1e6 } : point))
  const { slope, low, high } = theilSen(points)
  expect(slope).toBeCloseTo(3)
  expect(low).toBeLessThanOrEqual(3)
  expect(high).toBeGreaterThanOrEqual(3)
})

test('of fewer than eight points, or of one place, nothing is known', () => {
  expect(theilSen(line(7, 3))).toEqual({ slope: 3, low: -Infinity, high: Infinity })
  expect(theilSen(line(8, 3)).low).toBe(3)
  expect(theilSen([])).toMatchObject({ low: -Infinity, high: Infinity })
  expect(theilSen(Array.from({ length: 9 }, () => ({ x: 1, y: 2 })))).toMatchObject({ low: -Infinity, high: Infinity })
})

test('the interval holds the true slope of noisy lines in about 95 % of all cases', () => {
  let held = 0
  let state = 1
  const noise = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state / 2 ** 32 - 0.5
  }
  for (let run = 0; run < 400; run++) {
    const { low, high } = theilSen(line(25, 2).map(({ x, y }) => ({ x, y: y + noise() * 20 })))
    if (low <= 2 && high >= 2) held++
  }
  expect(held).toBeGreaterThan(400 * 0.91)
})

test('the slope lies in its interval, whatever the points are', () => {
  const point = fc.record({ x: fc.integer({ min: 0, max: 50 }), y: fc.integer({ min: -1000, max: 1000 }) })
  fc.assert(
    fc.property(fc.array(point, { maxLength: 40 }), (points) => {
      const { slope, low, high } = theilSen(points)
      expect(Number.isNaN(slope) || (low <= slope && slope <= high)).toBe(true)
    }),
  )
})
