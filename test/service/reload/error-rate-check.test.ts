import { ManualClock } from '../../../src/core/manual-clock.ts'
import { expect, test } from 'vitest'
import { AnswerCounts, LATELY_MS } from '../../../src/service/reload/answer-counts.ts'
import { answersOf, ErrorRateCheck, lowerBound } from '../../../src/service/reload/error-rate-check.ts'

/** A check that has taken stock of `before` and is asked with `now` of the next generation. */
function ask(before: readonly [failed: number, answered: number], now: readonly [failed: number, answered: number]) {
  let generation = 1
  const toCount = ([failed, answered]: readonly [number, number]) => ({ failed, answered })
  const check = new ErrorRateCheck(
    { generation: () => generation, lately: () => toCount(before), with: () => toCount(now) },
    { margin: 0.05, minRequests: 5 },
  )
  check.takeStock()
  expect(check.check()).toBeUndefined()
  generation = 2
  return check.check()
}

test.each([
  ['all of five fail', [0, 100], [5, 5], true],
  ['all of four fail, too few to say', [0, 100], [4, 4], false],
  ['one of ten fails, which chance may do', [0, 100], [1, 10], false],
  ['10 of 100 fail', [0, 100], [10, 100], true],
  ['9 of 100 fail', [0, 100], [9, 100], false],
  ['nothing was asked before, and all fail', [0, 0], [20, 20], true],
  ['as many fail as before', [50, 100], [50, 100], false],
  ['half as many fail as before', [80, 100], [40, 100], false],
  ['far more fail than before', [30, 100], [70, 100], true],
] as const)('%s', (_what, before, now, isWrong) => {
  expect(ask(before, now) !== undefined).toBe(isWrong)
})

test('the reason has the figures', () => {
  expect(ask([1, 200], [30, 120])).toBe('30 of 120 requests failed with it (25.0 %), 0.5 % in the minute before')
})

test('the lower end is below the share, and comes closer with more requests', () => {
  expect(lowerBound({ failed: 0, answered: 0 })).toBe(0)
  expect(lowerBound({ failed: 1, answered: 10 })).toBeLessThan(lowerBound({ failed: 100, answered: 1_000 }))
  expect(lowerBound({ failed: 100, answered: 1_000 })).toBeLessThan(0.1)
})

test('answers count for the configuration with which their request began, and for no other', () => {
  const counts = new AnswerCounts()
  counts.note(1, true, 0)
  counts.note(2, false, 0)
  counts.note(1, true, 0)
  counts.note(2, true, 0)
  expect(counts.with(2)).toEqual({ answered: 2, failed: 1 })
  expect(counts.with(1)).toEqual({ answered: 2, failed: 2 })
  expect(counts.lately(1, 0)).toEqual({ answered: 2, failed: 2 })
  counts.keepOnly(1)
  expect(counts.with(2)).toEqual({ answered: 0, failed: 0 })
  expect(counts.with(1)).toEqual({ answered: 2, failed: 2 })
})

test('what is older than a minute is forgotten, slot by slot', () => {
  const counts = new AnswerCounts()
  counts.note(1, true, 1_000)
  counts.note(1, true, 7_000)
  expect(counts.lately(1, LATELY_MS - 1)).toEqual({ answered: 2, failed: 2 })
  expect(counts.lately(1, LATELY_MS)).toEqual({ answered: 1, failed: 1 })
  expect(counts.lately(1, LATELY_MS + 5_000)).toEqual({ answered: 0, failed: 0 })
  counts.note(1, false, 1_000 + 10 * LATELY_MS)
  expect(counts.lately(1, 1_000 + 10 * LATELY_MS)).toEqual({ answered: 1, failed: 0 })
  expect(counts.with(1)).toEqual({ answered: 3, failed: 2 })
})

test('what failed with a configuration that was taken back is not held in favour of the next one', () => {
  const counts = new AnswerCounts()
  let generation = 1
  const check = new ErrorRateCheck(
    {
      generation: () => generation,
      lately: (which) => {
        counts.keepOnly(which)
        return counts.lately(which, 0)
      },
      with: (which) => counts.with(which),
    },
    { margin: 0.05, minRequests: 5 },
  )
  const answer = (failed: number, of: number): void => {
    for (let count = 0; count < of; count++) counts.note(generation, count < failed, 0)
  }
  answer(0, 100)
  check.takeStock()
  generation = 2
  answer(100, 100)
  expect(check.check()).toContain('100 of 100 requests failed')
  // Taken back; the next one fails less, and more than the one in force.
  generation = 1
  check.takeStock()
  generation = 3
  answer(40, 100)
  expect(check.check()).toBe('40 of 100 requests failed with it (40.0 %), 0.0 % in the minute before')
})

test('of a configuration that changes for ever, only what may still be asked about is kept', () => {
  const counts = new AnswerCounts()
  let generation = 0
  const check = new ErrorRateCheck(
    answersOf(counts, () => generation, new ManualClock()),
    { margin: 0.05, minRequests: 5 },
  )
  for (generation = 1; generation <= 1_000; generation++) {
    counts.note(generation, false, 0)
    check.takeStock()
  }
  expect(counts.size).toBe(1)
})
