import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import { STEADY_BEGAN, WATCH_ENDED } from '../../../src/trial/history/marks/half-open.ts'
import DEP_04 from '../../../src/trial/trials/DEP-04.ts'
import { judge, makeFacts, makeLifetime, makeRequest } from '../samples.ts'
import { makeMark } from '../telemetry-samples.ts'
import { OUTAGE_FACTS } from './outage-samples.ts'

const FORGOTTEN_AT = 3000

interface Story {
  /** Whether a request that is sent at this moment fails. */
  readonly fails?: (at: number) => boolean
  readonly standing?: number
  /** Moments at which the dependency is dialled again. */
  readonly dials?: readonly number[]
  readonly watchedUntil?: number
  readonly more?: readonly HistoryEvent[]
  readonly everyMs?: number
}

/** Ten requests a second; connections stand from 1 s on, are dead from 3 s on, and are watched until 9 s. */
function live(story: Story = {}) {
  const { fails = () => false, standing = 3, dials = [3100], watchedUntil = 9000, more = [], everyMs = 100 } = story
  const seen = (at: number, connection: number, what: 'dialled' | 'connected'): HistoryEvent => {
    return { kind: 'dependency', at, dependency: 'db', connection, what }
  }
  const events: HistoryEvent[] = [
    makeMark(1000, STEADY_BEGAN),
    makeMark(watchedUntil, WATCH_ENDED),
    { kind: 'fault', at: FORGOTTEN_AT, target: 'db', fault: 'forget' },
    ...Array.from({ length: standing }, (_, id) => [seen(1100, id, 'dialled'), seen(1101, id, 'connected')]).flat(),
    ...dials.map((at, index) => seen(at, 100 + index, 'dialled')),
    ...more,
  ]
  for (let at = 1000; at < watchedUntil; at += everyMs)
    events.push(makeRequest({ id: at, startedAt: at, at: at + 10, status: fails(at) ? 503 : 200 }))
  return makeLifetime(events, { voyage: 'half-open', settings: { dependency: 'db' } })
}

const say = (story: Story = {}) => judge(DEP_04, [live(story)], OUTAGE_FACTS)

test('dead connections that are replaced pass, with how long that took', () => {
  expect(say({ fails: (at) => at >= 3100 && at < 3500 })).toMatchObject({
    outcome: 'PASS',
    says: '3 connections to db died in silence; 4 of 60 requests failed, the last 0.4 s after that.',
  })
})

test('half a minute is the limit', () => {
  const until = (end: number) => say({ watchedUntil: 38_000, fails: (at) => at >= 3000 && at < end })
  expect(until(32_000).outcome).toBe('PASS')
  expect(until(38_000)).toMatchObject({
    outcome: 'FAIL',
    says: '35 s after 3 connections to db died in silence, 50 of 50 requests still failed, although new connections work.',
  })
  // One in a hundred may be anybody's.
  const rarely = (share: number) => (at: number) => at >= 36_000 && at < 36_000 + share * 10
  expect(say({ watchedUntil: 38_000, everyMs: 10, fails: rarely(5) }).outcome).toBe('PASS')
  expect(say({ watchedUntil: 38_000, everyMs: 10, fails: rarely(6) }).outcome).toBe('FAIL')
})

test('a restart is no recovery', () => {
  const exited = { kind: 'exited', at: 4000, code: 1, signal: null } as const
  expect(say({ more: [exited] })).toMatchObject({
    outcome: 'FAIL',
    says: 'The process ended with exit code 1, 1000 ms after the connections to db were dead.',
  })
})

const CLOSED_BEFORE = { kind: 'dependency', at: 2000, dependency: 'db', connection: 0, what: 'closed' } as const

test.each<[string, Story, string]>([
  ['no connection stood', { standing: 0 }, 'No connection to db stood, so none could die.'],
  ['the one that stood was closed before', { standing: 1, more: [CLOSED_BEFORE] }, 'No connection to db stood'],
  ['none was used again', { dials: [] }, '3 connections to db stood and died, and none was used again.'],
  ['requests failed before', { fails: () => true }, 'Requests failed before'],
  ['it was watched for a moment', { fails: (at) => at > 3000 }, 'watched for 6.0 s only'],
  ['hardly anything was asked', { everyMs: 1000 }, 'it takes 20 of each'],
])('nobody can tell when %s', (_what, story, says) => {
  const verdict = say(story)
  expect(verdict.says).toContain(says)
  expect(verdict.outcome).toBe('INCONCLUSIVE')
})

test('a dead connection that is used again, or closed, was met', () => {
  const began = {
    kind: 'downstream',
    at: 3200,
    dependency: 'db',
    connection: 1,
    what: 'began',
    exchange: 4,
    protocol: 'http/1.1',
    method: 'GET',
    path: '/',
  } as const
  const closed = { kind: 'dependency', at: 3200, dependency: 'db', connection: 2, what: 'closed' } as const
  expect(say({ dials: [], more: [began] }).outcome).toBe('PASS')
  expect(say({ dials: [], more: [closed] }).outcome).toBe('PASS')
  expect(say({ dials: [], more: [{ ...began, connection: 77 }] }).outcome).toBe('INCONCLUSIVE')
})

test('there has to be a dependency, and a voyage', () => {
  expect(DEP_04.skipBecause?.(makeFacts())).toContain('--dep')
  expect(DEP_04.skipBecause?.(OUTAGE_FACTS)).toBeUndefined()
  expect(judge(DEP_04, [], OUTAGE_FACTS).outcome).toBe('INCONCLUSIVE')
  expect(judge(DEP_04, [makeLifetime([], { voyage: 'half-open' })], OUTAGE_FACTS).outcome).toBe('INCONCLUSIVE')
})
