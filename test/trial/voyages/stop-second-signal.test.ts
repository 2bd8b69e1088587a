import { describe, expect, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import voyage from '../../../src/trial/voyages/stop-second-signal.ts'
import { judgeLived } from './judged.ts'
import { goldenFacts, sailVoyage, stoppingFacts } from './stopped.ts'

const sailAndJudge = async (facts: Facts) => judgeLived('STOP-09', await sailVoyage(voyage, facts), facts)

describe.skipIf(process.platform !== 'linux')('a second signal', () => {
  test('ends a service that counts them', async () => {
    expect((await sailAndJudge(stoppingFacts('second-forces'))).outcome).toBe('PASS')
  })

  test('ends a service of the runtime', async () => {
    const verdict = await sailAndJudge(await goldenFacts())
    expect(`${verdict.outcome} ${verdict.says}`).toMatch(/^PASS/)
  })

  test('does not end a service that ignores it', async () => {
    const verdict = await sailAndJudge(stoppingFacts('ignores-second'))
    expect(verdict.outcome).toBe('FAIL')
    expect(verdict.says).toContain('it went on after the second SIGTERM')
  })

  test('fails when the service says by its code that all is well, with requests cut', async () => {
    const verdict = await sailAndJudge(stoppingFacts('second-exits-0'))
    expect(verdict.outcome).toBe('FAIL')
    expect(verdict.says).toContain('and ended with 0, as if all were done')
  })

  test('shows nothing of a service that is gone before it', async () => {
    expect((await sailAndJudge(stoppingFacts('no-handler'))).outcome).toBe('INCONCLUSIVE')
  })
})
