import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import { eventsOf, type Lifetime } from '../../../src/trial/history/lifetime.ts'
import { ROLLOUT_BEGAN } from '../../../src/trial/history/marks/rollout.ts'
import STOP_16 from '../../../src/trial/trials/STOP-16.ts'
import rollout from '../../../src/trial/voyages/rollout.ts'
import safeLag from '../../../src/trial/voyages/safe-lag.ts'
import { judge } from '../samples.ts'
import { sailVoyage, serviceFacts } from './sailed-voyage.ts'

const PROBE = { origin: 'flag', port: 8080, periodMs: 200, timeoutMs: 1000, initialDelayMs: 0 } as const

function known(value: number) {
  return { value, origin: 'flag' } as const
}

/** A service of `drains.mjs`, two replicas of it, with probes that are asked often so that it does not take long. */
function facts(args: readonly string[], changes: Partial<Facts> = {}): Facts {
  return serviceFacts('drains', args, {
    startupMs: known(10_000),
    replicas: known(2),
    probes: { ready: { path: '/readyz', failureThreshold: 3, ...PROBE } },
    ...changes,
  })
}

/** Processes of the trials of this test that are still there. */
function leftOver(): string[] {
  const marker = `SEAWORTHY_TRIAL=test-${process.pid}-`
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(marker)
    } catch {
      return false
    }
  })
}

function figure(verdict: ReturnType<typeof judge>, name: string) {
  return verdict.figures.find((each) => each.name === name)?.value
}

async function judgeRollout(of: Facts): Promise<ReturnType<typeof judge> & { readonly rollout: Lifetime }> {
  const lifetimes = await sailVoyage(rollout, of, { pace: 'default' })
  expect(lifetimes).toHaveLength(1)
  return { ...judge(STOP_16, lifetimes, of), rollout: lifetimes[0] as Lifetime }
}

test('a service that drains loses nothing, and nothing of it is left', { timeout: 60_000 }, async () => {
  const of = facts(['drain', '1500'], { replicas: known(3) })
  const { rollout: lifetime, ...verdict } = await judgeRollout(of)
  expect(verdict.says).toMatch(/^0 of \d+ requests were lost while 3 pods were replaced: at most 0\.\d+ % with 95 %\.$/)
  expect(verdict.outcome).toBe('PASS')
  expect(figure(verdict, 'metTerminatingCount')).toBeGreaterThan(0)
  expect(leftOver()).toEqual([])
  // One history: of every pod, what it did is told by its name.
  const pods = new Set(eventsOf(lifetime, 'spawned').map(({ pod }) => pod ?? 'none'))
  expect([...pods].toSorted()).toEqual(['new-1', 'new-2', 'new-3', 'old-1', 'old-2', 'old-3'])
})

test(
  'one that knows nothing of signals loses what is in flight, kept connections, and new ones',
  { timeout: 60_000 },
  async () => {
    const verdict = await judgeRollout(facts(['none']))
    expect(verdict.outcome).toBe('FAIL')
    expect(figure(verdict, 'lostTerminatingCount')).toBeGreaterThan(0)
    expect(figure(verdict, 'lostAfterCount')).toBeGreaterThan(0)
  },
)

test('one that closes at once loses new connections of clients that have not heard', { timeout: 60_000 }, async () => {
  const verdict = await judgeRollout(facts(['close']))
  expect(verdict.outcome).toBe('FAIL')
  const late = Number(figure(verdict, 'lostLagCount')) + Number(figure(verdict, 'lostAfterCount'))
  expect(late).toBeGreaterThan(0)
})

test('a hook that waits saves new connections, and not kept ones', { timeout: 60_000 }, async () => {
  const { rollout: lifetime, ...verdict } = await judgeRollout(facts(['close'], { preStopMs: known(3000) }))
  expect(verdict.outcome).toBe('FAIL')
  expect(figure(verdict, 'lostTerminatingCount')).toBeGreaterThan(0)
  expect([figure(verdict, 'lostLagCount'), figure(verdict, 'lostAfterCount')]).toEqual([0, 0])
  const told = eventsOf(lifetime, 'pod').filter(({ pod }) => pod === 'old-1')
  const order = told.map(({ what }) => what).filter((what) => what !== 'unready')
  expect(order).toEqual(['created', 'ready', 'deleted', 'pre-stop-began', 'pre-stop-ended', 'signalled', 'gone'])
})

