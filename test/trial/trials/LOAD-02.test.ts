import { expect, test } from 'vitest'
import type { RequestEvent } from '../../../src/trial/history/client-events.ts'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import {
  ABUSE_BEGAN,
  ABUSE_ENDED,
  AFTERWARDS,
  OVERSIZED_BODY,
  OVERSIZED_HEADER,
  QUIET_ENDED,
  USUAL_BODY,
} from '../../../src/trial/history/marks/abusive-clients.ts'
import LOAD_02 from '../../../src/trial/trials/LOAD-02.ts'
import { judge as judgeWith, makeLifetime, makeRequest } from '../samples.ts'

const judge = (events: readonly HistoryEvent[]) =>
  judgeWith(LOAD_02, [makeLifetime(events, { voyage: 'abusive-clients' })])

type What = Partial<Pick<RequestEvent, 'outcome' | 'status'>>

interface Course {
  /** Of the first of 80 usual requests beside the abusive clients, how many are `hurt`. */
  readonly hurtCount?: number
  readonly hurt?: What
  readonly before?: What
  readonly heldCount?: number
  readonly header?: What
  readonly usualBody?: What
  readonly body?: What
  readonly afterwards?: What
  readonly openFilesAfter?: number
  readonly latenessMs?: number
}

/** Usual requests from 0 to 1.5 s, abuse from 2 s to 7 s with usual requests from 3 s on, and quiet until 11 s. */
function course({
  hurtCount = 0,
  hurt = { outcome: 'reset-fresh' },
  before = {},
  heldCount = 250,
  header = { status: 431 },
  usualBody = {},
  body = { status: 413 },
  afterwards = {},
  openFilesAfter = 20,
  latenessMs = 5,
}: Course = {}): HistoryEvent[] {
  const mark = (at: number, name: string): HistoryEvent => ({ kind: 'mark', at, name, data: {} })
  const reading = (at: number, openFileCount: number): HistoryEvent => ({
    kind: 'reading',
    at,
    rssBytes: 1,
    cpuMs: 1,
    openFileCount,
    threadCount: 1,
    processCount: 1,
    sockets: { LISTEN: 1 },
  })
  const held = Array.from({ length: heldCount }, (_, id): HistoryEvent[] => {
    const connection = { kind: 'connection', id: 1000 + id, load: id < 200 ? 'slow-headers' : 'idle' } as const
    return [
      { ...connection, at: 2100, what: 'opened' },
      { ...connection, at: 7010, what: 'closed', by: 'client' },
    ]
  }).flat()
  const single = (id: number, load: string, what: What): HistoryEvent =>
    makeRequest({ id, at: 7000 + id, load, ...settled(what) })
  return [
    ...Array.from({ length: 30 }, (_, id) => makeRequest({ id, at: 20 + id * 50, ...settled(before) })),
    reading(1900, 18),
    mark(2000, ABUSE_BEGAN),
    ...held,
    ...Array.from({ length: 80 }, (_, id) =>
      makeRequest({ id: 100 + id, at: 3010 + id * 45, load: 'new', ...settled(id < hurtCount ? hurt : {}) }),
    ),
    { kind: 'noise', startedAt: 3000, at: 4000, latenessMs, loopDelayMs: 1 },
    mark(7000, ABUSE_ENDED),
    single(500, OVERSIZED_HEADER, header),
    single(501, USUAL_BODY, usualBody),
    single(502, OVERSIZED_BODY, body),
    single(503, AFTERWARDS, afterwards),
    reading(10_900, openFilesAfter),
    mark(11_000, QUIET_ENDED),
  ]
}

function settled({ outcome = 'answered', status }: What): Partial<RequestEvent> {
  return { outcome, status: outcome === 'answered' ? (status ?? 200) : undefined } as Partial<RequestEvent>
}

test('a service on whose usual clients the others have no effect passes', () => {
  const verdict = judge(course())
  expect(verdict.outcome).toBe('PASS')
  expect(verdict.says).toBe(
    'Beside 250 held connections 80 of 80 usual requests were answered; a header of 64 KiB was answered with 431, and a body of 8 MiB answered with 413.',
  )
  expect(verdict.notes).toEqual([expect.stringContaining('250 of 250 held connections stood')])
})

test.each<[string, Course]>([
  ['one request beside them dies', { hurtCount: 1 }],
  ['what is too large is answered by a closed connection', { header: { outcome: 'reset-fresh' } }],
  ['the answer to what is too large is cut off', { body: { outcome: 'truncated' } }],
  ['as many files are open as a pool may have', { openFilesAfter: 18 + 25 }],
  ['it takes no body at all, large or small', { usualBody: { status: 501 }, body: { status: 501 } }],
])('it passes when %s', (_what, changes) => {
  expect(judge(course(changes)).outcome).toBe('PASS')
})

