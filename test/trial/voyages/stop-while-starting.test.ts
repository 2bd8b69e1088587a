import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import portConflict from '../../../src/trial/voyages/port-conflict.ts'
import voyage from '../../../src/trial/voyages/stop-while-starting.ts'
import { factsOf, service } from '../ship/launched.ts'
import { judgeLived } from './judged.ts'
import { goldenFacts, sailVoyage } from './stopped.ts'

const known = (name: string, how: string): Facts =>
  factsOf(service(name, how), {
    normal: { listeningAfterMs: 900, readyAfterMs: 900 },
    graceMs: { value: 2000, origin: 'flag' },
  })

/** The verdict, and how many lives it took. */
function judged(lifetimes: readonly Lifetime[], facts: Facts): string {
  const { outcome, says } = judgeLived('STOP-10', lifetimes, facts)
  return `${outcome} (${lifetimes.length}) ${says}`
}

describe.skipIf(process.platform !== 'linux')('a stop signal in the middle of the start', { timeout: 60_000 }, () => {
  test.each([
    ['well', /^PASS \([6-9]\) It ended after each of [345] signals in the middle of its start/],
    ['unhandled', /^PASS \([6-9]\) It ended after each of [345] signals in the middle of its start/],
    [
      'leaves-child',
      /^FAIL \([6-9]\) SIGTERM at \d0 % .*: the process that was started ended, and 1 of its processes stayed$/,
    ],
  ])('with a service that starts slowly: %s', async (how, says) => {
    const facts = known('starts-slowly', how)
    expect(judged(await sailVoyage(voyage, facts), facts)).toMatch(says)
  })

  test('is passed over by a service that starts on, which is tried only once then', async () => {
    const facts = known('starts-slowly', 'starts-on')
    const lifetimes = await sailVoyage(voyage, facts)
    expect(judged(lifetimes, facts)).toMatch(
      /^FAIL \(\d\) SIGTERM at \d0 % .*: it had to be killed 2\d{3} ms after SIGTERM$/,
    )
    expect(lifetimes.length).toBeLessThan(6)
  })

  test('is sent again where the start was shorter than the one that was measured', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'starts-slowly-'))
    const slow = known('starts-slowly', 'well')
    const facts: Facts = {
      ...slow,
      env: { ...slow.env, FIRST: join(folder, 'first') },
      normal: { listeningAfterMs: 2100, readyAfterMs: 2100 },
    }
    const lifetimes = await sailVoyage(voyage, facts)
    await rm(folder, { recursive: true })
    const late = lifetimes.map(({ label }) => label).filter((label, index, all) => label === all[index - 1])
    expect(late.length).toBeGreaterThan(0)
    expect(judged(lifetimes, facts)).toMatch(/^PASS .* after each of 5 signals/)
  })

  test('ends a service of the runtime', async () => {
    const facts = await goldenFacts({ normal: { listeningAfterMs: 600, readyAfterMs: 600 } })
    expect(judged(await sailVoyage(voyage, facts), facts)).toMatch(/^PASS/)
  })

  test('is answered with 0 by a service whose start had failed', async () => {
    const facts = known('port-conflict', 'stays')
    const says = /^FAIL \(1\) With port \d+ taken, it never listened, and it ended with code 0 after SIGTERM/
    expect(judged(await sailVoyage(portConflict, facts), facts)).toMatch(says)
  })
})
