import { expect, test } from 'vitest'
import type { RequestEvent } from '../../../src/trial/history/client-events.ts'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import {
  HANGING_BEGAN,
  HANGING_ENDED,
  HANGING_LOAD,
  STEADY_BEGAN,
  STEADY_LOAD,
} from '../../../src/trial/history/marks/deadlines.ts'
import CTX_04 from '../../../src/trial/trials/CTX-04.ts'
import { judge, makeFacts, makeLifetime, makeRequest } from '../samples.ts'
import { makeMark } from '../telemetry-samples.ts'
import { OUTAGE_FACTS } from './outage-samples.ts'

interface Story {
  /** How long each of eight requests takes while the dependency hangs, and what becomes of it. */
  readonly tookMs?: number
  readonly hanging?: Partial<RequestEvent>
  readonly steady?: Partial<RequestEvent>
  readonly affectedCount?: number
  readonly more?: readonly HistoryEvent[]
}

/** Eight requests of 10 ms from 1 s on, and eight from 2 s on, when the dependency begins to hang. */
function live({ tookMs = 1000, hanging = { status: 503 }, steady = {}, affectedCount = 8, more = [] }: Story = {}) {
  const requests = Array.from({ length: 8 }, (_, id) => {
    const isAffected = id < affectedCount
    const startedAt = 2000 + id * 50
    return [
      makeRequest({ id, load: STEADY_LOAD, at: 1010 + id * 50, ...steady }),
      makeRequest({
        id: 100 + id,
        load: HANGING_LOAD,
        startedAt,
        at: startedAt + (isAffected ? tookMs : 10),
        ...(isAffected && hanging),
      }),
    ]
  })
  const ended = Math.max(...requests.flat().map(({ at }) => at))
  const events = [makeMark(1000, STEADY_BEGAN), makeMark(2000, HANGING_BEGAN), makeMark(ended, HANGING_ENDED)]
  return makeLifetime([...events, ...requests.flat(), ...more], { voyage: 'deadlines', settings: { dependency: 'db' } })
}

const say = (story: Story = {}) => judge(CTX_04, [live(story)], OUTAGE_FACTS)

test('an error is an answer, and more than ten seconds are worth a note', () => {
  expect(say()).toMatchObject({
    outcome: 'PASS',
    says: 'All 8 requests were answered while db hung, 8 of them late or with an error, the last after 1.0 s.',
    notes: [],
  })
  expect(say({ tookMs: 10_000 }).notes).toEqual([])
  expect(say({ tookMs: 10_001 }).notes).toEqual([
    'Without db somebody waits for 10.0 s: less than 30 s, and longer than most people do.',
  ])
})

test('thirty seconds are the limit', () => {
  expect(say({ tookMs: 30_000 }).outcome).toBe('PASS')
  expect(say({ tookMs: 30_001 })).toMatchObject({
    outcome: 'FAIL',
    says: '8 of 8 requests had no answer 30 s after they were sent, while db hung.',
  })
  const verdict = say({ tookMs: 31_000, hanging: { outcome: 'timeout' }, affectedCount: 1 })
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.evidence[0]?.seen?.requests).toEqual([100])
})

test('to cut a client off is no answer, and neither is to end', () => {
  expect(say({ tookMs: 5000, hanging: { outcome: 'truncated' }, affectedCount: 2 })).toMatchObject({
    outcome: 'FAIL',
    says: '2 of 8 requests were cut off instead of answered while db hung; the first after 5.0 s.',
  })
  expect(say({ more: [{ kind: 'exited', at: 2500, code: 1, signal: null }] })).toMatchObject({
    outcome: 'FAIL',
    says: 'The process ended with exit code 1, 0.5 s after db began to hang.',
  })
})

test.each<[string, Story, string]>([
  ['nobody waited', { affectedCount: 0 }, '0 of 8 requests took longer or failed'],
  ['hardly anybody waited', { affectedCount: 2 }, 'it takes 3'],
  ['it was no wait', { tookMs: 310, hanging: {} }, '0 of 8 requests took longer'],
  ['requests failed before', { steady: { status: 500 } }, 'Requests failed before db hung'],
  ['it was given up', { tookMs: 4000, hanging: { outcome: 'unsettled' } }, 'before every request had its time'],
])('nobody can tell when %s', (_what, story, says) => {
  const verdict = say(story)
  expect(verdict.says).toContain(says)
  expect(verdict.outcome).toBe('INCONCLUSIVE')
})

test('a request that takes 0.3 s longer than any before has waited', () => {
  expect(say({ tookMs: 311, hanging: {} }).outcome).toBe('PASS')
})

test('there has to be a dependency, and a voyage', () => {
  expect(CTX_04.skipBecause?.(makeFacts())).toContain('--dep')
  expect(CTX_04.skipBecause?.(OUTAGE_FACTS)).toBeUndefined()
  expect(judge(CTX_04, [], OUTAGE_FACTS).outcome).toBe('INCONCLUSIVE')
  expect(judge(CTX_04, [makeLifetime([], { voyage: 'deadlines' })], OUTAGE_FACTS).outcome).toBe('INCONCLUSIVE')
})
