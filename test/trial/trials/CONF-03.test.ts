import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import {
  EFFECT_WATCHED,
  LAST_CHANGED,
  STORM_BEGAN,
  STORM_READY,
  STORM_SETTLED,
} from '../../../src/trial/history/marks/reload-storm.ts'
import CONF_03 from '../../../src/trial/trials/CONF-03.ts'
import { judge, makeFacts, makeLifetime, makeRequest } from '../samples.ts'
import { makeMark, makeReading } from '../telemetry-samples.ts'
import { RELOAD_FACTS } from './reload-samples.ts'

const LAST_AT = 8000
const WATCHED_UNTIL = 13_500

interface Story {
  /** What the answer shows at a moment. */
  readonly shows?: (at: number) => string
  readonly fails?: (at: number) => boolean
  readonly count?: number
  readonly lastAt?: number
  /** Open files before and after; `undefined` where nobody could count. */
  readonly files?: readonly [before: number, after: number] | undefined
  readonly more?: readonly HistoryEvent[]
  readonly everyMs?: number
}

/** A single change at 1 s, taken back at 2 s; a storm from 5 s to 8 s, watched until 13.5 s. */
function live(story: Story = {}) {
  const { fails = () => false, count = 150, lastAt = LAST_AT, more = [], everyMs = 50 } = story
  const files = 'files' in story ? story.files : ([30, 31] as const)
  const shows = story.shows ?? ((at) => ((at >= 1100 && at < 2100) || at >= LAST_AT + 100 ? 'green' : 'blue'))
  const events: HistoryEvent[] = [
    makeMark(4000, STORM_READY),
    makeMark(5000, STORM_BEGAN),
    makeMark(lastAt, LAST_CHANGED, { count, expects: 'green' }),
    makeMark(WATCHED_UNTIL, EFFECT_WATCHED),
    makeMark(15_000, STORM_SETTLED),
    ...(files === undefined
      ? []
      : [
          makeReading(3999, { openFileCount: files[0], sockets: { LISTEN: 1 } }),
          makeReading(14_999, { openFileCount: files[1], sockets: { LISTEN: 1 } }),
        ]),
    // What is taken by itself, in the midst of the load and beside the one that looked at sockets.
    ...[7000, 14_999.5].map((at) => makeReading(at, { openFileCount: 500 })),
    ...more,
  ]
  for (let at = 500; at < WATCHED_UNTIL; at += everyMs) {
    if (at < 3000 || at >= 4500)
      events.push(makeRequest({ id: at, startedAt: at, at: at + 10, status: fails(at) ? 500 : 200 }))
    if ((at < 3000 || at >= LAST_AT) && at % 100 === 0)
      events.push(makeRequest({ id: at + 1, startedAt: at, at: at + 10, load: 'observe', body: `it is ${shows(at)}` }))
  }
  return makeLifetime(events, { voyage: 'storm-of-reloads' })
}

const say = (story: Story = {}) => judge(CONF_03, [live(story)], RELOAD_FACTS)

test('a storm that costs nothing passes, with what was counted', () => {
  expect(say()).toMatchObject({
    outcome: 'PASS',
    says: '150 reloads, the last in force after 110 ms; 0 of 170 requests failed: at most 1.7 % with 95 %; 30 open files before and 31 after.',
  })
})

test('a request that fails in the storm', () => {
  const verdict = say({ fails: (at) => at === 6000 || at === 7000 })
  expect(verdict).toMatchObject({
    outcome: 'FAIL',
    says: '2 of 170 requests failed in the storm; the first was answered with 500.',
  })
  expect(verdict.evidence[0]?.seen?.requests).toEqual([6000, 7000])
})

test('files that stay open: four may, and no fifth', () => {
  expect(say({ files: [30, 34] }).outcome).toBe('PASS')
  expect(say({ files: [30, 35] })).toMatchObject({
    outcome: 'FAIL',
    says: '5 more files are open after 150 reloads: 30 before, 35 after.',
  })
  expect(say({ files: [30, 36], count: 300 }).outcome).toBe('PASS')
  expect(say({ files: [180, 30] }).outcome).toBe('PASS')
})

test('the last value has to be in force within five seconds', () => {
  const lasting = (from: number) => (at: number) => ((at >= 1100 && at < 2100) || at >= from ? 'green' : 'blue')
  expect(say({ shows: lasting(LAST_AT + 4900) }).outcome).toBe('PASS')
  expect(say({ shows: lasting(LAST_AT + 5000) })).toMatchObject({
    outcome: 'FAIL',
    says: 'The value of the last of 150 reloads was in force only 5010 ms after it.',
  })
  // Seen in the storm, it was another one's.
  const seen = makeRequest({ id: 7001, at: 7500, load: 'observe', body: 'it is green' })
  expect(say({ shows: lasting(Infinity), more: [seen] })).toMatchObject({
    outcome: 'FAIL',
    says: 'The value of the last of 150 reloads was not in force 5.5 s after it.',
  })
})

test('a process that ends, or closes its port, did not reload', () => {
  expect(say({ more: [{ kind: 'exited', at: 6000, code: 1, signal: null }] })).toMatchObject({
    outcome: 'FAIL',
    says: 'The process ended with exit code 1, 1000 ms after the storm began.',
  })
  const closed = { kind: 'listening', what: 'closed', port: 8080, host: '::', pid: 1, resolutionMs: 5 } as const
  expect(say({ more: [{ ...closed, at: 6000 }] }).says).toContain('Its port 8080 was closed 1000 ms after the storm')
  expect(say({ more: [{ ...closed, at: 4000 }] }).outcome).toBe('PASS')
})

test.each<[string, Story, string]>([
  ['a single change was never seen', { shows: () => 'blue' }, 'did not show a single change'],
  ['a single change was never taken back', { shows: () => 'green' }, 'did not show a single change'],
  ['requests failed before', { fails: (at) => at < 3000 }, 'Requests failed before the storm'],
  ['there were few changes', { count: 99 }, 'changed 99 times in 3.0 s, and that is no storm'],
  ['it took too long', { lastAt: 11_001 }, 'changed 150 times in 6.0 s, and that is no storm'],
  ['nobody could count', { files: undefined }, 'Nobody could count the open files'],
  ['there was hardly any load', { everyMs: 100 }, 'Only 85 requests were made'],
])('nobody can tell when %s', (_what, story, says) => {
  const verdict = say(story)
  expect(verdict.says).toContain(says)
  expect(verdict.outcome).toBe('INCONCLUSIVE')
})

test('figures of no process are none', () => {
  const found = live({ files: [0, 0] }).events
  const events = found.map((event) => (event.kind === 'reading' ? { ...event, processCount: 0 } : event))
  const verdict = judge(CONF_03, [makeLifetime(events, { voyage: 'storm-of-reloads' })], RELOAD_FACTS)
  expect(verdict.says).toContain('Nobody could count')
})

test('what was not declared is not tried, and it says what to declare', () => {
  expect(CONF_03.skipBecause?.(makeFacts())).toContain('say it with --reload')
  expect(CONF_03.skipBecause?.(RELOAD_FACTS)).toBeUndefined()
  expect(judge(CONF_03, [], RELOAD_FACTS).outcome).toBe('INCONCLUSIVE')
  expect(judge(CONF_03, [makeLifetime([], { voyage: 'storm-of-reloads' })], RELOAD_FACTS).outcome).toBe('INCONCLUSIVE')
})
