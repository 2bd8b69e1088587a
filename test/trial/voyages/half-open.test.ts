import { expect, onTestFinished, test } from 'vitest'
import DEP_04 from '../../../src/trial/trials/DEP-04.ts'
import halfOpen from '../../../src/trial/voyages/half-open.ts'
import { judge } from '../samples.ts'
import { stockFacts } from './asked-stock.ts'
import { sailVoyage } from './sailed-voyage.ts'

test.each([
  [
    'well',
    'PASS',
    /^\d+ connections? to stock died in silence; \d+ of \d+ requests failed, the last [0-2]\.\d s after/,
  ],
  ['keeps-dead', 'FAIL', /^3\d s after 4 connections to stock died in silence, (\d+) of \1 requests still failed/],
  ['uses-nothing', 'INCONCLUSIVE', /^1 connection to stock stood and died, and none was used again/],
])('a service that is "%s" when its connections are dead', { timeout: 60_000 }, async (how, outcome, says) => {
  const facts = await stockFacts(how, onTestFinished)
  const verdict = judge(DEP_04, await sailVoyage(halfOpen, facts), facts)
  expect(verdict.says).toMatch(says)
  expect(verdict.outcome).toBe(outcome)
})
