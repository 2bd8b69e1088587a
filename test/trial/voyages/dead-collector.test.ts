import { expect, test } from 'vitest'
import trial from '../../../src/trial/trials/TEL-03.ts'
import voyage from '../../../src/trial/voyages/dead-collector.ts'
import type { Facts } from '../../../src/trial/facts.ts'
import type { Verdict } from '../../../src/trial/verdict/verdict.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { shopOnRuntime, shopOnSdk } from './shops.ts'

async function tried(facts: Facts): Promise<Verdict> {
  return trial.judge({ facts, lifetimes: await sailVoyage(voyage, facts) })
}

test('a shop on the runtime takes no harm from a dead collector', { timeout: 180_000 }, async () => {
  const verdict = await tried(shopOnRuntime())
  expect(verdict.outcome).not.toBe('FAIL')
  expect(verdict.figures.map(({ name }) => name)).toContain('blackholeP50Ratio')
})

test('requests that wait for their exports hang', { timeout: 180_000 }, async () => {
  expect(await tried(shopOnSdk(['blocking-export']))).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringMatching(/^Requests (?:hang when|wait for)/),
  })
})

test('spans that are kept until somebody takes them fill the memory', { timeout: 180_000 }, async () => {
  const verdict = await tried(shopOnSdk(['unbounded-queue']))
  expect(verdict).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringMatching(/^Memory (?:in use after collections )?grows by/),
  })
})
