import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import {
  BASELINE_BEGAN,
  BASELINE_ENDED,
  BURST_BEGAN,
  BURST_ENDED,
  RECOVERY_ENDED,
} from '../../../src/trial/history/marks/overload.ts'
import LOAD_01 from '../../../src/trial/trials/LOAD-01.ts'
import { judge as judgeWith, makeLifetime, makeRequest } from '../samples.ts'

const judge = (events: readonly HistoryEvent[]) => judgeWith(LOAD_01, [makeLifetime(events, { voyage: 'overload' })])

interface Course {
  /** How long requests take, before, in, and in the last seconds after the burst. */
  readonly beforeMs?: number
  readonly burstMs?: number
  readonly afterMs?: number
  readonly burstStatus?: number
  readonly afterStatus?: number
  readonly probeMs?: number
  readonly badProbes?: number
  readonly busyRatio?: number
  readonly latenessMs?: number
  readonly perSecond?: number
}

/** A baseline from 0 to 3 s, a burst from 4 s to 9 s in which 100 requests are answered in a second, and 5 s after it. */
function course({
  beforeMs = 4,
  burstMs = 200,
  afterMs = 4,
  burstStatus = 200,
  afterStatus = 200,
  probeMs = 300,
  badProbes = 0,
  busyRatio = 0.5,
  latenessMs = 5,
  perSecond = 200,
}: Course = {}): HistoryEvent[] {
  const mark = (at: number, name: string, data = {}): HistoryEvent => ({ kind: 'mark', at, name, data })
  const events = [
    mark(0, BASELINE_BEGAN),
    mark(3000, BASELINE_ENDED),
    mark(4000, BURST_BEGAN, { perSecond, capacity: perSecond / 2 }),
    mark(9000, BURST_ENDED, { busyRatio }),
    mark(14_000, RECOVERY_ENDED),
  ]
  const send = (from: number, to: number, everyMs: number, tookMs: number, status: number): void => {
    for (let startedAt = from; startedAt < to; startedAt += everyMs)
      events.push(makeRequest({ id: startedAt, startedAt, at: startedAt + tookMs, status }))
  }
  send(0, 3000, 50, beforeMs, 200)
  send(4000, 9000 - burstMs, 10, burstMs, burstStatus)
  send(9000, 14_000, 50, afterMs, afterStatus)
  for (let index = 0; index < 25; index++) {
    const startedAt = 4000 + index * 200
    const isSuccess = index >= badProbes
    events.push({
      kind: 'probe',
      probe: 'live',
      path: '/livez',
      port: 8080,
      startedAt,
      at: startedAt + (isSuccess ? probeMs : 1000),
      isSuccess,
      ...(isSuccess ? { status: 200 } : {}),
    })
  }
  events.push({ kind: 'noise', startedAt: 5000, at: 6000, latenessMs, loopDelayMs: 1 })
  return events
}

test('a service that queues, answers its probe and is as before passes', () => {
  const verdict = judge(course())
  expect(verdict.outcome).toBe('PASS')
  expect(verdict.says).toMatch(
    /^Of 1000 requests .* 480 were answered .* liveness answered 25 of 25 times; .* 4\.0 ms, and before 4\.0 ms\.$/,
  )
})

test('a service that says no passes, however fast it is', () => {
  expect(judge(course({ burstStatus: 503, burstMs: 2 })).outcome).toBe('PASS')
  expect(judge(course({ burstStatus: 429, burstMs: 2 })).outcome).toBe('PASS')
})

test.each<[string, Course, RegExp]>([
  [
    'whose liveness is late',
    { badProbes: 3 },
    /^Under overload 3 of 25 liveness probes had no success within a second/,
  ],
  ['that answers with other errors', { burstStatus: 500 }, /^Under overload 480 of 480 requests ended neither/],
  ['that stays slow', { afterMs: 10 }, /^Three seconds after the burst the median was 10\.0 ms, and before it 4\.0 ms/],
  ['that goes on to say no', { afterStatus: 503 }, /^Three seconds after the burst 40 of 40 requests still failed/],
])('a service %s fails', (_what, changes, says) => {
  const verdict = judge(course(changes))
  expect(verdict.says).toMatch(says)
  expect(verdict).toMatchObject({ outcome: 'FAIL', evidence: [{ seen: { lifetime: 0, from: 4000, to: 9000 } }] })
})

test('a service behind whose queue nobody can send any more fails', () => {
  const stuck = course().filter((event) => event.kind !== 'request' || event.startedAt < 9500)
  expect(judge(stuck)).toMatchObject({ outcome: 'FAIL' })
  expect(judge(stuck).says).toContain('they could send 0 requests in two seconds')
  const cut = stuck.filter((event) => event.kind !== 'mark' || event.name !== RECOVERY_ENDED)
  expect(judge(cut)).toMatchObject({ outcome: 'INCONCLUSIVE' })
})

test('what lies within the bounds passes', () => {
  expect(judge(course({ badProbes: 2, afterMs: 9 })).outcome).toBe('PASS')
  expect(judge(course({ beforeMs: 10, afterMs: 20 })).outcome).toBe('PASS')
  expect(judge(course({ latenessMs: 300 })).outcome).toBe('PASS')
  expect(judge(course({ latenessMs: 300, afterMs: 900 })).outcome).toBe('FAIL')
})

test('a service that ends fails, and no noise puts that in doubt', () => {
  const verdict = judge([...course({ busyRatio: 1 }), { kind: 'exited', at: 6000, code: 134, signal: null }])
  expect(verdict).toMatchObject({ outcome: 'FAIL', isCounted: true })
  expect(verdict.says).toBe('The service ended with exit code 134, 2.0 s after the overload had begun.')
  expect(judge([...course(), { kind: 'exited', at: 15_000, code: 0, signal: null }]).outcome).toBe('PASS')
})

test.each<[string, Course, string]>([
  ['our own sender was full', { busyRatio: 0.95, badProbes: 25 }, 'Our own sender was what was full'],
  ['our own sender was too late for probes', { latenessMs: 300, badProbes: 25 }, 'went out 300 ms late'],
  ['our own sender was too late for anything', { latenessMs: 1100, afterMs: 900 }, 'went out 1100 ms late'],
  ['most was answered', { perSecond: 110 }, 'It was no overload: 480 of 550'],
  ['nothing waited', { burstMs: 6 }, 'nothing was told no, and requests took 1.5 times as long'],
])('when %s nobody can tell', (_what, changes, says) => {
  const verdict = judge(course(changes))
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(verdict.says).toContain(says)
})

test('without a baseline, without a whole burst and without any nobody can tell', () => {
  const late = course().filter((event) => event.kind !== 'request' || event.startedAt >= 3000)
  expect(judge(late)).toMatchObject({ outcome: 'INCONCLUSIVE' })
  const cut = course().filter((event) => event.kind !== 'mark' || event.name !== BURST_ENDED)
  expect(judge(cut).says).toBe('The burst did not come to its end.')
  expect(judge([]).says).toContain('No burst was seen')
})

test('with more requests than were written down nobody can tell', () => {
  const dropped = makeLifetime(course({ badProbes: 25 }), { voyage: 'overload', droppedEvents: { request: 1 } })
  expect(judgeWith(LOAD_01, [dropped])).toMatchObject({ outcome: 'INCONCLUSIVE' })
})

test('without a liveness probe the rest is judged, with a note', () => {
  const verdict = judge(course().filter(({ kind }) => kind !== 'probe'))
  expect(verdict).toMatchObject({ outcome: 'PASS' })
  expect(verdict.notes[0]).toContain('--live')
})
