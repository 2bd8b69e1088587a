import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import voyage from '../../../src/trial/voyages/stop-http2.ts'
import { service } from '../ship/launched.ts'
import { judgeLived } from './judged.ts'
import { sailVoyage, stoppingFacts } from './stopped.ts'

const GOLDEN = join(import.meta.dirname, '..', 'services', 'golden-http2.ts')

function http2Facts(command: readonly string[]): Facts {
  return stoppingFacts('none', { command, protocol: { http1: false, h2c: true, tls: false }, probes: {} })
}

const sailAndJudge = async (facts: Facts) => judgeLived('STOP-04', await sailVoyage(voyage, facts), facts)

describe.skipIf(process.platform !== 'linux')('a stop over HTTP/2', () => {
  test('a service that closes its listener at once refuses new sessions', async () => {
    const verdict = await sailAndJudge(http2Facts(service('stops-http2', 'closes-at-once')))
    expect(verdict.outcome).toBe('FAIL')
    expect(verdict.evidence.map(({ says }) => says).join()).toContain(
      'new sessions were refused within the endpoint lag',
    )
  })

  test('a service that leaves its clients without a GOAWAY loses their streams', async () => {
    const verdict = await sailAndJudge(http2Facts(service('stops-http2', 'never-says-goaway')))
    expect(verdict.outcome).toBe('FAIL')
    expect(verdict.evidence.map(({ says }) => says).join()).toContain('never got a GOAWAY')
  })

  test('a service of the runtime leads its sessions away and loses nothing', async () => {
    const facts = http2Facts([process.execPath, '--conditions=seaworthy-source', GOLDEN])
    const verdict = await sailAndJudge({ ...facts, graceMs: { value: 30_000, origin: 'default' } })
    expect(`${verdict.outcome} ${verdict.says}`).toMatch(/^PASS All sessions got their GOAWAY/)
  })
})
