import { expect, test } from 'vitest'
import type { DependencyFact } from '../../../src/trial/facts.ts'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import type { DownstreamEvent } from '../../../src/trial/history/fault-events.ts'
import { LOAD_BEGAN, LOAD_ENDED } from '../../../src/trial/history/marks/context.ts'
import trial from '../../../src/trial/trials/CTX-02.ts'
import { judge, makeFacts, makeLifetime, makeSpan } from '../samples.ts'
import { makeCall, makeMark, makeTraced, traceparentOf } from '../telemetry-samples.ts'

const STOCK: DependencyFact = {
  name: 'stock',
  variable: 'STOCK_URL',
  template: 'http://{host}:{port}',
  host: '127.0.0.1',
  port: 9000,
  protocol: 'http',
  origin: 'flag',
}

interface Made {
  readonly count?: number
  /** How many are on their way at a time. */
  readonly concurrency?: number
  /** What the call of a request says; more than one call, or none. */
  readonly callsOf?: (id: number) => readonly Partial<DownstreamEvent>[]
  readonly more?: readonly HistoryEvent[]
}

/** Requests that take 100 ms, with a call in the middle of each. */
function live({ count = 200, concurrency = 50, callsOf = (id) => [proven(id)], more = [] }: Made = {}) {
  const everyMs = 100 / concurrency
  const events: HistoryEvent[] = [makeMark(1000, LOAD_BEGAN), makeMark(60_000, LOAD_ENDED), ...more]
  for (let id = 0; id < count; id += 1) {
    const startedAt = 1000 + id * everyMs
    events.push(makeTraced({ id, startedAt, at: startedAt + 99, nonce: `nonce-${id}`, path: `/?n=nonce-${id}` }))
    for (const [exchange, call] of callsOf(id).entries())
      events.push(...makeCall({ at: startedAt + 20, connection: id, exchange, ...call }))
  }
  events.push(makeSpan({ traceId: 'a'.repeat(32), spanId: 'd'.repeat(16), spanKind: 'client', endedAt: 2000 }))
  return [makeLifetime(events, { voyage: 'context' })]
}

/** With the nonce passed on. */
function proven(id: number, of = id): Partial<DownstreamEvent> {
  return { path: `/left?n=nonce-${id}`, traceparent: traceparentOf(of) }
}

/** Tied by its trace alone. */
function bare(of: number): Partial<DownstreamEvent> {
  return { traceparent: traceparentOf(of) }
}

test('every call carries the trace of the request that caused it, proven by the nonce: a pass', () => {
  expect(judge(trial, live())).toMatchObject({
    outcome: 'PASS',
    says: expect.stringMatching(/^All 200 calls at concurrency 50 .* \(proven by a nonce; fewer than 1.5 % don't/),
    notes: [],
  })
})

test('one call with the trace of another request fails it, with both', () => {
  const verdict = judge(trial, live({ callsOf: (id) => [proven(id, id === 7 ? 8 : id)] }))
  expect(verdict).toMatchObject({ outcome: 'FAIL', evidence: [{ seen: { requests: [7, 8] } }] })
  expect(verdict.says).toContain('1 of 200 calls carry the trace of another request')
})

test('one call without a trace, or with one that nobody sent, fails it', () => {
  const without = judge(trial, live({ callsOf: (id) => [id === 3 ? { path: '/left?n=nonce-3' } : proven(id)] }))
  expect(without).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('no traceparent; request 3 caused it'),
  })
  const foreign = judge(trial, live({ callsOf: (id) => [id === 3 ? bare(99_999) : proven(id)] }))
  expect(foreign).toMatchObject({ outcome: 'FAIL', says: expect.stringContaining('which nobody sent') })
})

test('without a nonce, one call for each trace is a pass', () => {
  expect(judge(trial, live({ callsOf: (id) => [bare(id)] }))).toMatchObject({
    outcome: 'PASS',
    says: expect.stringContaining('by trace, times and counts'),
  })
})

test('without a nonce, traces with two calls and as many with none fail it', () => {
  const verdict = judge(trial, live({ callsOf: (id) => [bare(id - (id % 2))] }))
  expect(verdict).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('100 of their traces have fewer than 1 and 100 have more'),
  })
})

test('without a nonce, calls that come long after the answer fail it', () => {
  const verdict = judge(trial, live({ callsOf: (id) => [bare(id % 20)] }))
  expect(verdict).toMatchObject({ outcome: 'FAIL', says: expect.stringContaining('not on its way at the time') })
})

test('without a nonce, requests that differ in how much they call leave it open', () => {
  const verdict = judge(trial, live({ callsOf: (id) => (id % 10 === 0 ? [] : [bare(id)]) }))
  expect(verdict).toMatchObject({ outcome: 'INCONCLUSIVE', says: expect.stringContaining('pass the query on') })
})

test('without a nonce, calls that are repeated and calls that are saved leave it open, too', () => {
  const verdict = judge(
    trial,
    live({ callsOf: (id) => (id % 10 === 0 ? [] : id % 5 === 1 ? [bare(id), bare(id)] : [bare(id)]) }),
  )
  expect(verdict.outcome).toBe('INCONCLUSIVE')
})

test('what the service asks by itself, and asked before, is left out', () => {
  const own = { path: '/healthz', connection: 900 }
  const more = [...makeCall({ at: 500, ...own }), ...makeCall({ at: 1500, exchange: 1, ...own })]
  const verdict = judge(trial, live({ more }))
  expect(verdict).toMatchObject({ outcome: 'PASS' })
  expect(verdict.figures).toContainEqual({ name: 'callsOfTheServiceItself', value: 1 })
})

test('what the service puts aside and does when all are answered is its own, also while there are requests', () => {
  const own = { path: '/receipts', connection: 900, traceparent: `00-${'e'.repeat(32)}-${'f'.repeat(16)}-01` }
  const begun = (at: number) => [...makeCall({ at: 1200, ...own }), ...makeCall({ at, exchange: 1, ...own })]
  const last = 1000 + 199 * 2 + 99
  expect(judge(trial, live({ more: begun(last + 600) }))).toMatchObject({ outcome: 'PASS' })
  expect(judge(trial, live({ more: begun(last + 100) }))).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('which nobody sent'),
  })
})

test('a header that is passed on as it came is a note', () => {
  const copied = (id: number) => ({
    path: `/left?n=nonce-${id}`,
    traceparent: traceparentOf(id).replace('d'.repeat(16), `bbbbbbbb${id.toString(16).padStart(8, '0')}`),
  })
  const verdict = judge(trial, live({ callsOf: (id) => [copied(id)] }))
  expect(verdict).toMatchObject({
    outcome: 'PASS',
    notes: [expect.stringContaining('200 calls carry the header of their request as it came')],
  })
})

test.each([
  { concurrency: 24, outcome: 'INCONCLUSIVE' },
  { concurrency: 25, outcome: 'PASS' },
])('$concurrency requests at a time: $outcome', ({ concurrency, outcome }) => {
  expect(judge(trial, live({ concurrency })).outcome).toBe(outcome)
})

test('99 calls, or nothing, tell nothing; without an HTTP dependency it is skipped', () => {
  expect(judge(trial, live({ count: 99 })).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
  expect(trial.skipBecause?.(makeFacts())).toContain('--dep')
  const facts = makeFacts({ dependencies: [STOCK] })
  expect(trial.skipBecause?.(facts)).toBeUndefined()
  const { telemetry } = facts
  expect(trial.skipBecause?.({ ...facts, telemetry: { ...telemetry, traces: false } })).toContain('TEL-01')
})
