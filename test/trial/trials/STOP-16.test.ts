import { describe, expect, test } from 'vitest'
import type { RequestEvent } from '../../../src/trial/history/client-events.ts'
import STOP_16 from '../../../src/trial/trials/STOP-16.ts'
import { makeLagStep, makeRollout, type SampleRollout } from '../fleet-samples.ts'
import { judge, makeFacts, makeLifetime, makeRequest } from '../samples.ts'

const LOST = 1000

function lost(changes: Partial<RequestEvent> & { readonly startedAt: number }): RequestEvent {
  return makeRequest({
    id: LOST,
    connection: LOST,
    at: changes.startedAt + 40,
    load: 'new',
    outcome: 'refused',
    errorCode: 'ECONNREFUSED',
    pod: 'old-1',
    ...changes,
  })
}

function figureOf(verdict: ReturnType<typeof judge>, name: string) {
  return verdict.figures.find((figure) => figure.name === name)
}

test('a rollout without a lost request passes, and says with how many requests', () => {
  const verdict = judge(STOP_16, [makeRollout()])
  expect(verdict).toMatchObject({ outcome: 'PASS', evidence: [] })
  expect(verdict.says).toBe('0 of 60 requests were lost while 3 pods were replaced: at most 4.9 % with 95 %.')
  expect(figureOf(verdict, 'replacedPodCount')?.value).toBe(3)
  expect(figureOf(verdict, 'rolloutMs')?.value).toBe(6500)
})

describe('a single lost request fails, and is put down to its pod and to what it met there:', () => {
  test.each<[string, RequestEvent, string, RegExp]>([
    [
      'a new connection to a deleted pod of which clients had not heard',
      lost({ startedAt: 3300, outcome: 'reset-fresh' }),
      'lostLagCount',
      /^Old-1, over a new connection after its deletion, .*: 1 lost; the first was request 1000 \(new, GET \/\), sent 300 ms after SIGTERM/,
    ],
    [
      'a kept connection to a pod that was being deleted',
      lost({ startedAt: 3300, outcome: 'reset-reused', reuse: 3, load: 'keep-alive' }),
      'lostTerminatingCount',
      /^Old-1, in flight at its deletion or over a kept connection/,
    ],
    [
      'a request that was in flight at the deletion',
      lost({ startedAt: 2980, at: 3100, outcome: 'truncated' }),
      'lostTerminatingCount',
      /^Old-1, in flight at its deletion/,
    ],
    ['a connection to a pod that had ended', lost({ startedAt: 4600 }), 'lostAfterCount', /^Old-1, after its end/],
    [
      'a new pod that says it is ready and is not',
      lost({ startedAt: 3300, pod: 'new-1', outcome: 'answered', status: 503 }),
      'lostBeforeCount',
      /^New-1, while nobody was deleting it: 1 lost; the first was request 1000 \(new, GET \/\): answered with 503/,
    ],
    [
      'no endpoint at all',
      makeRequest({ id: LOST, connection: LOST, at: 3300, load: 'new', outcome: 'refused', errorCode: 'NO_ENDPOINT' }),
      'lostBeforeCount',
      /^No endpoint was there: 1 lost/,
    ],
  ])('%s', (_what, request, figure, says) => {
    const verdict = judge(STOP_16, [makeRollout({ requests: [request] })])
    expect(verdict.outcome).toBe('FAIL')
    expect(verdict.says).toMatch(/^1 of 61 requests were lost while 3 pods were replaced: 1 by /)
    expect(verdict.evidence).toHaveLength(1)
    expect(verdict.evidence[0]?.says).toMatch(says)
    expect(verdict.evidence[0]?.seen?.requests).toEqual([LOST])
    for (const name of ['lostBeforeCount', 'lostTerminatingCount', 'lostLagCount', 'lostAfterCount']) {
      expect([name, figureOf(verdict, name)?.value]).toEqual([name, name === figure ? 1 : 0])
    }
  })
})

