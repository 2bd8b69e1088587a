import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import { IDLE_BEGAN, LOAD_BEGAN, LOAD_ENDED } from '../../../src/trial/history/marks/underway.ts'
import trial from '../../../src/trial/trials/CTX-05.ts'
import { judge, makeLifetime, SENDER } from '../samples.ts'
import { makeLine } from '../start-samples.ts'
import { counted, makeMark, makeTraced, traceIdOf } from '../telemetry-samples.ts'

const COUNT = 200

interface Made {
  /** The line, or lines, about a request. */
  readonly lineOf?: (id: number) => readonly string[]
  readonly more?: readonly HistoryEvent[]
}

function live({ lineOf = (id) => [json(id)], more = [] }: Made = {}) {
  const events: HistoryEvent[] = [
    makeMark(100, IDLE_BEGAN),
    makeMark(2000, LOAD_BEGAN),
    makeMark(6000, LOAD_ENDED),
    // What npm says before anything: no line of the service's work.
    makeLine(1, '> shop@1.0.0 start'),
    ...counted(COUNT, (id) => makeTraced({ id, at: 2000 + id * 10 })),
    ...counted(COUNT, (id) => lineOf(id).map((line) => makeLine(2000 + id * 10, line))).flat(),
    ...more,
  ]
  return [makeLifetime(events, { voyage: 'underway' })]
}

function json(id: number, changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    time: '2026-01-01T00:00:00Z',
    level: 'info',
    msg: 'sold',
    trace_id: traceIdOf(id),
    ...changes,
  })
}

function record(id: number, traceId = traceIdOf(id)): HistoryEvent {
  const at = 2000 + id * 10
  return {
    kind: 'log',
    at: at + 500,
    madeAt: at,
    sender: SENDER,
    body: 'sold',
    severityNumber: 9,
    traceId,
    spanId: '',
    attributes: {},
  }
}

test.each([
  ['JSON', (id: number) => json(id)],
  ['logfmt', (id: number) => `ts=2026-01-01T00:00:00Z level=info msg="sold one" traceID=${traceIdOf(id)}`],
  [
    'JSON of ECS',
    (id: number) =>
      JSON.stringify({ '@timestamp': 1, log: { level: 'info' }, message: 'sold', trace: { id: traceIdOf(id) } }),
  ],
])('a line of %s for each request, with its trace: a pass', (_, write) => {
  expect(judge(trial, live({ lineOf: (id) => [write(id)] }))).toMatchObject({
    outcome: 'PASS',
    says: '100 % of 200 lines are structured, and 100 % of what is about requests names its trace',
  })
})

test.each([
  { textCount: 2, outcome: 'PASS' },
  { textCount: 3, outcome: 'FAIL' },
])('$textCount lines of text beside 200 of JSON: $outcome', ({ textCount, outcome }) => {
  const more = counted(textCount, () => makeLine(3000, 'something happened'))
  expect(judge(trial, live({ more })).outcome).toBe(outcome)
})

test('a stack over several lines is shown as what it is', () => {
  const verdict = judge(trial, live({ lineOf: () => ['Error: sold out', '    at sell (shop.js:1:2)'] }))
  expect(verdict).toMatchObject({ outcome: 'FAIL', evidence: [{ lines: ['Error: sold out'] }, {}] })
  expect(verdict.says).toContain('no JSON or logfmt')
})

test.each(['time', 'level', 'msg'])('lines without %s fail it', (field) => {
  const verdict = judge(trial, live({ lineOf: (id) => [json(id, { [field]: undefined })] }))
  expect(verdict).toMatchObject({ outcome: 'FAIL', says: expect.stringContaining('no ') })
})

test.each([
  { bareCount: 10, outcome: 'PASS' },
  { bareCount: 11, outcome: 'FAIL' },
])('$bareCount of 200 lines without a trace: $outcome', ({ bareCount, outcome }) => {
  const lineOf = (id: number) => [json(id, id < bareCount ? { trace_id: undefined } : {})]
  expect(judge(trial, live({ lineOf })).outcome).toBe(outcome)
})

