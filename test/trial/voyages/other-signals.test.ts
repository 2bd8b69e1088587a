import { describe, expect, test } from 'vitest'
import voyage from '../../../src/trial/voyages/other-signals.ts'
import { service } from '../ship/launched.ts'
import { judgeLived } from './judged.ts'
import { goldenFacts, sailVoyage, stoppingFacts } from './stopped.ts'

async function sailAndJudge(how: string) {
  const facts = stoppingFacts('', {
    command: service('other-signals', how),
    normal: { listeningAfterMs: 100, readyAfterMs: 120, exitAfterMs: 1400 },
    standsBeside: true,
  })
  return judgeLived('STOP-15', await sailVoyage(voyage, facts), facts)
}

describe.skipIf(process.platform !== 'linux')('other signals', { timeout: 60_000 }, () => {
  test('SIGINT stops a good service as SIGTERM does, and SIGHUP does not', async () => {
    const verdict = await sailAndJudge('well')
    expect(`${verdict.outcome} ${verdict.says}`).toMatch(
      /^PASS It goes on after SIGHUP, with \d+ answers, and SIGINT ends it as SIGTERM does$/,
    )
  })

  test('a service that leaves at once at SIGINT fails', async () => {
    const verdict = await sailAndJudge('exits-at-sigint')
    expect(`${verdict.outcome} ${verdict.says}`).toMatch(
      /^FAIL After SIGINT, it exited with code 0 after \d+ ms, and cut \d requests? in flight; after SIGTERM, it exited with code 0/,
    )
  })

  test('a service that nobody taught SIGHUP fails', async () => {
    const verdict = await sailAndJudge('dies-of-sighup')
    expect(`${verdict.outcome} ${verdict.says}`).toMatch(/^FAIL After SIGHUP, SIGHUP killed it after \d+ ms, and cut/)
  })

  test('an end in order at SIGHUP is told of', async () => {
    const verdict = await sailAndJudge('stops-at-sighup')
    expect(`${verdict.outcome} ${verdict.says}`).toMatch(/^PASS SIGHUP ends it in order/)
    expect(verdict.notes[0]).toContain('whoever means "reload" by it should know')
  })

  test('a service of the runtime passes', async () => {
    const facts = await goldenFacts({ normal: { listeningAfterMs: 500, readyAfterMs: 600, exitAfterMs: 1700 } })
    const verdict = judgeLived('STOP-15', await sailVoyage(voyage, facts), facts)
    expect(`${verdict.outcome} ${verdict.says}`).toMatch(/^PASS It goes on after SIGHUP/)
  })
})
