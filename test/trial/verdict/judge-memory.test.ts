import { expect, test } from 'vitest'
import { judgeMemory } from '../../../src/trial/verdict/judge-memory.ts'

const LIMIT = 512 * 1024 * 1024

/** 40,000 requests: bytes by number of requests. */
function points(bytesOf: (x: number) => number) {
  return Array.from({ length: 41 }, (_, index) => ({ x: index * 1000, y: 90e6 + bytesOf(index * 1000) }))
}

const flat = points(() => 0)
const growing = points((x) => 1024 * x)
const moving = points((x) => 200 * x + (x % 3000) * 3000)

function judged(live: typeof flat, outside: typeof flat, resident: typeof flat) {
  const growth = { from: 0, to: 1, answeredCount: 40_000, points: resident, live, outside }
  const { outcome, by } = judgeMemory(growth, LIMIT)
  return { outcome, by }
}

test('resident memory of a heap that was not collected is no leak where what is in use stays', () => {
  expect(judged(flat, flat, growing)).toEqual({ outcome: 'flat', by: 'live' })
})

test('what is in use and grows is a leak, whatever is resident', () => {
  expect(judged(growing, flat, flat)).toEqual({ outcome: 'grows', by: 'live' })
  expect(judged(growing, growing, growing)).toEqual({ outcome: 'grows', by: 'live' })
})

test('what grows outside of the heap is a leak, and nothing that only moves there', () => {
  expect(judged(flat, growing, growing)).toEqual({ outcome: 'grows', by: 'outside' })
  expect(judged(flat, moving, growing)).toEqual({ outcome: 'flat', by: 'live' })
})

test('without collections, what is resident decides', () => {
  expect(judged([], [], growing)).toEqual({ outcome: 'grows', by: 'resident' })
  expect(judged([], [], flat)).toEqual({ outcome: 'flat', by: 'resident' })
})

test('a leak of 200 bytes shows in what is in use, and one of 400 in what is resident', () => {
  expect(
    judged(
      points((x) => 200 * x),
      flat,
      flat,
    ).outcome,
  ).toBe('grows')
  const resident = (bytes: number) =>
    judged(
      [],
      [],
      points((x) => bytes * x),
    ).outcome
  expect(resident(200)).toBe('flat')
  expect(resident(400)).toBe('grows')
})
