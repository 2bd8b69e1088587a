import { expect, test } from 'vitest'
import { chosen, positiveNumber, wholeNumber } from '../../bench/arguments.ts'
import { UsageError } from '../../bench/run-command.ts'

const ALL = [
  { name: 'bare', group: 'peers' },
  { name: 'ours', group: 'seaworthy' },
  { name: 'theirs', group: 'peers' },
]
const choose = (text: string | undefined): readonly string[] =>
  chosen('only', text, ALL, ({ name, group }) => [name, group]).map(({ name }) => name)

test('what is named is chosen in its own order, by its name or its group; everything where nothing is said', () => {
  expect(choose(undefined)).toEqual(['bare', 'ours', 'theirs'])
  expect(choose('theirs, ours')).toEqual(['ours', 'theirs'])
  expect(choose('peers')).toEqual(['bare', 'theirs'])
})

test('a name that nothing has is wrong usage, and all such names are told at once', () => {
  expect(() => choose('ours,nobody,none')).toThrow(
    new UsageError('--only: there is no nobody, none; --help says more.'),
  )
})

test('numbers are what they are meant to be, or wrong usage', () => {
  expect(wholeNumber('runs', undefined, { fallback: 5 })).toBe(5)
  expect(wholeNumber('seed', '0', { fallback: 5, least: 0 })).toBe(0)
  for (const text of ['0', '1.5', 'many', '', ' ', '-1'])
    expect(() => wholeNumber('runs', text, { fallback: 5 }), text).toThrow(UsageError)
  expect(positiveNumber('minutes', '0.5')).toBe(0.5)
  for (const text of ['0', 'x', '-1', '']) expect(() => positiveNumber('minutes', text), text).toThrow(UsageError)
})
