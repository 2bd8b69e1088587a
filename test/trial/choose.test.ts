import { expect, test } from 'vitest'
import { chooseTrials, type Wishes } from '../../src/trial/choose.ts'
import { makeTrial } from './run-samples.ts'

const TRIALS = [
  makeTrial({ id: 'START-01', slug: 'ready-means-ready' }),
  makeTrial({ id: 'STOP-01', slug: 'zero-failed-requests' }),
  makeTrial({ id: 'STOP-10', slug: 'worst-moments', isExtra: true }),
  makeTrial({ id: 'STOP-11', slug: 'no-spans-lost-at-exit' }),
]

function choose(wishes: Partial<Wishes>): readonly string[] {
  return chooseTrials(TRIALS, { only: [], skip: [], isFull: false, ...wishes }).map(({ id }) => id)
}

test('without a wish, all are chosen but the extra ones, which --full adds', () => {
  expect(choose({})).toEqual(['START-01', 'STOP-01', 'STOP-11'])
  expect(choose({ isFull: true })).toEqual(['START-01', 'STOP-01', 'STOP-10', 'STOP-11'])
})

test.each([
  ['an id', 'STOP-01', ['STOP-01']],
  ['an id in small letters', 'stop-01', ['STOP-01']],
  ['a slug', 'zero-failed-requests', ['STOP-01']],
  ['an area', 'STOP', ['STOP-01', 'STOP-11']],
  ['a pattern of ids', 'STOP-*', ['STOP-01', 'STOP-11']],
  ['a pattern in small letters', 'stop-1*', ['STOP-11']],
  ['a pattern of slugs', '*-exit', ['STOP-11']],
  ['an extra one by its id', 'STOP-10', ['STOP-10']],
  ['an extra one by its slug', 'worst-moments', ['STOP-10']],
])('%s is understood: %s', (_what, word, ids) => {
  expect(choose({ only: [word] })).toEqual(ids)
})

test('what is skipped is left out, also of what was named', () => {
  expect(choose({ skip: ['STOP-*'] })).toEqual(['START-01'])
  expect(choose({ only: ['STOP'], skip: ['zero-failed-requests'] })).toEqual(['STOP-11'])
})

test('letters that mean something in a pattern of another kind mean themselves', () => {
  expect(() => choose({ only: ['STOP.01'] })).toThrow('"STOP.01" is not a trial')
  expect(() => choose({ only: ['(STOP-01'] })).toThrow('"(STOP-01" is not a trial')
})

test('every word that no trial is called is named, with the one that was meant', () => {
  expect(() => choose({ only: ['STOP-1', 'STOP-01'] })).toThrow(
    expect.objectContaining({
      code: 'SEA_CLI_USAGE',
      message: '"STOP-1" is not a trial',
      hint: 'Did you mean "STOP-01"?',
    }),
  )
  expect(() => choose({ only: ['zero-failed-request'], skip: ['nonsense'] })).toThrow(
    expect.objectContaining({
      message: '"zero-failed-request", "nonsense" are no trials',
      hint: 'Did you mean "zero-failed-requests" for "zero-failed-request"? See seaworthy trial --list.',
    }),
  )
  expect(() => choose({ skip: ['completely-different'] })).toThrow(
    expect.objectContaining({ hint: 'See seaworthy trial --list.' }),
  )
})

test.each([
  [
    'several words',
    ['STP-01', 'worst-momnts'],
    'Did you mean "STOP-01" for "STP-01", "worst-moments" for "worst-momnts"?',
  ],
  ['a part of a slug', ['failed'], 'Did you mean "zero-failed-requests"?'],
  [
    'a part of several',
    ['means', 'lost-at'],
    'Did you mean "ready-means-ready" for "means", "no-spans-lost-at-exit" for "lost-at"?',
  ],
  ['a pattern of an area', ['STRAT-*'], 'Did you mean "START"?'],
  ['an area', ['STP'], 'Did you mean "STOP"?'],
  ['too little to tell', ['e'], 'See seaworthy trial --list.'],
])('%s that no trial is called: what was most likely meant', (_, only, hint) => {
  expect(() => choose({ only })).toThrow(expect.objectContaining({ code: 'SEA_CLI_USAGE', hint }))
})

test('when nothing is left, that is wrong usage', () => {
  expect(() => choose({ skip: ['*'] })).toThrow(
    expect.objectContaining({ code: 'SEA_CLI_USAGE', message: 'No trial is left' }),
  )
})
