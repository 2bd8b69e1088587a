import { expect, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import trial from '../../../src/trial/trials/CTX-03.ts'
import voyage from '../../../src/trial/voyages/cancellation.ts'
import type { Verdict } from '../../../src/trial/verdict/verdict.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { shopOnRuntime, shopOnSdk, startStock } from './shops.ts'

async function tried(shop: (changes: Partial<Facts>) => Facts): Promise<Verdict> {
  await using stock = await startStock()
  const facts = shop({ dependencies: stock.dependencies })
  return trial.judge({ facts, lifetimes: await sailVoyage(voyage, facts) })
}

test('a handler with the signal of its request gives up with its client', { timeout: 40_000 }, async () => {
  expect(await tried((changes) => shopOnRuntime(changes))).toMatchObject({
    outcome: 'PASS',
    says: expect.stringMatching(/^(2\d) of \1 calls were given up/),
  })
})

test('a handler without one works on for clients that have gone', { timeout: 40_000 }, async () => {
  expect(await tried((changes) => shopOnSdk([], changes))).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringMatching(/^The service works on for clients that have gone: 0 of 2\d calls/),
  })
})
