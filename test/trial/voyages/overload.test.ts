import { expect, test } from 'vitest'
import LOAD_01 from '../../../src/trial/trials/LOAD-01.ts'
import overload from '../../../src/trial/voyages/overload.ts'
import { judge } from '../samples.ts'
import { READY_AND_LIVE, sailVoyage, serviceFacts } from './sailed-voyage.ts'

test.each([
  [
    'sheds',
    'PASS',
    /^Of \d+ requests that were due in the burst \d+ were answered and [1-9]\d* were told no, liveness/,
  ],
  ['crashes', 'FAIL', /^The service ended with exit code 1, [\d.]+ s after the overload had begun\.$/],
])('a service that %s under overload', { timeout: 90_000 }, async (does, outcome, says) => {
  const { live } = READY_AND_LIVE
  const facts = serviceFacts('overloaded', [does], live === undefined ? {} : { probes: { live } })
  const verdict = judge(LOAD_01, await sailVoyage(overload, facts, { pace: 'default' }), facts)
  expect(verdict.says).toMatch(says)
  expect(verdict.outcome).toBe(outcome)
})
