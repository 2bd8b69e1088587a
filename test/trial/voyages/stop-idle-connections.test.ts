import { describe, expect, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import voyage from '../../../src/trial/voyages/stop-idle-connections.ts'
import { judgeLived } from './judged.ts'
import { goldenFacts, sailVoyage, stoppingFacts } from './stopped.ts'

const graceMs = { value: 4000, origin: 'flag' } as const
/** More than the buffers of both kernels hold. */
const large = { method: 'GET', path: '/large', headers: {} }

const sailAndJudge = async (facts: Facts) => judgeLived('STOP-06', await sailVoyage(voyage, facts), facts)

describe.skipIf(process.platform !== 'linux')('a stop with idle connections', () => {
  test('a service that only closes its server is kept from ending by its clients', async () => {
    const verdict = await sailAndJudge(stoppingFacts('close-exits', { graceMs, routes: [large] }))
    expect(verdict.outcome).toBe('FAIL')
    expect(verdict.says).toContain('it had to be killed')
  })

  test('a service of the runtime ends in time, whatever its clients hold', async () => {
    const facts = await goldenFacts()
    const verdict = await sailAndJudge({ ...facts, graceMs: { value: 30_000, origin: 'default' } })
    expect(`${verdict.outcome} ${verdict.says}`).toMatch(/^PASS/)
  })
})
