import { expect, test } from 'vitest'
import trial from '../../../src/trial/trials/TEL-05.ts'
import voyage from '../../../src/trial/voyages/sampling.ts'
import type { Facts } from '../../../src/trial/facts.ts'
import type { Verdict } from '../../../src/trial/verdict/verdict.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { shopOnRuntime, shopOnSdk } from './shops.ts'

async function tried(facts: Facts): Promise<Verdict> {
  return trial.judge({ facts, lifetimes: await sailVoyage(voyage, facts) })
}

test('a shop on the runtime samples as it is told, and counts every request', { timeout: 90_000 }, async () => {
  expect(await tried(shopOnRuntime())).toMatchObject({ outcome: 'PASS', says: expect.stringContaining('at 0.1: ') })
})

test('a sampler that takes everything fails', { timeout: 90_000 }, async () => {
  const verdict = await tried(shopOnSdk(['samples-everything']))
  expect(verdict).toMatchObject({ outcome: 'FAIL', says: expect.stringContaining('OTEL_TRACES_SAMPLER_ARG said 0.25') })
  expect(verdict.evidence.map(({ says }) => says).join('\n')).toContain('had not sampled were recorded')
})
