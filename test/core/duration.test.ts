import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../src/core/duration.ts'

test.each([
  ['250ms', 250],
  ['10s', 10_000],
  ['1m30s', 90_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['1.5s', 1500],
  ['  5s ', 5000],
  ['750', 750],
  [0, 0],
  [12.5, 12.5],
])('%j is %d ms', (value, ms) => {
  expect(parseDuration(value)).toBe(ms)
})

test.each([
  [''],
  ['s'],
  ['10 s'],
  ['10sec'],
  ['-1s'],
  ['1s-'],
  ['1e3'],
  ['.5s'],
  [-1],
  [Number.NaN],
  [Number.POSITIVE_INFINITY],
  [null],
  [undefined],
  [true],
  [['10s']],
  [{}],
])('%j is no duration', (value) => {
  expect(parseDuration(value)).toBeUndefined()
})

test.each([
  [0, '0ms'],
  [999, '999ms'],
  [999.6, '1s'],
  [1000, '1s'],
  [2500, '2.5s'],
  [2346, '2.35s'],
  [12_340, '12.3s'],
  [59_940, '59.9s'],
  [59_999, '1m'],
  [60_000, '1m'],
  [90_000, '1m30s'],
  [119_999, '2m'],
  [3_599_999, '60m'],
])('%d ms reads as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
