import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import {
  FULL_RATE_BEGAN,
  FULL_RATE_ENDED,
  MEASURING_BEGAN,
  SENDING_ENDED,
} from '../../../src/trial/history/marks/dead-collector.ts'
import { STEADY_BEGAN } from '../../../src/trial/history/marks/outage.ts'
import SEC_03 from '../../../src/trial/trials/SEC-03.ts'
import { judge, makeLifetime, makeRequest, SENDER } from '../samples.ts'

const mark = (name: string, at: number): HistoryEvent => ({ kind: 'mark', at, name, data: {} })
const line = (at: number, text: string, droppedLines?: number): HistoryEvent => ({
  kind: 'output',
  at,
  stream: 'stdout',
  line: text,
  ...(droppedLines !== undefined && { droppedLines }),
})
const record = (at: number, body: string): HistoryEvent => ({
  kind: 'log',
  at: at + 9000,
  madeAt: at,
  sender: SENDER,
  body,
  severityNumber: 13,
  traceId: '',
  spanId: '',
  attributes: {},
})

/** `count` times over `[from, from + 1000 × seconds)`, each from its own moment and number. */
function over<T>(from: number, seconds: number, count: number, make: (at: number, index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(from + (index * seconds * 1000) / count, index))
}

const requests = (from: number, seconds: number, count: number): HistoryEvent[] =>
  over(from, seconds, count, (startedAt, index) => makeRequest({ id: from + index, startedAt, at: startedAt + 5 }))

const USED: HistoryEvent = { kind: 'dependency', at: 50, dependency: 'db', connection: 0, what: 'dialled' }
const AWAY: readonly HistoryEvent[] = [
  mark(STEADY_BEGAN, 0),
  { kind: 'fault', at: 2000, target: 'db', fault: 'refuse' },
  { kind: 'fault', at: 5000, target: 'db', fault: 'none' },
]
const OUTAGE = [USED, ...AWAY, ...requests(0, 2, 40), ...requests(2000, 3, 60)]

const outage = (...events: readonly HistoryEvent[]): Lifetime => makeLifetime(events, { voyage: 'outage' })
const say = (...events: readonly HistoryEvent[]) => judge(SEC_03, [outage(...OUTAGE, ...events)])

test('a few lines for each request pass', () => {
  expect(
    say(...over(2000, 3, 300, (at, index) => line(at, `request ${'abcdefghij'[index % 10]} failed`))),
  ).toMatchObject({
    outcome: 'PASS',
    says: 'At most 5 lines for each request, while "db" was away (refuse)',
  })
})

test.each([
  ['output', line, '301 lines for 60 requests, 5 for each, while "db" was away (refuse); usually 0'],
  ['OTLP', record, '301 log records for 60 requests, 5 for each, while "db" was away (refuse); usually 0'],
] as const)('more than five fail, in %s', (_, make, says) => {
  const verdict = say(...over(2000, 3, 301, (at, index) => make(at, `request ${'abcdefghij'[index % 10]} failed`)))
  expect([verdict.outcome, verdict.says]).toEqual(['FAIL', `${says}.`])
  expect(verdict.evidence[0]?.lines).toHaveLength(3)
})

test('lines that were too many to be kept count, too', () => {
  expect(say(line(2500, 'no', 400))).toMatchObject({ outcome: 'FAIL', evidence: [{ lines: ['1 times: no'] }] })
})

test('lines before and after the outage do not count', () => {
  const around = [
    ...over(0, 1.9, 1, (at) => line(at, 'no')),
    ...over(5000, 1, 900, (at, index) => line(at, `${index}`)),
  ]
  expect(say(...around).outcome).toBe('PASS')
})

test('who always writes much may write as much', () => {
  const always = over(0, 5, 800, (at, index) => line(at, `step ${'abcdefghijkl'[index % 12]}`))
  expect(say(...always)).toMatchObject({ outcome: 'PASS' })
  expect(say(...always.filter(({ at }) => at >= 2000)).outcome).toBe('FAIL')
})