test('that something large was taken, or tells nothing, is a note', () => {
  expect(judge(course({ header: { status: 200 } })).notes[0]).toContain('header of 64 KiB was taken')
  expect(judge(course({ body: { status: 200 } })).notes[0]).toContain('body of 8 MiB was taken')
  expect(judge(course({ usualBody: { status: 501 }, body: { status: 501 } })).notes[0]).toContain('--upload')
})

test.each<[string, Course, string]>([
  [
    'that has no place left for usual clients',
    { hurtCount: 80 },
    'Beside 250 held connections 80 of 80 usual requests failed, the first answered by a closed connection.',
  ],
  [
    'that loses some of them',
    { hurtCount: 2, hurt: { status: 503 } },
    'Beside 250 held connections 2 of 80 usual requests failed, the first answered with 503.',
  ],
  ['that answers late', { hurtCount: 80, hurt: { outcome: 'timeout' } }, 'the first not answered in time.'],
  ['that says nothing to a header', { header: { outcome: 'timeout' } }, 'A header of 64 KiB was not answered in time.'],
  ['that blames itself for a header', { header: { status: 500 } }, 'A header of 64 KiB was answered with 500.'],
  ['that blames itself for a body', { body: { status: 502 } }, 'A body of 8 MiB was answered with 502.'],
  ['that takes no connection for a body', { body: { outcome: 'refused' } }, 'A body of 8 MiB was refused.'],
  [
    'that does not recover',
    { afterwards: { outcome: 'timeout' } },
    'When abusive clients had gone a usual request was not answered in time.',
  ],
  [
    'that keeps what they left',
    { openFilesAfter: 18 + 26 },
    'There are 26 more open files than before, three seconds after 250 held connections had gone.',
  ],
])('a service %s fails', (_what, changes, says) => {
  const verdict = judge(course(changes))
  expect(verdict.says).toContain(says)
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.evidence[0]?.seen?.lifetime).toBe(0)
})

test('a service that ends fails', () => {
  const verdict = judge([
    ...course().filter(({ at }) => at < 6000),
    { kind: 'output', at: 5990, stream: 'stderr', line: 'too many files' },
    { kind: 'exited', at: 6000, code: 1, signal: null },
  ])
  expect(verdict.says).toBe('The service ended with exit code 1, 4.0 s after abusive clients had come.')
  expect(verdict).toMatchObject({ outcome: 'FAIL', evidence: [{ lines: ['too many files'] }] })
})

test.each<[string, Course, string]>([
  ['usual requests failed before', { before: { status: 503 }, hurtCount: 80 }, '30 of 30 usual requests failed before'],
  ['too few connections were made', { heldCount: 224 }, 'Abusive clients made 224 connections, and it takes 225.'],
  [
    'usual clients were told to slow down',
    { hurtCount: 40, hurt: { status: 429 } },
    '40 of 80 usual requests were told 429',
  ],
  ['we were late ourselves', { hurtCount: 80, hurt: { outcome: 'timeout' }, latenessMs: 1100 }, 'We were 1100 ms late'],
  ['what is too large was not settled', { body: { outcome: 'unsettled' } }, 'What is too large was not sent'],
])('when %s nobody can tell', (_what, changes, says) => {
  const verdict = judge(course(changes))
  expect(verdict.says).toContain(says)
  expect(verdict.outcome).toBe('INCONCLUSIVE')
})

test('our own lateness excuses no connection that died', () => {
  expect(judge(course({ hurtCount: 80, latenessMs: 1100 })).outcome).toBe('FAIL')
  expect(judge(course({ latenessMs: 1100 })).outcome).toBe('PASS')
})

test('without what it takes to tell nobody can', () => {
  const without = (kind: string, isMeant: (event: HistoryEvent) => boolean) =>
    judge(course().filter((event) => event.kind !== kind || !isMeant(event)))
  expect(judge([])).toMatchObject({ outcome: 'INCONCLUSIVE' })
  expect(without('reading', () => true).says).toBe('The kernel gave no figures of open files.')
  expect(without('request', ({ at }) => at < 2000).says).toContain('0 usual requests were answered before')
  expect(without('request', ({ at }) => at > 3500 && at < 7000).says).toContain('it takes 40')
  expect(without('mark', ({ at }) => at === 7000).says).toBe('The abuse did not come to its end.')
})
