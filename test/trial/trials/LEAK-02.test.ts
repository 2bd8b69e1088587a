import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import { BURN_BEGAN, ROUND_BEGAN, ROUND_ENDED } from '../../../src/trial/history/marks/growth.ts'
import LEAK_02 from '../../../src/trial/trials/LEAK-02.ts'
import { judge, makeLifetime } from '../samples.ts'

interface Held {
  readonly files?: number
  readonly threads?: number
  readonly closeWait?: number
}

const reading = (at: number, { files = 20, threads = 7, closeWait = 0 }: Held): HistoryEvent => ({
  kind: 'reading',
  at,
  rssBytes: 50e6,
  cpuMs: 0,
  openFileCount: files,
  threadCount: threads,
  processCount: 1,
  sockets: { ESTABLISHED: 1, CLOSE_WAIT: closeWait },
})

/** A round of 5 s with so many connections, from what was held to what is held. */
function round(from: number, before: Held, after: Held, connections = 200): HistoryEvent[] {
  return [
    reading(from - 1, before),
    { kind: 'mark', at: from, name: ROUND_BEGAN, data: {} },
    ...Array.from({ length: connections }, (_, id): HistoryEvent => ({
      kind: 'connection',
      at: from + 10,
      id,
      load: 'idle',
      what: 'opened',
    })),
    reading(from + 4999, after),
    { kind: 'mark', at: from + 5000, name: ROUND_ENDED, data: {} },
  ]
}

const lifetime = (...events: readonly HistoryEvent[][]) => makeLifetime(events.flat(), { voyage: 'growth' })

test('what grows in both rounds fails, with what was held before and after', () => {
  const verdict = judge(LEAK_02, [
    lifetime(
      round(1000, {}, { files: 60, closeWait: 40 }),
      round(7000, { files: 60, closeWait: 40 }, { files: 90, closeWait: 70 }),
    ),
  ])
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.evidence.map(({ says }) => says)).toEqual([
    'There are more open files after every round: +40 and +30, with 200 connections made in one.',
    'There are more sockets in CLOSE_WAIT after every round: +40 and +30, with 200 connections made in one.',
  ])
  expect(verdict.evidence[0]).toMatchObject({ seen: { lifetime: 0, from: 1000, to: 6000 } })
  expect(verdict.evidence[0]?.lines?.[1]).toBe(
    'after : 60 open files, 7 threads, 1 processes; sockets: 1 ESTABLISHED, 40 CLOSE_WAIT',
  )
})

test('what grows once, as a pool does, passes with a note', () => {
  const verdict = judge(LEAK_02, [lifetime(round(1000, {}, { files: 40 }), round(7000, { files: 40 }, { files: 40 }))])
  expect(verdict).toMatchObject({ outcome: 'PASS', says: 'Nothing was kept of 400 connections in 2 rounds.' })
  expect(verdict.notes).toHaveLength(1)
})

test.each([
  [200, 2, 'PASS'],
  [200, 3, 'FAIL'],
  [400, 4, 'PASS'],
  [400, 5, 'FAIL'],
])('of %d connections %d may be kept: %s', (connections, kept, outcome) => {
  const after = { threads: 7 + kept }
  const verdict = judge(LEAK_02, [
    lifetime(round(1000, {}, after, connections), round(7000, after, { threads: 7 + kept * 2 }, connections)),
  ])
  expect(verdict.outcome).toBe(outcome)
})

test('a round with few connections, or without figures of the sockets, tells nothing', () => {
  const few = judge(LEAK_02, [lifetime(round(1000, {}, {}, 49), round(7000, {}, {}))])
  expect(few).toMatchObject({ outcome: 'INCONCLUSIVE' })
  expect(few.says).toContain('only 49 connections')
  const enough = judge(LEAK_02, [lifetime(round(1000, {}, {}, 50), round(7000, {}, {}))])
  expect(enough.outcome).toBe('PASS')
  const blind = lifetime(
    round(1000, {}, {}),
    round(7000, {}, {}).filter(({ kind }) => kind !== 'reading'),
  )
  expect(judge(LEAK_02, [blind]).says).toContain('the kernel gave no figures')
  expect(judge(LEAK_02, [lifetime(round(1000, {}, {}))]).outcome).toBe('INCONCLUSIVE')
  expect(judge(LEAK_02, []).outcome).toBe('INCONCLUSIVE')
})

test('what was all kept before the first round fails, and a pool that was filled does not', () => {
  const burnt = (files: number) => [
    reading(99, {}),
    { kind: 'mark', at: 100, name: BURN_BEGAN, data: {} } as const,
    ...round(1000, { files }, { files }),
    ...round(7000, { files }, { files }),
  ]
  const verdict = judge(LEAK_02, [lifetime(burnt(2020))])
  expect(verdict).toMatchObject({
    outcome: 'FAIL',
    says: 'There are 2000 more open files after many requests over few connections, whose clients have gone.',
    evidence: [{ seen: { lifetime: 0, from: 99, to: 999 } }],
  })
  expect(judge(LEAK_02, [lifetime(burnt(400))]).outcome).toBe('PASS')
})

test('readings in which no process was found are none', () => {
  const nobody = (event: HistoryEvent): HistoryEvent =>
    event.kind === 'reading' ? { ...event, processCount: 0, openFileCount: 0 } : event
  const verdict = judge(LEAK_02, [lifetime([...round(1000, {}, {}), ...round(7000, {}, {})].map(nobody))])
  expect(verdict).toMatchObject({ outcome: 'INCONCLUSIVE', says: expect.stringContaining('no figures') })
})
