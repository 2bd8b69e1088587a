import { expect, test } from 'vitest'
import trial from '../../../src/trial/trials/TEL-04.ts'
import voyage from '../../../src/trial/voyages/flapping-collector.ts'
import type { Facts } from '../../../src/trial/facts.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { shopOnRuntime, shopOnSdk } from './shops.ts'

test.each<[string, () => Facts]>([
  ['the runtime', () => shopOnRuntime()],
  ['the SDK', () => shopOnSdk([])],
])('a shop on %s goes on, and its spans arrive again', { timeout: 90_000 }, async (_, shop) => {
  const facts = shop()
  const lifetimes = await sailVoyage(voyage, facts, { pace: 'default' })
  expect(trial.judge({ facts, lifetimes })).toMatchObject({ outcome: 'PASS' })
})

test('an exporter that gives up at its first failure loses what comes afterwards', { timeout: 90_000 }, async () => {
  const facts = shopOnSdk(['gives-up'])
  const lifetimes = await sailVoyage(voyage, facts, { pace: 'default' })
  expect(trial.judge({ facts, lifetimes })).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('spans of requests after the recovery never arrived'),
  })
})
