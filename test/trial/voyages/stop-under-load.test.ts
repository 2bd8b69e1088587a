import { describe, expect, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import type { Verdict } from '../../../src/trial/verdict/verdict.ts'
import voyage from '../../../src/trial/voyages/stop-under-load.ts'
import { service } from '../ship/launched.ts'
import { judgeLived, outcomesOf } from './judged.ts'
import { goldenFacts, sailVoyage, stoppingFacts } from './stopped.ts'

type Expected = Readonly<Record<string, Verdict['outcome']>>

const ALL_GOOD: Expected = {
  'STOP-01': 'PASS',
  'STOP-02': 'PASS',
  'STOP-03': 'PASS',
  'STOP-06': 'PASS',
  'STOP-07': 'PASS',
  'STOP-11': 'PASS',
  'STOP-12': 'PASS',
}

async function sailAndJudge(facts: Facts, expected: Expected): Promise<Record<string, string>> {
  return outcomesOf(expected, await sailVoyage(voyage, facts), facts)
}

describe.skipIf(process.platform !== 'linux')('a stop under load', () => {
  test('a service that drains as it should passes all of it', async () => {
    const expected: Expected = ALL_GOOD
    expect(await sailAndJudge(stoppingFacts('correct'), expected)).toEqual(expected)
  })

  test('a service of the runtime passes all of it', async () => {
    const expected: Expected = ALL_GOOD
    expect(await sailAndJudge(await goldenFacts(), expected)).toEqual(expected)
  })

  test('a service without a handler loses what is in flight', async () => {
    const facts = stoppingFacts('no-handler')
    const lifetimes = await sailVoyage(voyage, facts)
    const expected: Expected = { 'STOP-01': 'FAIL', 'STOP-02': 'FAIL', 'STOP-06': 'FAIL', 'STOP-07': 'PASS' }
    expect(outcomesOf(expected, lifetimes, facts)).toEqual(expected)
    expect(judgeLived('STOP-01', lifetimes, facts).figures).toContainEqual({ name: 'slowVerdict', value: 'FAIL' })
    expect(judgeLived('STOP-06', lifetimes, facts).says).toContain('SIGTERM killed it')
  })

  test('a service that closes its listener at once and exits when it is done refuses new connections', async () => {
    const facts = stoppingFacts('close-exits')
    const lifetimes = await sailVoyage(voyage, facts)
    const expected: Expected = { 'STOP-01': 'FAIL', 'STOP-02': 'FAIL', 'STOP-06': 'PASS', 'STOP-07': 'PASS' }
    expect(outcomesOf(expected, lifetimes, facts)).toEqual(expected)
    const { figures } = judgeLived('STOP-01', lifetimes, facts)
    expect(figures).toContainEqual({ name: 'newConnectionsVerdict', value: 'FAIL' })
    expect(figures).toContainEqual({ name: 'slowVerdict', value: 'PASS' })
  })

  test('a service that exits at once has code 0 and loses everything', async () => {
    const expected: Expected = { 'STOP-01': 'FAIL', 'STOP-06': 'PASS', 'STOP-11': 'FAIL' }
    expect(await sailAndJudge(stoppingFacts('exits-at-once'), expected)).toEqual(expected)
  })

  test('a service that drains and never says Connection: close does not tell its clients', async () => {
    const expected: Expected = { 'STOP-02': 'PASS', 'STOP-03': 'FAIL', 'STOP-06': 'PASS' }
    expect(await sailAndJudge(stoppingFacts('tells-nobody'), expected)).toEqual(expected)
  })

  test('a service whose readiness says yes until the end', async () => {
    const expected: Expected = { ...ALL_GOOD, 'STOP-02': 'FAIL', 'STOP-11': 'FAIL', 'STOP-12': 'FAIL' }
    expect(await sailAndJudge(stoppingFacts('never-unready'), expected)).toEqual(expected)
  })

  test('a service that drains and does not flush loses telemetry and nothing else', async () => {
    const expected: Expected = { ...ALL_GOOD, 'STOP-11': 'FAIL', 'STOP-12': 'FAIL' }
    expect(await sailAndJudge(stoppingFacts('loses-telemetry'), expected)).toEqual(expected)
  })

  test('a service that exits with 1', async () => {
    const expected: Expected = { 'STOP-01': 'PASS', 'STOP-06': 'FAIL', 'STOP-07': 'PASS' }
    expect(await sailAndJudge(stoppingFacts('exits-1'), expected)).toEqual(expected)
  })

  test('a service that never ends is killed at its deadline', async () => {
    const facts = stoppingFacts('hangs-for-ever', { graceMs: { value: 3000, origin: 'flag' } })
    const expected: Expected = { 'STOP-06': 'FAIL', 'STOP-07': 'INCONCLUSIVE', 'STOP-11': 'INCONCLUSIVE' }
    expect(await sailAndJudge(facts, expected)).toEqual(expected)
  })

  test('a shell that does not hand the signal on leaves the service behind, and no request is lost', async () => {
    const node = service('stops', 'correct').map((word) => `'${word}'`)
    const facts = stoppingFacts('correct', { command: ['sh', '-c', `${node.join(' ')}; true`] })
    const expected: Expected = { 'STOP-01': 'INCONCLUSIVE', 'STOP-07': 'FAIL', 'STOP-11': 'INCONCLUSIVE' }
    expect(await sailAndJudge(facts, expected)).toEqual(expected)
  })

  test('a daemon has nobody who could be signalled', async () => {
    const facts = stoppingFacts('correct', { command: service('daemonises') })
    const expected: Expected = { 'STOP-01': 'INCONCLUSIVE', 'STOP-06': 'INCONCLUSIVE', 'STOP-07': 'FAIL' }
    expect(await sailAndJudge(facts, expected)).toEqual(expected)
  })
})
