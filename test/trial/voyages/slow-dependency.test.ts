import { expect, onTestFinished, test } from 'vitest'
import DEP_02 from '../../../src/trial/trials/DEP-02.ts'
import slowDependency from '../../../src/trial/voyages/slow-dependency.ts'
import { judge } from '../samples.ts'
import { stockFacts } from './asked-stock.ts'
import { READY_AND_LIVE, sailVoyage } from './sailed-voyage.ts'

test.each([
  [
    'well',
    'PASS',
    /^\d+ requests waited for stock or failed, and others did not: GET \/alone \(.*, the probe \/livez \(/,
  ],
  ['gates', 'FAIL', /^\d+ of \d+ requests to the probe \/livez failed while stock was slow, and none before/],
  ['uses-nothing', 'INCONCLUSIVE', /^0 other requests waited for stock or failed while it was slow/],
])('a service that "%s" while its dependency is slow', { timeout: 60_000 }, async (how, outcome, says) => {
  const facts = await stockFacts(how, onTestFinished, {
    probes: READY_AND_LIVE,
    routes: ['/', '/alone'].map((path) => ({ method: 'GET', path, headers: {} })),
  })
  const verdict = judge(DEP_02, await sailVoyage(slowDependency, facts), facts)
  expect(verdict.says).toMatch(says)
  expect(verdict.outcome).toBe(outcome)
  const sunk = verdict.evidence.flatMap(({ says: each }) => /^With stock slow, (.+) is slow, too/.exec(each)?.[1] ?? [])
  expect(sunk).toEqual(how === 'gates' ? ['GET /alone', 'the probe /livez'] : [])
})
