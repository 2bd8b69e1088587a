import { expect, test } from 'vitest'
import CRASH_01 from '../../../src/trial/trials/CRASH-01.ts'
import crash from '../../../src/trial/voyages/crash.ts'
import { judge } from '../samples.ts'
import { sailVoyage, serviceFacts } from './sailed-voyage.ts'

const facts = (how: string) =>
  serviceFacts('crashes', [how], {
    crash: { method: 'GET', path: '/crash', headers: {} },
    telemetry: { traces: true, metrics: false, logs: false, protocol: 'http/json' },
  })

test.concurrent.each([
  [
    'flushes',
    'PASS',
    /^Ended with exit code 1 after \d+ ms; error and stack were written, and the span of the request arrived\.$/,
  ],
  ['loses', 'FAIL', /never arrived/],
  ['fine', 'FAIL', /exit code 0/],
  ['silent', 'FAIL', /speaks of an error/],
  ['goes-on', 'INCONCLUSIVE', /went on .* answered with 500/],
])('a service that %s at a crash: %s', { timeout: 20_000 }, async (how, outcome, says) => {
  const verdict = judge(CRASH_01, await sailVoyage(crash, facts(how)), facts(how))
  expect(verdict.says).toMatch(says)
  expect(verdict.outcome).toBe(outcome)
})
