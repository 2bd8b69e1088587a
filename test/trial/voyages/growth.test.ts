import { expect, test } from 'vitest'
import LEAK_01 from '../../../src/trial/trials/LEAK-01.ts'
import LEAK_02 from '../../../src/trial/trials/LEAK-02.ts'
import growth from '../../../src/trial/voyages/growth.ts'
import { judge } from '../samples.ts'
import { sailVoyage, serviceFacts } from './sailed-voyage.ts'

test.each([
  [
    'nothing',
    'PASS',
    /^Memory in use after collections moved by/,
    'PASS',
    /^Nothing was kept of \d+ connections in 2 rounds/,
  ],
  ['garbage', 'PASS', /^Memory in use after collections moved by/, 'PASS', /./],
  ['little', 'FAIL', /^Memory in use after collections grows by [23]\d\d bytes a request/, 'PASS', /./],
  ['memory', 'FAIL', /^Memory in use after collections grows by \d+ bytes a request/, 'PASS', /./],
  ['sockets', 'PASS', /./, 'FAIL', /^There are more (?:open files|sockets in CLOSE_WAIT) after every round/],
])('a service that leaks %s', { timeout: 120_000 }, async (what, first, firstSays, second, secondSays) => {
  const facts = serviceFacts('leaks', [what])
  const lifetimes = await sailVoyage(growth, facts)
  const verdicts = [judge(LEAK_01, lifetimes, facts), judge(LEAK_02, lifetimes, facts)]
  expect(verdicts.map(({ says }) => says)).toEqual([
    expect.stringMatching(firstSays),
    expect.stringMatching(secondSays),
  ])
  expect(verdicts.map(({ outcome }) => outcome)).toEqual([first, second])
})

test('a pool that fills by and by is full before anything is counted', { timeout: 120_000 }, async () => {
  const facts = serviceFacts('leaks', ['pool'])
  const verdict = judge(LEAK_02, await sailVoyage(growth, facts), facts)
  // What grew in one round only would be in a note.
  expect(verdict).toMatchObject({ outcome: 'PASS' })
  expect(verdict.notes ?? []).toEqual([])
})
