import { expect, test } from 'vitest'
import trial from '../../../src/trial/trials/TEL-06.ts'
import voyage from '../../../src/trial/voyages/overhead.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { shopOnRuntime, shopOnSdk } from './shops.ts'

test('the processor time of telemetry is measured against that without it', { timeout: 120_000 }, async () => {
  const facts = shopOnRuntime()
  const lifetimes = await sailVoyage(voyage, facts, { pace: 'default' })
  expect(lifetimes.map(({ settings }) => `${settings['arm']} ${settings['run']}`)).toEqual([
    'configured 0',
    'disabled 0',
    'disabled 1',
    'configured 1',
    'configured 2',
    'disabled 2',
  ])
  const verdict = trial.judge({ facts, lifetimes })
  expect(verdict.outcome).toBe('PASS')
  const { value } = verdict.figures.find(({ name }) => name === 'configuredCpuRatio') ?? {}
  expect(value).toBeGreaterThan(0.8)
})

test(
  'a service that does not know OTEL_SDK_DISABLED leaves nothing to compare with',
  { timeout: 120_000 },
  async () => {
    const facts = shopOnSdk([])
    const lifetimes = await sailVoyage(voyage, facts, { pace: 'default' })
    expect(trial.judge({ facts, lifetimes })).toMatchObject({
      outcome: 'INCONCLUSIVE',
      says: expect.stringContaining('OTEL_SDK_DISABLED'),
    })
  },
)