test('one line again and again fails, whatever number is in it', () => {
  const busy = requests(2000, 3, 3000)
  const verdict = say(...busy, ...over(2000, 3, 303, (at, index) => line(at, `{"time":${index},"msg":"waiting"}`)))
  expect(verdict).toMatchObject({
    outcome: 'FAIL',
    says: 'The same line came 101 times a second while "db" was away (refuse).',
    evidence: [{ lines: ['{"time":0,"msg":"waiting"}'] }],
  })
  expect(say(...busy, ...over(2000, 3, 300, (at) => line(at, 'waiting'))).outcome).toBe('PASS')
})

test('a burst of one second is none', () => {
  expect(say(...requests(2000, 3, 3000), ...over(2000, 0.9, 400, (at) => line(at, 'cut'))).outcome).toBe('PASS')
})

test('a line of each request, as while all was well, may come as often as requests do', () => {
  const many = requests(2000, 3, 1500)
  const each = [...over(0, 2, 40, (at) => line(at, 'request')), ...over(2000, 3, 1560, (at) => line(at, 'request'))]
  expect(say(...many, ...each).outcome).toBe('PASS')
  expect(say(...many, ...each.filter(({ at }) => at >= 2000)).outcome).toBe('FAIL')
})

const FAULTY: HistoryEvent = {
  kind: 'export',
  at: 500,
  startedAt: 400,
  signal: 'traces',
  protocol: 'grpc',
  itemCount: 0,
  byteCount: 0,
  fault: 'blackhole',
}
const arm = (id: number, collector: string, ...events: readonly HistoryEvent[]): Lifetime =>
  makeLifetime([mark(MEASURING_BEGAN, 0), mark(SENDING_ENDED, 3000), ...requests(0, 3, 240), ...events], {
    id,
    voyage: 'dead-collector',
    label: collector,
    settings: { part: 'pair', pair: 0, collector },
  })

test('without its collector a service writes as little', () => {
  const healthy = arm(0, 'healthy', ...over(0, 3, 240, (at) => line(at, 'request')))
  const quiet = arm(1, '503', FAULTY, ...over(0, 3, 240, (at) => line(at, 'request')))
  const loud = arm(2, '503', FAULTY, ...over(0, 3, 480, (at) => line(at, 'span dropped')))
  expect(judge(SEC_03, [healthy, quiet])).toMatchObject({ outcome: 'PASS' })
  expect(judge(SEC_03, [healthy, loud])).toMatchObject({
    outcome: 'FAIL',
    says: 'The same line came 160 times a second while the collector was away (503).',
    evidence: [{ seen: { lifetime: 2, from: 0, to: 3000 } }],
  })
})

test('at full rate, a line of each request is usual when it is so in the other lives', () => {
  const healthy = arm(0, 'healthy', ...over(0, 3, 240, (at) => line(at, 'request')))
  const full = makeLifetime(
    [
      FAULTY,
      mark(FULL_RATE_BEGAN, 0),
      mark(FULL_RATE_ENDED, 3000),
      ...requests(0, 3, 6000),
      ...over(0, 3, 6000, (at) => line(at, 'request')),
    ],
    { id: 1, voyage: 'dead-collector', settings: { part: 'full rate', collector: 'blackhole' } },
  )
  expect(judge(SEC_03, [healthy, full]).outcome).toBe('PASS')
  expect(judge(SEC_03, [full]).outcome).toBe('FAIL')
})

test.each<[string, readonly Lifetime[], string]>([
  ['nothing', [], 'Nothing that the service was seen to use was away'],
  ['a dependency that nobody uses', [outage(...AWAY, ...requests(2000, 3, 60))], 'Nothing that the service'],
  [
    'a dependency beside the one that is used',
    [outage({ ...USED, dependency: 'cache' }, ...AWAY, ...requests(2000, 3, 60))],
    'Nothing that the service',
  ],
  ['a collector that nobody knows', [arm(0, '503')], 'Nothing that the service'],
  ['19 requests', [outage(USED, ...AWAY, ...requests(2000, 3, 19), line(100, 'up'))], 'At most 19 requests'],
  ['a service that never writes', [outage(...OUTAGE)], 'never wrote a line'],
])('%s is inconclusive', (_, lifetimes, says) => {
  const verdict = judge(SEC_03, lifetimes)
  expect([verdict.outcome, verdict.says]).toEqual(['INCONCLUSIVE', expect.stringContaining(says)])
})