test('the worst pod comes first', () => {
  const requests = [
    lost({ id: 1001, startedAt: 3300 }),
    lost({ id: 1002, startedAt: 5300, pod: 'old-2' }),
    lost({ id: 1003, startedAt: 5350, pod: 'old-2' }),
  ]
  const verdict = judge(STOP_16, [makeRollout({ requests })])
  expect(verdict.evidence.map(({ seen }) => seen?.requests)).toEqual([[1002, 1003], [1001]])
})

test('a lost request fails, however little else was seen', () => {
  const requests = [lost({ startedAt: 3300 })]
  expect(judge(STOP_16, [makeRollout({ requests, replacedCount: 1, isSettled: false })]).outcome).toBe('FAIL')
})

describe('nothing can be said', () => {
  test.each<[string, SampleRollout, RegExp]>([
    ['when it did not complete', { isSettled: false }, /the rollout did not complete/],
    [
      'when the clients themselves left out more than a fifth',
      { droppedCount: 16 },
      /16 of 76 requests were not sent by the clients/,
    ],
    ['when only one pod was replaced', { replacedCount: 1 }, /only 1 pods were replaced, and it takes 2/],
    ['when the replicas never came up', { hasLoad: false }, /became ready before it began/],
  ])('%s', (_what, sample, says) => {
    const verdict = judge(STOP_16, [makeRollout(sample)])
    expect(verdict.outcome).toBe('INCONCLUSIVE')
    expect(verdict.says).toMatch(says)
  })

  test('when no request met a pod that was being deleted', () => {
    const rollout = makeRollout()
    const events = rollout.events.filter((event) => event.kind !== 'request' || event.pod === 'new-1')
    const verdict = judge(STOP_16, [{ ...rollout, events }])
    expect(verdict).toMatchObject({ outcome: 'INCONCLUSIVE' })
    expect(verdict.says).toBe('Nothing can be said: no request met a pod that was being deleted.')
  })

  test('when there is no rollout, or an empty one', () => {
    expect(judge(STOP_16, []).outcome).toBe('INCONCLUSIVE')
    expect(judge(STOP_16, [makeLifetime([], { voyage: 'rollout' })]).outcome).toBe('INCONCLUSIVE')
    expect(judge(STOP_16, [makeLifetime([], { voyage: 'safe-lag' })]).outcome).toBe('INCONCLUSIVE')
  })

  test('when as much fails in the same way before the rollout', () => {
    const failing = Array.from({ length: 8 }, (_, index) =>
      lost({ id: LOST + index, startedAt: 2100 + index * 300, outcome: 'answered', status: 500, pod: 'old-3' }),
    )
    const verdict = judge(STOP_16, [makeRollout({ requests: failing })])
    expect(verdict.outcome).toBe('INCONCLUSIVE')
    expect(verdict.says).toMatch(/^8 of 68 requests failed in ways that were seen before the rollout, too/)
  })
})

test('two replaced pods are enough', () => {
  expect(judge(STOP_16, [makeRollout({ replacedCount: 2 })]).outcome).toBe('PASS')
})

test('what the clients themselves left out is in the denominator, and shown', () => {
  const verdict = judge(STOP_16, [makeRollout({ droppedCount: 15 })])
  expect(verdict.says).toMatch(/^0 of 75 requests were lost/)
  // The bound is that of what was tried.
  expect(verdict.says).toMatch(/at most 4.9 % with 95 %/)
  expect(verdict.notes).toContain('15 requests were due and not sent by the clients themselves.')
})

test('a kept connection that dies is no loss when the user allows such requests to be repeated, unless they may not be', () => {
  const reset = { startedAt: 3300, outcome: 'reset-reused', reuse: 3, load: 'keep-alive' } as const
  const facts = makeFacts({ allowsIdempotentRetry: true })
  expect(judge(STOP_16, [makeRollout({ requests: [lost(reset)] })], facts).outcome).toBe('PASS')
  expect(judge(STOP_16, [makeRollout({ requests: [lost({ ...reset, method: 'POST' })] })], facts).outcome).toBe('FAIL')
})

