import { expect, test } from 'vitest'
import { watchStandstill } from '../../bench/drain/standstill.ts'
import { systemClock } from '../../src/core/clock.ts'

/** A clock of which the test says when it is, and when the next timer is noticed. */
function clockForTest() {
  let now = 1000
  let next: (() => void) | undefined
  const clock = {
    ...systemClock,
    now: () => now,
    schedule: (_delayMs: number, callback: () => void) => {
      next = callback
      return () => {
        next = undefined
      }
    },
  }
  const turnAfter = (ms: number): void => {
    now += ms
    next?.()
  }
  return { clock, turnAfter, wait: (ms: number) => (now += ms), isWatched: () => next !== undefined }
}

test('the longest standstill of a process is known, also one that is not over', () => {
  const { clock, turnAfter, wait, isWatched } = clockForTest()
  const first = watchStandstill(clock)
  for (const ms of [20, 25, 320, 21]) turnAfter(ms)
  expect(first()).toBe(300)
  expect(isWatched()).toBe(false)

  const second = watchStandstill(clock)
  turnAfter(20)
  wait(440)
  expect(second()).toBe(420)
})

test('a process that is never late has stood still for no time', () => {
  const { clock, turnAfter, wait } = clockForTest()
  const end = watchStandstill(clock)
  for (let turn = 0; turn < 10; turn++) turnAfter(20)
  wait(5)
  expect(end()).toBe(0)
})
