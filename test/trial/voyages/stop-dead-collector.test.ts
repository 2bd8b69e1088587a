import { describe, expect, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import healthy from '../../../src/trial/voyages/stop-under-load.ts'
import voyage from '../../../src/trial/voyages/stop-dead-collector.ts'
import { judgeLived } from './judged.ts'
import { sailVoyage, stoppingFacts } from './stopped.ts'

async function sailAndJudge(facts: Facts) {
  const [alive, dead] = [await sailVoyage(healthy, facts), await sailVoyage(voyage, facts)]
  return judgeLived('STOP-14', [...alive, ...dead], facts)
}

describe.skipIf(process.platform !== 'linux')('a stop without a collector', () => {
  test('a service that limits its flush ends as ever, in each of the three arms', async () => {
    const verdict = await sailAndJudge(stoppingFacts('correct'))
    expect(`${verdict.outcome} ${verdict.says} ${verdict.notes.join()}`).toMatch(
      /^PASS It ended with code 0 within 5000 ms whatever the collector did/,
    )
    expect(verdict.notes).toEqual([])
  })

  test('a service that waits for its collector is past its deadline', async () => {
    const verdict = await sailAndJudge(stoppingFacts('waits-for-collector'))
    expect(verdict.outcome).toBe('FAIL')
    expect(verdict.says).toContain('Collector blackhole: it had to be killed')
  })

  test('a service that lets the rejection of its flush through exits with another code', async () => {
    const verdict = await sailAndJudge(stoppingFacts('rejects-without-collector'))
    expect(verdict.outcome).toBe('FAIL')
    expect(verdict.evidence.map(({ says }) => says).join()).toContain('it exited with code 1')
  })
})
