import { expect, test } from 'vitest'
import CONF_01 from '../../../src/trial/trials/CONF-01.ts'
import { judge, makeFacts, makeLifetime } from '../samples.ts'
import { RELOAD_FACTS, reloadLifetime, type ReloadStory } from './reload-samples.ts'

const say = (story: ReloadStory = {}) => judge(CONF_01, [reloadLifetime(story)], RELOAD_FACTS)

test('a change that is seen, without a failed request, passes with what that allows', () => {
  expect(say()).toMatchObject({
    outcome: 'PASS',
    says: 'In force after 110 ms, and 0 of 70 requests failed: at most 4.2 % with 95 %.',
  })
})

test('five seconds are the limit', () => {
  const from = (at: number) => (moment: number) => (moment >= at ? 'green' : 'blue')
  expect(say({ shows: from(6900) }).outcome).toBe('PASS')
  expect(say({ shows: from(7000) })).toMatchObject({
    outcome: 'FAIL',
    says: 'The new value was in force only 5010 ms after the change.',
  })
  expect(say({ shows: () => 'blue' })).toMatchObject({
    outcome: 'FAIL',
    says: 'The new value was not in force 6.0 s after the change.',
  })
})

test('a request that fails meanwhile', () => {
  const verdict = say({ fails: (at) => at === 2100 || at === 2200 })
  expect(verdict).toMatchObject({
    outcome: 'FAIL',
    says: '2 of 70 requests failed while it reloaded; the first was answered with 500.',
  })
  expect(verdict.evidence[0]?.seen?.requests).toEqual([2101, 2201])
})

test('a process that ends, or closes its port, did not reload', () => {
  expect(say({ exitAt: 2500 }).says).toBe('The process ended with exit code 1, 500 ms after the change.')
  const closed = {
    kind: 'listening',
    at: 2300,
    what: 'closed',
    port: 8080,
    host: '::',
    pid: 1,
    resolutionMs: 5,
  } as const
  expect(say({ more: [closed] })).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('Its port 8080 was closed 300 ms'),
  })
})

test.each([
  ['the old value was never shown', { shows: () => 'green' }, 'did not show the old value'],
  ['requests failed before', { fails: () => true }, 'failed before the change'],
])('nobody can tell when %s', (_what, story: ReloadStory, says) => {
  const verdict = say(story)
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(verdict.says).toContain(says)
})

test('few requests prove nothing, and neither does a look that was too short', () => {
  const { events } = reloadLifetime()
  const few = events.filter((event) => event.kind !== 'request' || event.load === 'observe' || event.at < 1500)
  expect(judge(CONF_01, [makeLifetime(few, { voyage: 'reload' })], RELOAD_FACTS).says).toContain('only 5 requests')
  const short = reloadLifetime({ shows: () => 'blue' }).events.filter(({ at }) => at < 5000)
  expect(judge(CONF_01, [makeLifetime(short, { voyage: 'reload' })], RELOAD_FACTS).outcome).toBe('INCONCLUSIVE')
})

test('what was not declared is not tried, and it says what to declare', () => {
  expect(CONF_01.skipBecause?.(makeFacts())).toContain('say it with --reload')
  expect(CONF_01.skipBecause?.(RELOAD_FACTS)).toBeUndefined()
  expect(judge(CONF_01, [], RELOAD_FACTS).outcome).toBe('INCONCLUSIVE')
  expect(judge(CONF_01, [makeLifetime([], { voyage: 'reload' })], makeFacts()).outcome).toBe('INCONCLUSIVE')
})
