import { describe, expect, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import voyage from '../../../src/trial/voyages/stop-sockets.ts'
import { service } from '../ship/launched.ts'
import { judgeLived } from './judged.ts'
import { sailVoyage, stoppingFacts } from './stopped.ts'

const socketFacts = (how: string): Facts =>
  stoppingFacts('none', {
    command: service('stops-sockets', how),
    probes: {},
    webSocketPath: '/ws',
    ssePath: '/events',
    graceMs: { value: 3000, origin: 'flag' },
  })

const sailAndJudge = async (facts: Facts) => judgeLived('STOP-05', await sailVoyage(voyage, facts), facts)

describe.skipIf(process.platform !== 'linux')('a stop with open sockets', () => {
  test('a service that closes only its server is kept from ending by its sockets', async () => {
    const verdict = await sailAndJudge(socketFacts('forgets'))
    expect(verdict.outcome).toBe('FAIL')
    expect(verdict.says).toContain('10 of 10 sockets were not closed in order')
    expect(verdict.says).toContain('it had to be killed')
  })

  test('a service that exits with its sockets open breaks them', async () => {
    const verdict = await sailAndJudge(socketFacts('cuts'))
    expect(verdict.outcome).toBe('FAIL')
    expect(verdict.says).not.toContain('killed')
  })

  test('a service that says goodbye passes, with a note for a code that is no reason to come back', async () => {
    expect(await sailAndJudge(socketFacts('1001'))).toMatchObject({ outcome: 'PASS', notes: [] })
    const other = await sailAndJudge(socketFacts('1000'))
    expect(other.outcome).toBe('PASS')
    expect(other.notes[0]).toContain('Some closed with 1000')
  })
})
