import { expect, test } from 'vitest'
import logs from '../../../src/trial/trials/CTX-05.ts'
import arrives from '../../../src/trial/trials/TEL-01.ts'
import continued from '../../../src/trial/trials/CTX-01.ts'
import voyage from '../../../src/trial/voyages/underway.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { shopOnRuntime, shopOnSdk } from './shops.ts'

test(
  'telemetry of a shop on the runtime arrives, continues traces, and is in its logs',
  { timeout: 60_000 },
  async () => {
    const facts = shopOnRuntime()
    const lifetimes = await sailVoyage(voyage, facts)
    for (const trial of [arrives, continued, logs])
      expect([trial.id, trial.judge({ facts, lifetimes })]).toMatchObject([trial.id, { outcome: 'PASS' }])
  },
)

test(
  'a shop that ignores contexts, has no metrics and writes text fails in all three',
  { timeout: 60_000 },
  async () => {
    const shop = shopOnSdk(['ignores-context', 'text-logs'])
    // As a survey sees it.
    const facts = { ...shop, telemetry: { ...shop.telemetry, metrics: false } }
    const lifetimes = await sailVoyage(voyage, facts)
    const says = [arrives, continued, logs].map((trial) => {
      const { outcome, says } = trial.judge({ facts, lifetimes })
      return `${outcome}: ${says}`
    })
    expect(says).toEqual([
      'FAIL: No metrics arrived, though other telemetry did',
      expect.stringMatching(/^FAIL: \d+ requests that carried a trace context got a new trace/),
      expect.stringMatching(/^FAIL: Only 0 % of \d+ lines of the output are structured \(no JSON or logfmt\)/),
    ])
  },
)

test('lines of JSON without the trace fail', { timeout: 60_000 }, async () => {
  const facts = shopOnSdk(['logs-without-trace'])
  const lifetimes = await sailVoyage(voyage, facts)
  expect(logs.judge({ facts, lifetimes })).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringMatching(/^Only 0 % of about \d+ lines of the output about requests name a trace/),
  })
})
