import { expect, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import TEL_08 from '../../../src/trial/trials/TEL-08.ts'
import lostTelemetry from '../../../src/trial/voyages/lost-telemetry.ts'
import { judge } from '../samples.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { shopOnRuntime, shopOnSdk } from './shops.ts'

test.each<[string, () => Facts, string, RegExp]>([
  [
    'counts what it drops',
    shopOnRuntime,
    'PASS',
    /^\d+ of \d+ spans were lost .+ and the metric otel\.sdk\.processor\.span\.processed$/,
  ],
  [
    'drops and says nothing',
    () => shopOnSdk([]),
    'FAIL',
    /^\d+ of \d+ spans were lost .+ and no line, log record or metric says so\.$/,
  ],
])('a service that %s', { timeout: 60_000 }, async (_, factsOf, outcome, says) => {
  const facts = factsOf()
  const verdict = judge(TEL_08, await sailVoyage(lostTelemetry, facts, { pace: 'default' }), facts)
  expect(verdict.says).toMatch(says)
  expect(verdict.outcome).toBe(outcome)
})
