import { describe, expect, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import voyage from '../../../src/trial/voyages/stop-slow-output.ts'
import { judgeLived } from './judged.ts'
import { goldenFacts, sailVoyage, stoppingFacts } from './stopped.ts'

const sailAndJudge = async (facts: Facts) => judgeLived('STOP-13', await sailVoyage(voyage, facts), facts)
const graceMs = { value: 20_000, origin: 'flag' } as const

describe.skipIf(process.platform !== 'linux')('a stop while output is read slowly', () => {
  test('a service that calls process.exit loses its last lines', async () => {
    const verdict = await sailAndJudge(stoppingFacts('logs-and-exits', { graceMs }))
    expect(verdict.outcome).toBe('FAIL')
    expect(verdict.says).toContain('of the last 20 answered requests have no line in standard output')
  })

  test('a service of the runtime loses none', async () => {
    const verdict = await sailAndJudge(await goldenFacts())
    expect(`${verdict.outcome} ${verdict.says}`).toMatch(/^PASS/)
  })

  test('a service that logs nothing of its requests has nothing to try', async () => {
    expect((await sailAndJudge(stoppingFacts('correct', { graceMs }))).outcome).toBe('SKIP')
  })
})
