import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import { STRETCH_BEGAN, STRETCHES_ENDED } from '../../../src/trial/history/marks/slow-dependency.ts'
import DEP_02 from '../../../src/trial/trials/DEP-02.ts'
import { judge, makeFacts, makeLifetime } from '../samples.ts'
import { makeProbe } from '../start-samples.ts'
import { makeCall, makeMark, makeTraced, traceparentOf } from '../telemetry-samples.ts'
import { OUTAGE_FACTS } from './outage-samples.ts'

const SLOW_FROM = 4000
const SLOW_TO = 12_500
const END_AT = 18_500

interface Story {
  /** How long an answer takes while the dependency is slow, and its status. */
  readonly alone?: readonly [tookMs: number, status?: number]
  readonly live?: readonly [tookMs: number, status?: number]
  readonly using?: readonly [tookMs: number, status?: number]
  readonly hasCalls?: boolean
  readonly hasProbe?: boolean
  /** Besides those of requests. */
  readonly calls?: readonly (readonly [at: number, path: string])[]
  readonly more?: readonly HistoryEvent[]
  readonly everyMs?: number
  /** How long `/alone` takes when the dependency is fast. */
  readonly usualMs?: number
}

/** `/` uses the dependency, `/alone` does not; ten of each a second, from 1 s on, and everything takes 10 ms or so. */
function live(story: Story = {}) {
  const { alone = [10], live: probed = [10], using = [2010], hasCalls = true, hasProbe = true } = story
  const { everyMs = 100, usualMs = 10 } = story
  const events: HistoryEvent[] = [
    makeMark(1000, STRETCH_BEGAN, { arm: 'fast', countsFrom: 0 }),
    makeMark(SLOW_FROM, STRETCH_BEGAN, { arm: 'slow', countsFrom: 2500 }),
    makeMark(SLOW_TO, STRETCH_BEGAN, { arm: 'fast', countsFrom: 3000 }),
    makeMark(END_AT, STRETCHES_ENDED),
    ...(story.calls ?? []).flatMap(([at, path], index) => makeCall({ at, path, connection: 9000 + index })),
    ...(story.more ?? []),
  ]
  for (let at = 1000, id = 0; at < END_AT; at += everyMs, id += 2) {
    const isSlow = at >= SLOW_FROM && at < SLOW_TO
    // No two are alike, as on a real machine.
    const jitterMs = (id % 7) / 10
    const took = ([tookMs, status = 200]: readonly [number, number?], usual = 10) =>
      isSlow ? ([tookMs + jitterMs, status] as const) : ([usual + jitterMs, 200] as const)
    const [usingMs, usingStatus] = took(using)
    const [aloneMs, aloneStatus] = took(alone, usualMs)
    const [liveMs, liveStatus] = took(probed)
    const startedAt = at
    events.push(
      makeTraced({ id, startedAt, at: at + usingMs, path: '/?nonce=1', status: usingStatus }),
      makeTraced({ id: id + 1, startedAt, at: at + aloneMs, path: '/alone', status: aloneStatus }),
    )
    if (hasCalls) events.push(...makeCall({ at: at + 1, connection: id, traceparent: traceparentOf(id) }))
    if (hasProbe)
      events.push(makeProbe({ probe: 'live', path: '/livez', startedAt, at: at + liveMs, status: liveStatus }))
  }
  return makeLifetime(events, { voyage: 'slow-dependency', settings: { dependency: 'db' } })
}

const say = (story: Story = {}) => judge(DEP_02, [live(story)], OUTAGE_FACTS)

test('what does not use it stays as fast, and what does is left out', () => {
  const verdict = say()
  expect(verdict.says).toMatch(
    /^60 requests waited for db or failed, and others did not: GET \/alone \(median 10\.3 to 10\.3 ms, .*, the probe \/livez \(/,
  )
  expect(verdict.outcome).toBe('PASS')
  expect(DEP_02.timedSpanOf?.(live())).toMatchObject({ from: 1000, to: END_AT })
})

test('twice as long is the limit, and less than 5 ms are no matter', () => {
  expect(say({ usualMs: 1, alone: [5] }).outcome).toBe('PASS')
  expect(say({ usualMs: 1, alone: [7] }).outcome).toBe('FAIL')
  expect(say({ alone: [20.3] }).outcome).toBe('INCONCLUSIVE')
  expect(say({ alone: [19] }).outcome).toBe('PASS')
  const verdict = say({ alone: [25] })
  expect(verdict).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringMatching(
      /^With db slow, GET \/alone is slow, too, although it does not use it: median 10\.3 to 25/,
    ),
  })
  expect(verdict.isCounted).not.toBe(true)
  expect(say({ live: [25] }).says).toContain('the probe /livez is slow, too')
})

test('failures of what does not use it are counted', () => {
  const verdict = say({ live: [10, 503] })
  expect(verdict).toMatchObject({
    outcome: 'FAIL',
    isCounted: true,
    says: '60 of 60 requests to the probe /livez failed while db was slow, and none before and after.',
  })
  expect(say({ more: [{ kind: 'exited', at: 8000, code: 137, signal: null }] })).toMatchObject({
    outcome: 'FAIL',
    says: 'The process ended with exit code 137, 7000 ms after the look at db began.',
  })
})

test('where calls say nothing of whose they are, only the probe is looked at', () => {
  expect(say({ hasCalls: false }).says).not.toContain('/alone')
  expect(say({ alone: [2000], hasCalls: false }).outcome).toBe('PASS')
  // A call that somebody must have caused, and nobody knows who.
  expect(say({ calls: [[2000, '/whose']] }).says).not.toContain('/alone')
  // A call that it also makes by itself.
  const own = [500, 2000].map((at) => [at, '/health'] as const)
  expect(say({ calls: own }).says).toContain('/alone')
})

test.each<[string, Story, string]>([
  ['nothing is independent', { hasCalls: false, hasProbe: false }, 'Nothing was found that does not use db'],
  ['nobody waited for it', { using: [10] }, '0 other requests waited for db'],
  ['hardly anything was asked', { everyMs: 500 }, 'Too little was asked of what does not use db'],
])('nobody can tell when %s', (_what, story, says) => {
  const verdict = say(story)
  expect(verdict.says).toContain(says)
  expect(verdict.outcome).toBe('INCONCLUSIVE')
})

test('there has to be a dependency, and a voyage', () => {
  expect(DEP_02.skipBecause?.(makeFacts())).toContain('--dep')
  expect(DEP_02.skipBecause?.(OUTAGE_FACTS)).toBeUndefined()
  expect(judge(DEP_02, [], OUTAGE_FACTS).outcome).toBe('INCONCLUSIVE')
  expect(judge(DEP_02, [makeLifetime([], { voyage: 'slow-dependency' })], OUTAGE_FACTS).outcome).toBe('INCONCLUSIVE')
})