test(
  'a hook that asks is really asked, before the signal, on the port of its own replica',
  { timeout: 60_000 },
  async () => {
    // It drains for so long at this request, and ends at once at the signal.
    const preStop = { kind: 'httpGet', path: '/drain', port: facts([]).port.value } as const
    const { rollout: lifetime } = await judgeRollout(facts(['drains-when-asked', '800'], { preStop }))
    const told = eventsOf(lifetime, 'pod').filter(({ pod }) => pod === 'old-1')
    const at = (what: string) => told.find((each) => each.what === what)?.at ?? Number.NaN
    expect(at('signalled') - at('pre-stop-began')).toBeGreaterThanOrEqual(790)
    const asked = eventsOf(lifetime, 'output').filter(({ line, pod }) => line === 'asked to drain' && pod === 'old-1')
    expect(asked).toHaveLength(1)
    expect(asked[0]?.at).toBeLessThan(at('signalled'))
  },
)

test('a hook that is a command is not run, and takes the time that was said', { timeout: 60_000 }, async () => {
  const preStop = { kind: 'exec', command: ['node', '-e', 'process.kill(1)'] } as const
  const of = facts(['drain', '600'], { preStop, preStopMs: known(700) })
  const { rollout: lifetime, notes } = await judgeRollout(of)
  const told = eventsOf(lifetime, 'pod').filter(({ pod }) => pod === 'old-1')
  const at = (what: string) => told.find((each) => each.what === what)?.at ?? Number.NaN
  expect(at('pre-stop-ended') - at('pre-stop-began')).toBeGreaterThanOrEqual(690)
  expect(notes).toContainEqual(
    expect.stringContaining(
      'was not run, because it would not run in a container here; its declared time, 700 ms, was waited',
    ),
  )
})

test('a drain that is shorter than the endpoint lag loses the rest of it', { timeout: 60_000 }, async () => {
  const verdict = await judgeRollout(facts(['drain', '1500'], { endpointLagMs: known(4000) }))
  expect(verdict.outcome).toBe('FAIL')
  expect(figure(verdict, 'lostAfterCount')).toBeGreaterThan(0)
})

test('a service that never becomes ready shows nothing', { timeout: 60_000 }, async () => {
  const { ready } = facts([]).probes
  if (ready === undefined) throw new Error('it has a probe')
  const of = facts(['none'], { startupMs: known(500), probes: { ready: { ...ready, path: '/nowhere', port: 9 } } })
  const verdict = await judgeRollout(of)
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(verdict.says).toMatch(/only 0 of 2 replicas became ready before it began/)
  expect(leftOver()).toEqual([])
})

test('the safe lag is a little less than the drain, whatever that is', { timeout: 60_000 }, async () => {
  const of = facts(['drain', '1500'])
  const verdict = judge(STOP_16, await sailVoyage(safeLag, of, { pace: 'default' }), of)
  const [lag] = verdict.figures
  expect(lag?.name).toBe('safeLagMs')
  expect(lag?.value).toBeLessThanOrEqual(1500)
  expect(lag?.value).toBeGreaterThanOrEqual(750)
  expect(leftOver()).toEqual([])
})

test('a service without a drain has no safe lag', { timeout: 60_000 }, async () => {
  const of = facts(['none'])
  const verdict = judge(STOP_16, await sailVoyage(safeLag, of, { pace: 'default' }), of)
  expect(verdict.figures[0]).toMatchObject({ name: 'safeLagMs', value: 'none' })
})

test('a trial that is given up in the middle of a rollout leaves nothing', { timeout: 60_000 }, async () => {
  const abort = new AbortController()
  const sailing = sailVoyage(rollout, facts(['drain', '20000']), { pace: 'default', abort })
  const giveUp = setTimeout(() => abort.abort(), 5000)
  const [lifetime] = await sailing
  clearTimeout(giveUp)
  expect(eventsOf(lifetime as Lifetime, 'mark').some(({ name }) => name === ROLLOUT_BEGAN)).toBe(true)
  expect(leftOver()).toEqual([])
})

test('replicas with the same port have addresses of their own', { timeout: 60_000 }, async () => {
  const { portVariable: _, ...of } = facts(['drain', '600'], { port: known(18_437) })
  const { env } = of
  const fixed = { ...of, env: { ...env, PORT: '18437', HOST: '127.0.0.1' } }
  const probes = { ready: { path: '/readyz', failureThreshold: 3, ...PROBE, port: 18_437 } }
  const { rollout: lifetime, ...verdict } = await judgeRollout({ ...fixed, probes })
  expect(verdict.outcome).toBe('PASS')
  const hosts = new Set(eventsOf(lifetime, 'listening').map(({ host, port }) => `${host}:${port}`))
  expect(hosts).toEqual(new Set(['127.77.0.1:18437', '127.77.0.2:18437', '127.77.0.3:18437', '127.77.0.4:18437']))
})
