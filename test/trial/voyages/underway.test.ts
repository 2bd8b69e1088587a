import { expect, test } from 'vitest'
import { canariesOf } from '../../../src/trial/history/canaries.ts'
import { eventsOf } from '../../../src/trial/history/lifetime.ts'
import one from '../../../src/trial/trials/PROBE-01.ts'
import three from '../../../src/trial/trials/PROBE-03.ts'
import underway from '../../../src/trial/voyages/underway.ts'
import { judge } from '../samples.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { factsOf } from './start-services.ts'

test('a good service passes; odd contexts and canaries were sent beside the load', { timeout: 40_000 }, async () => {
  const facts = factsOf('none')
  const lifetimes = await sailVoyage(underway, facts)
  expect(judge(one, lifetimes, facts)).toMatchObject({ outcome: 'PASS' })
  expect(judge(three, lifetimes, facts)).toMatchObject({ outcome: 'PASS' })
  const [lifetime] = lifetimes
  if (lifetime === undefined) throw new Error('no lifetime')
  const loads = Object.groupBy(eventsOf(lifetime, 'request'), ({ load }) => load)
  expect(loads['odd-context']).toHaveLength(8)
  expect(loads['canary']).toHaveLength(3)
  // CTX-01 can't tell from fewer.
  expect((loads['new']?.length ?? 0) + (loads['keep-alive']?.length ?? 0)).toBeGreaterThanOrEqual(200)
  expect(canariesOf(lifetime).map(({ name }) => name)).toContain('query')
  expect(eventsOf(lifetime, 'exited')).toMatchObject([{ code: 0 }])
})

test('a readiness that says no while requests succeed fails', { timeout: 40_000 }, async () => {
  const facts = factsOf('not-ready-when-it-is')
  const lifetimes = await sailVoyage(underway, facts)
  // The trial leaves ten seconds after a start; with a manifest that says less they count at once.
  const { ready } = facts.probes
  if (ready === undefined) throw new Error('no probe')
  const strict = {
    ...facts,
    probes: { ...facts.probes, ready: { ...ready, origin: 'manifest', periodMs: 500 } as const },
  }
  expect(judge(three, lifetimes, strict)).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('Readiness said no'),
  })
})
