import { expect, test } from 'vitest'
import { partOf, readPart } from '../../zoo/runner/part.ts'

const DAY_MS = 24 * 3600 * 1000
const day = (number: number): Date => new Date(number * DAY_MS)
const items = Array.from({ length: 20 }, (_, index) => index)

test('the parts are the whole, and nothing is in two of them', () => {
  const parts = [1, 2, 3].flatMap((index) => partOf(items, readPart(`${index}/3`, day(0))))
  expect(parts.toSorted((one, other) => one - other)).toEqual(items)
})

test('as many days as there are parts try everything, and the words say how to run it again', () => {
  const days = [20_000, 20_001, 20_002].map((number) => readPart('today/3', day(number)))
  expect(new Set(days.map(({ index }) => index))).toEqual(new Set([1, 2, 3]))
  expect(readPart('today/3', new Date('2026-11-23T23:59:59Z')).says).toMatch(
    /^part [123] of 3 by the date 2026-11-23; the same again: --part [123]\/3$/,
  )
})

test.each(['', '3', '0/3', '4/3', 'today/0', 'tomorrow/3', '1/x'])('%j is no part', (text) => {
  expect(() => readPart(text, day(0))).toThrow(`--part is "${text}"`)
})
