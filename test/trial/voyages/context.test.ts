import { expect, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import trial from '../../../src/trial/trials/CTX-02.ts'
import voyage from '../../../src/trial/voyages/context.ts'
import type { Verdict } from '../../../src/trial/verdict/verdict.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { shopOnRuntime, shopOnSdk, startStock } from './shops.ts'

async function tried(shop: (changes: Partial<Facts>) => Facts): Promise<Verdict> {
  await using stock = await startStock()
  const facts = shop({ dependencies: stock.dependencies })
  return trial.judge({ facts, lifetimes: await sailVoyage(voyage, facts) })
}

test('the context of each of fifty requests at a time reaches the dependency', { timeout: 40_000 }, async () => {
  expect(await tried((changes) => shopOnRuntime(changes))).toMatchObject({
    outcome: 'PASS',
    says: expect.stringContaining('proven by a nonce'),
    notes: [],
  })
})

test.each([
  { defects: ['no-headers'], says: 'has no traceparent' },
  { defects: ['ignores-context'], says: 'which nobody sent' },
  { defects: ['global-context'], says: 'calls carry the trace of another request' },
  { defects: ['global-context', 'no-nonce'], says: 'calls carry the traces of other requests' },
])('a shop with $defects fails: $says', { timeout: 40_000 }, async ({ defects, says }) => {
  const verdict = await tried((changes) => shopOnSdk(defects, changes))
  expect(verdict).toMatchObject({ outcome: 'FAIL', says: expect.stringContaining(says) })
  expect(verdict.evidence[0]?.seen?.from).toBeGreaterThan(0)
})
