import { expect, test } from 'vitest'
import { RECOVERY_WATCHED } from '../../../src/trial/history/marks/outage.ts'
import DEP_01 from '../../../src/trial/trials/DEP-01.ts'
import { judge, makeFacts, makeLifetime } from '../samples.ts'
import { AWAY_AT, BACK_AT, isAway, OUTAGE_FACTS, outageLifetime, type OutageStory } from './outage-samples.ts'

const say = (story: OutageStory = {}, facts = OUTAGE_FACTS) => judge(DEP_01, [outageLifetime(story)], facts)

test('alive, not ready, and well again: passes', () => {
  const verdict = say()
  expect(verdict).toMatchObject({ outcome: 'PASS', notes: [] })
  expect(verdict.figures).toContainEqual({ name: 'dbNotReadyAfterMs', value: 1005 })
})

test('a service that does without the dependency stays ready, and passes with a note', () => {
  const verdict = say({ succeeds: () => true, isReady: () => true })
  expect(verdict).toMatchObject({
    outcome: 'PASS',
    notes: ['It answered 100 % of the requests without db, and stayed ready.'],
  })
})

test('readiness that says yes while requests fail', () => {
  const verdict = say({ isReady: () => true })
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toBe('Readiness said yes for 13.0 s without db, while 260 of 260 requests failed.')
  expect(verdict.evidence[0]?.seen?.requests).toHaveLength(20)
})

test('a service of which some routes go on and the others are refused with 503 may stay ready, and no other', () => {
  // Every third request is for an order, and only orders need the dependency.
  const story = (status: number, failsToo = '') => {
    const { events, ...rest } = outageLifetime({ succeeds: () => true, isReady: () => true })
    const routed = events.map((event) => {
      if (event.kind !== 'request') return event
      const path = (event.startedAt / 50) % 3 === 0 ? '/orders' : '/products'
      const fails = isAway(event.startedAt) && (path === '/orders' || path === failsToo)
      return { ...event, path, ...(fails ? { status } : {}) }
    }) as typeof events
    return judge(DEP_01, [{ ...rest, events: routed }], OUTAGE_FACTS)
  }
  expect(story(503)).toMatchObject({
    outcome: 'PASS',
    notes: ['It stayed ready without db, in a degraded mode: GET /products went on, GET /orders was refused with 503.'],
  })
  expect(story(500).says).toBe('Readiness said yes for 13.0 s without db, while 87 of 260 requests failed.')
  expect(story(503, '/products').outcome).toBe('FAIL')
})

test('readiness has the time that a kubelet needs, and two seconds', () => {
  // Period 1 s, threshold 2: 4 s after the first failure, which was seen 10 ms after the dependency went away.
  expect(say({ isReady: (at) => at < AWAY_AT + 3800 || at > BACK_AT }).outcome).toBe('PASS')
  expect(say({ isReady: (at) => at < AWAY_AT + 4200 || at > BACK_AT }).outcome).toBe('FAIL')
})

test('one request in a hundred may fail while it is ready', () => {
  const failing = (count: number) => (at: number) => at < 4000 || at >= 4000 + count * 50
  expect(say({ isReady: () => true, succeeds: failing(2) }).outcome).toBe('PASS')
  expect(say({ isReady: () => true, succeeds: failing(3) }).outcome).toBe('FAIL')
})

test('liveness that follows the dependency fails; two bad answers in a row are noise, three are none', () => {
  const failing = (count: number) => (at: number) => at < 5000 || at >= 5000 + count * 200
  expect(say({ isLive: failing(2) }).outcome).toBe('PASS')
  const verdict = say({ isLive: failing(3) })
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('Liveness answered 503, 2005 ms after db went away')
})

test('liveness that does not answer fails when it lasts, not when the machine stalls for a moment', () => {
  const hanging = (ms: number) => {
    const { events, ...rest } = outageLifetime()
    const silent = events.map((event) =>
      event.kind === 'probe' && event.probe === 'live' && event.startedAt >= 5000 && event.startedAt < 5000 + ms
        ? { ...event, status: undefined, isSuccess: false, at: event.startedAt + 1000 }
        : event,
    ) as typeof events
    return judge(DEP_01, [{ ...rest, events: silent }], OUTAGE_FACTS)
  }
  expect(hanging(1000).outcome).toBe('PASS')
  expect(hanging(2000)).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('Liveness did not answer in time'),
  })
})

test('the end of the process is the worst', () => {
  const verdict = say({ exitAt: 6000, isLive: (at) => at < 4000 })
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toBe('The process ended with exit code 1, 3.0 s after db went away.')
})

test('five seconds after the return, 99 in 100 requests succeed', () => {
  expect(say({ succeeds: (at) => !isAway(at) && !(at >= BACK_AT && at < BACK_AT + 4900) }).outcome).toBe('PASS')
  const verdict = say({ succeeds: (at) => at < AWAY_AT || at >= BACK_AT + 6000 })
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toBe('5 s after db was back, 20 of 60 requests still failed.')
})

test('what is in flight when the next fault comes says nothing of the recovery, and what hung before it does', () => {
  const watchedAt = BACK_AT + 8000
  const hanging = (sinceMs: number) => {
    const { events, ...rest } = outageLifetime()
    const late = events.map((event) =>
      event.kind === 'request' && event.startedAt >= watchedAt - sinceMs
        ? { ...event, status: 503, at: watchedAt + 1500 }
        : event,
    ) as typeof events
    const mark = { kind: 'mark', name: RECOVERY_WATCHED, data: {}, at: watchedAt } as const
    const inOrder = [...late, mark].toSorted((one, other) => one.at - other.at)
    return judge(DEP_01, [{ ...rest, events: inOrder }], OUTAGE_FACTS)
  }
  expect(hanging(500).outcome).toBe('PASS')
  expect(hanging(1200)).toMatchObject({ outcome: 'FAIL', says: expect.stringContaining('requests still failed') })
})

test('readiness that never comes back fails', () => {
  expect(say({ isReady: (at) => at < AWAY_AT })).toMatchObject({
    outcome: 'FAIL',
    says: 'Readiness still said no 8.0 s after db was back, although requests succeeded.',
  })
})

test.each([
  ['the dependency was never used', { dials: [] }, 'never seen to connect to db'],
  ['requests failed before', { succeeds: (at: number) => at > BACK_AT }, 'failed before db was away'],
  ['it was not watched for long enough after the return', { watchedUntil: BACK_AT + 5500 }, 'and it takes 20 of each'],
  ['it never came back', { isBack: false }, 'No outage was seen'],
])('nobody can tell when %s', (_what, story: OutageStory, says) => {
  const verdict = say({ isReady: () => false, ...story })
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(verdict.says).toContain(says)
})

test('without probes it is judged by requests and the process, and says so', () => {
  const verdict = say({}, { ...OUTAGE_FACTS, probes: {} })
  expect(verdict.outcome).toBe('PASS')
  expect(verdict.notes).toHaveLength(2)
})

test('without a dependency there is nothing to try, and without a history nobody can tell', () => {
  expect(DEP_01.skipBecause?.(makeFacts())).toContain('--dep')
  expect(DEP_01.skipBecause?.(OUTAGE_FACTS)).toBeUndefined()
  expect(judge(DEP_01, [], OUTAGE_FACTS).outcome).toBe('INCONCLUSIVE')
  expect(judge(DEP_01, [makeLifetime([], { voyage: 'outage' })], OUTAGE_FACTS).outcome).toBe('INCONCLUSIVE')
})
