import { expect, test } from 'vitest'
import { goodputOf, runModel, sumOf } from './loop-model.ts'

const shedding = { maxEventLoopDelay: 200 }

/** Half of what can be done for five seconds, then this many times of it. */
const overload = (factor: number) => (second: number) => (second < 5 ? 0.5 : factor)

test.each([
  [1.2, 4, 0.95],
  [2, 1, 0.85],
  [2, 4, 0.9],
  [2, 20, 0.85],
  [2, 80, 0.8],
  [5, 4, 0.8],
  [5, 20, 0.75],
  [20, 4, 0.3],
])(
  'of %d times of what can be done, at %d ms each, most of what can be is served in time: %d and more',
  (factor, servedMs, least) => {
    const seconds = 30
    const run = { load: overload(factor), seconds, servedMs }
    const result = runModel({ ...run, shedding })
    expect(goodputOf(result, servedMs, 8)).toBeGreaterThan(least)
    // Who is served is served in time, once it has begun.
    expect(sumOf(result, 'late', 10)).toBe(0)
    expect(goodputOf(runModel(run), servedMs, 8)).toBeLessThan(0.1)
  },
)

test('nothing is refused of what can be done, neither before nor after', () => {
  const load = (second: number): number => (second >= 5 && second < 10 ? 3 : 0.8)
  const result = runModel({ load, seconds: 30, servedMs: 4, shedding })
  expect(sumOf(result, 'refused', 0, 5)).toBe(0)
  expect(sumOf(result, 'refused', 5, 10)).toBeGreaterThan(500)
  expect(sumOf(result, 'refused', 12)).toBe(0)
  expect(sumOf(result, 'late', 12)).toBe(0)
})

test('a pause that is shorter than the stated time refuses nobody', () => {
  // With the half of it again that those take who waited meanwhile.
  const pause = { atMs: 5000, forMs: 600 }
  const result = runModel({ load: () => 0.5, seconds: 15, servedMs: 4, pause, shedding })
  expect(sumOf(result, 'refused', 0)).toBe(0)
})

test('of one that is longer, part of those who waited are refused, and nobody who comes a second later', () => {
  const pause = { atMs: 5000, forMs: 3000 }
  const result = runModel({ load: () => 0.5, seconds: 20, servedMs: 4, pause, shedding })
  // With those who waited, the loop is late until half past nine.
  expect(sumOf(result, 'refused', 0, 10)).toBeGreaterThan(50)
  expect(sumOf(result, 'refused', 11)).toBe(0)
})

test('how much can be done is still known after a pause in which nothing was', () => {
  const pause = { atMs: 5000, forMs: 900 }
  const result = runModel({ load: () => 0.5, seconds: 20, servedMs: 4, pause, shedding })
  expect(sumOf(result, 'refused', 0)).toBeGreaterThan(0)
  expect(sumOf(result, 'refused', 0)).toBeLessThan(80)
})

test('a request that takes longer than the limit by itself is served all the same, one after the other', () => {
  const run = { load: overload(2), seconds: 40, servedMs: 80 }
  expect(goodputOf(runModel({ ...run, shedding: { maxEventLoopDelay: 50 } }), 80, 8)).toBeGreaterThan(0.85)
})
