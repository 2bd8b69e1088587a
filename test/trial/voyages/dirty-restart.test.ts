import { describe, expect, test } from 'vitest'
import voyage from '../../../src/trial/voyages/dirty-restart.ts'
import { factsOf, service } from '../ship/launched.ts'
import { judgeLived } from './judged.ts'
import { goldenFacts, sailVoyage } from './stopped.ts'

describe.skipIf(process.platform !== 'linux')('a restart after a SIGKILL', { timeout: 60_000 }, () => {
  test.each([
    ['well', /^PASS Killed with [123] requests? in flight and started \d+ ms later, it was ready after \d+ ms$/],
    ['checks-lock', /^PASS/],
    ['leaves-lock', /^FAIL Started again after a SIGKILL, it ended with exit code 1, before it was ready$/],
    ['half-a-file', /^FAIL .*, it was ready, and \d+ of \d+ requests failed; the first was answered with 500$/],
    ['waits', /^FAIL Started again after a SIGKILL, it was not ready after \d+ ms; 2000 ms are allowed$/],
  ])('of a service that restarts in this way: %s', async (how, says) => {
    const facts = factsOf(service('starts-again', how), {
      slow: { method: 'GET', path: '/slow', headers: {} },
      startupMs: { value: 2000, origin: 'flag' },
    })
    const lifetimes = await sailVoyage(voyage, facts)
    const verdict = judgeLived('CRASH-02', lifetimes, facts)
    expect(`${verdict.outcome} ${verdict.says}`).toMatch(says)
    expect(new Set(lifetimes.map(({ settings }) => settings['port'])).size).toBe(1)
  })

  test('of a service of the runtime', async () => {
    const facts = await goldenFacts()
    const verdict = judgeLived('CRASH-02', await sailVoyage(voyage, facts), facts)
    expect(`${verdict.outcome} ${verdict.says}`).toMatch(/^PASS/)
  })
})