test('what a timer writes, load or not, needs no trace, and neither do probes', () => {
  const ticks = counted(60, (index) => makeLine(index * 100, json(0, { trace_id: undefined, msg: 'tick' })))
  const probes = counted(60, (index) =>
    makeLine(2000 + index * 50, json(0, { trace_id: undefined, msg: 'GET /readyz' })),
  )
  expect(judge(trial, live({ more: [...ticks, ...probes] })).outcome).toBe('PASS')
})

test('ids of zeros are none, and those of other traces are not ours', () => {
  expect(judge(trial, live({ lineOf: (id) => [json(id, { trace_id: '0'.repeat(32) })] })).outcome).toBe('FAIL')
  const foreign = judge(trial, live({ lineOf: (id) => [json(id, { trace_id: `e${id}`.padEnd(32, '0') })] }))
  expect(foreign).toMatchObject({ outcome: 'FAIL', says: expect.stringContaining('none of them is that of a request') })
})

test('records over OTLP will do, whatever the output looks like', () => {
  const text = live({ lineOf: () => ['sold one'], more: counted(COUNT, (id) => record(id)) })
  expect(judge(trial, text)).toMatchObject({
    outcome: 'PASS',
    notes: [expect.stringContaining('0 % of 200 lines of the output')],
  })
  const without = live({ lineOf: () => [], more: counted(COUNT, (id) => record(id, '')) })
  expect(judge(trial, without).outcome).toBe('FAIL')
})

test.each([
  { count: 19, outcome: 'SKIP' },
  { count: 20, outcome: 'PASS' },
])('$count lines about 200 answered requests: $outcome', ({ count, outcome }) => {
  expect(judge(trial, live({ lineOf: (id) => (id < count ? [json(id)] : []) })).outcome).toBe(outcome)
})

test('a service that writes no line for each request is skipped, and says so; with fewer answers nobody can tell', () => {
  const silent = live({ lineOf: () => [] })
  expect(judge(trial, silent)).toMatchObject({
    outcome: 'SKIP',
    says: expect.stringContaining('no line for each request, so none can name its trace: 0 lines or records about 200'),
  })
  const [whole] = silent
  const events = whole?.events ?? []
  const first = events.find(({ kind }) => kind === 'request')
  const few = makeLifetime(
    events.filter((event) => event !== first),
    { voyage: 'underway' },
  )
  expect(judge(trial, [few])).toMatchObject({ outcome: 'INCONCLUSIVE', says: expect.stringContaining('about 199') })
})

test.each([
  { form: 'structured', line: json(0, { trace_id: undefined, msg: 'tick' }), outcome: 'SKIP' },
  { form: 'prose', line: 'tick', outcome: 'FAIL' },
])('lines of a timer alone, $form: $outcome, for their form is judged all the same', ({ line, outcome }) => {
  const more = counted(60, (index) => makeLine(index * 100, line))
  const verdict = judge(trial, live({ lineOf: () => [], more }))
  expect(verdict.outcome).toBe(outcome)
  expect(verdict.says).toMatch(/structured/)
  // Not that they lack a trace: there is no request that they could name.
  expect(verdict.evidence.length).toBe(outcome === 'FAIL' ? 1 : 0)
})

test('lines of a timer that are prose are no finding where the same goes over OTLP as records', () => {
  const prose = counted(60, (index) => makeLine(index * 100, 'tick'))
  const records = counted(60, (index) => ({ ...record(index * 3, ''), madeAt: index * 100 }) as HistoryEvent)
  expect(judge(trial, live({ lineOf: () => [], more: [...prose, ...records] })).outcome).toBe('SKIP')
})

test('nothing tells nothing', () => {
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [makeLifetime([], { voyage: 'underway' })]).outcome).toBe('INCONCLUSIVE')
})
