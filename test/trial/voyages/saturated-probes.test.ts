import { expect, test } from 'vitest'
import PROBE_04 from '../../../src/trial/trials/PROBE-04.ts'
import saturatedProbes from '../../../src/trial/voyages/saturated-probes.ts'
import { judge } from '../samples.ts'
import { READY_AND_LIVE, sailVoyage, serviceFacts } from './sailed-voyage.ts'

test.each([
  ['beside', 'PASS', /and each made 0 spans and 1 lines$/],
  [
    'in-line',
    'FAIL',
    /^Readiness came later than 1000 ms, or not at all, \d+ of \d+ times while the service was busy\.$/,
  ],
])('a service that is busy with its probes %s', { timeout: 60_000 }, async (how, outcome, says) => {
  const facts = serviceFacts('probes-in-line', [how], { probes: READY_AND_LIVE })
  const verdict = judge(PROBE_04, await sailVoyage(saturatedProbes, facts, { pace: 'default' }), facts)
  expect(verdict.says).toMatch(says)
  expect(verdict.outcome).toBe(outcome)
})
