import { expect, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import trial from '../../../src/trial/trials/TEL-02.ts'
import voyage from '../../../src/trial/voyages/slow-collector.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { shopOnRuntime, shopOnSdk } from './shops.ts'

test.each<[string, () => Facts]>([
  ['the runtime', () => shopOnRuntime()],
  ['the SDK and its batches', () => shopOnSdk([])],
])('a shop on %s is not held up by late exports', { timeout: 60_000 }, async (_, shop) => {
  const facts = shop()
  const verdict = trial.judge({ facts, lifetimes: await sailVoyage(voyage, facts) })
  const figures = Object.fromEntries(verdict.figures.map(({ name, value }) => [name, value]))
  expect(figures['slowExportCount']).toBeGreaterThanOrEqual(3)
  // On a machine that does other things as well nobody may be able to tell.
  expect(verdict.outcome).not.toBe('FAIL')
})

test('a handler that waits for the export of its span is', { timeout: 60_000 }, async () => {
  const facts = shopOnSdk(['blocking-export'])
  expect(trial.judge({ facts, lifetimes: await sailVoyage(voyage, facts) })).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('Requests wait for the collector'),
  })
})
