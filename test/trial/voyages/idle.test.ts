import { expect, test } from 'vitest'
import LEAK_05 from '../../../src/trial/trials/LEAK-05.ts'
import idle from '../../../src/trial/voyages/idle.ts'
import { judge } from '../samples.ts'
import { sailVoyage, serviceFacts } from './sailed-voyage.ts'

test.each([
  ['nothing', 'PASS', /^With nothing to do it used \d/],
  ['once', 'PASS', /^With nothing to do it used \d/],
  ['processor', 'FAIL', /^With nothing to do it used [\d.]+ %, [\d.]+ % and [\d.]+ % of a processor/],
  ['files', 'FAIL', /^With nothing to do it opened files in every window/],
])('a service that without work uses up %s', { timeout: 60_000 }, async (what, outcome, says) => {
  const facts = serviceFacts('idles', [what])
  const verdict = judge(LEAK_05, await sailVoyage(idle, facts, { pace: 'default' }), facts)
  expect(verdict.says).toMatch(says)
  expect(verdict.outcome).toBe(outcome)
})