test('a close that comes with the signal is no excuse, and one after the lag that nobody could announce is', () => {
  const closed = (serverClosedAt: number): RequestEvent =>
    lost({
      startedAt: serverClosedAt + 10,
      outcome: 'reset-reused',
      reuse: 3,
      load: 'keep-alive',
      serverClosedAt,
    })
  expect(judge(STOP_16, [makeRollout({ requests: [closed(3005)] })]).outcome).toBe('FAIL')
  expect(judge(STOP_16, [makeRollout({ requests: [closed(3499)] })]).outcome).toBe('FAIL')
  expect(judge(STOP_16, [makeRollout({ requests: [closed(3500)] })]).outcome).toBe('PASS')
})

describe('the safe lag', () => {
  test('is the largest lag without a loss, with the smallest with one', () => {
    const steps = [makeLagStep({ id: 1, lagMs: 30_000, lostAfterMs: [2490] }), makeLagStep({ id: 2, lagMs: 2250 })]
    const verdict = judge(STOP_16, [makeRollout(), ...steps])
    expect(verdict.outcome).toBe('PASS')
    expect(verdict.says).toMatch(/0 failures up to 2\.25 s of endpoint lag; fails at 2\.49 s\.$/)
    expect(figureOf(verdict, 'safeLagMs')).toEqual({ name: 'safeLagMs', value: 2250, low: 2250, high: 2490 })
  })

  test('is said of a service that fails, too, and without a rollout', () => {
    const step = makeLagStep({ lagMs: 30_000, lostAfterMs: [0] })
    expect(judge(STOP_16, [makeRollout({ requests: [lost({ startedAt: 3300 })] }), step]).says).toMatch(
      /Requests fail without any endpoint lag\.$/,
    )
    expect(judge(STOP_16, [step]).notes).toContain('Requests fail without any endpoint lag.')
  })

  test('has no upper end when nothing was ever lost', () => {
    const verdict = judge(STOP_16, [makeRollout(), makeLagStep({ lagMs: 30_000 })])
    expect(verdict.says).toMatch(/0 failures up to 30 s of endpoint lag, and no more was tried\.$/)
    expect(figureOf(verdict, 'safeLagMs')).toEqual({ name: 'safeLagMs', value: 30_000, low: 30_000 })
  })

  test('is called a guess when more lag cost less', () => {
    const steps = [makeLagStep({ lagMs: 1000, lostAfterMs: [900] }), makeLagStep({ lagMs: 2000 })]
    expect(judge(STOP_16, [makeRollout(), ...steps]).notes.join(' ')).toMatch(
      /More endpoint lag did not cost more: 1 lost with 1 s, none with 2 s\./,
    )
  })

  test('is not known when the replica was never ready', () => {
    const verdict = judge(STOP_16, [makeRollout(), makeLagStep({ lagMs: 30_000, isReady: false })])
    expect(verdict.says).toMatch(/How much endpoint lag is safe is not known\.$/)
    expect(verdict.notes).toContain('The stop with 30 s of endpoint lag says nothing: the replica was never ready.')
  })
})

describe('notes say', () => {
  test('that probes were asked more often than Kubernetes would, unless their numbers were declared', () => {
    const note = /^Probes were asked every second/
    expect(judge(STOP_16, [makeRollout()]).notes.some((text) => note.test(text))).toBe(true)
    const { probes } = makeFacts()
    const { ready } = probes
    if (ready === undefined) throw new Error('the sample has a probe')
    const facts = makeFacts({ probes: { ready: { ...ready, origin: 'manifest' } } })
    expect(judge(STOP_16, [makeRollout()], facts).notes.some((text) => note.test(text))).toBe(false)
  })

  test('that it was tried with another number of replicas', () => {
    const facts = makeFacts({ replicas: { value: 12, origin: 'manifest' } })
    expect(judge(STOP_16, [makeRollout()], facts).notes).toContain('Tried with 3 replicas in place of 12.')
  })

  test('that the command of a hook was not run', () => {
    const facts = makeFacts({ preStop: { kind: 'exec', command: ['nginx', '-s', 'quit'] } })
    expect(judge(STOP_16, [makeRollout()], facts).notes.join(' ')).toMatch(/preStop hook was not run/)
  })
})
