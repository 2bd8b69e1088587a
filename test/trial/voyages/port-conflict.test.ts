import { describe, expect, test } from 'vitest'
import voyage from '../../../src/trial/voyages/port-conflict.ts'
import { factsOf, service } from '../ship/launched.ts'
import { judgeLived } from './judged.ts'
import { goldenFacts, sailVoyage } from './stopped.ts'

describe.skipIf(process.platform !== 'linux')('a port that is taken', { timeout: 60_000 }, () => {
  test.concurrent.each([
    ['ends', /^PASS With port \d+ taken it ended with exit code 1 after \d+ ms$/],
    ['retries', /^PASS With port \d+ taken it ended with exit code 1 after \d+ ms$/],
    ['fine', /^FAIL With port \d+ taken it ended with code 0: nobody learns that it failed$/],
    ['stays', /^FAIL With port \d+ taken it went on without a listener: it had not ended after 1\d{4} ms$/],
    ['moves', /^FAIL With port \d+ taken it went on and listened on port \d+: it had not ended after 1\d{4} ms$/],
  ])('a service that %s', async (how, says) => {
    const facts = factsOf(service('port-conflict', how))
    const verdict = judgeLived('START-07', await sailVoyage(voyage, facts), facts)
    expect(`${verdict.outcome} ${verdict.says}`).toMatch(says)
    expect(verdict.notes).toEqual([])
  })

  test.concurrent('ends a service of the runtime', async () => {
    const facts = await goldenFacts()
    const verdict = judgeLived('START-07', await sailVoyage(voyage, facts), facts)
    expect(`${verdict.outcome} ${verdict.says} ${verdict.notes.join()}`).toMatch(
      /^PASS .* ended with exit code \d+ .*ms $/,
    )
  })
})
