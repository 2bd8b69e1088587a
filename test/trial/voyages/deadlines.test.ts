import { expect, onTestFinished, test } from 'vitest'
import CTX_04 from '../../../src/trial/trials/CTX-04.ts'
import deadlines from '../../../src/trial/voyages/deadlines.ts'
import { judge } from '../samples.ts'
import { stockFacts } from './asked-stock.ts'
import { sailVoyage } from './sailed-voyage.ts'

test.concurrent.each([
  [
    'well',
    'PASS',
    /^All 8 requests were answered while stock hung, 8 of them late or with an error, the last after 1\.\d s/,
  ],
  ['waits-long', 'PASS', /^All 8 requests were answered while stock hung, 8 of them .*, the last after 12\.\d s/],
  ['waits', 'FAIL', /^8 of 8 requests had no answer 30 s after they were sent, while stock hung/],
  ['cuts', 'FAIL', /^8 of 8 requests were cut off instead of answered while stock hung; the first after 1\.\d s/],
  ['uses-nothing', 'INCONCLUSIVE', /^0 of 8 requests took longer or failed while stock hung/],
])('a service that "%s" while its dependency hangs', { timeout: 60_000 }, async (how, outcome, says) => {
  const facts = await stockFacts(how, onTestFinished)
  const verdict = judge(CTX_04, await sailVoyage(deadlines, facts), facts)
  expect(verdict.says).toMatch(says)
  expect(verdict.outcome).toBe(outcome)
  expect(verdict.notes).toHaveLength(how === 'waits-long' ? 1 : 0)
})
