import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import {
  ABORTING_BEGAN,
  ABORTING_ENDED,
  AFTERWARDS_BEGAN,
  AFTERWARDS_ENDED,
} from '../../../src/trial/history/marks/cancellation.ts'
import trial from '../../../src/trial/trials/CTX-03.ts'
import { judge, makeFacts, makeLifetime, makeRequest } from '../samples.ts'
import { counted, makeCall, makeMark, makeTraced, traceparentOf } from '../telemetry-samples.ts'
import { makeLine } from '../start-samples.ts'

interface Made {
  readonly count?: number
  readonly cancelledCount?: number
  /** From the abort to the end of the call. */
  readonly cancelledAfterMs?: number
  readonly more?: readonly HistoryEvent[]
}

/** Requests that are given up after 100 ms, whose calls began after 10 ms. */
function live({ count = 20, cancelledCount = count, cancelledAfterMs = 5, more = [] }: Made = {}) {
  const events = counted(count, (id) => {
    const startedAt = 1000 + id * 100
    const isCancelled = id < cancelledCount
    return [
      makeTraced({ id, startedAt, at: startedAt + 100, load: 'aborting', outcome: 'aborted' }),
      ...makeCall(
        { at: startedAt + 10, connection: id, traceparent: traceparentOf(id) },
        isCancelled ? { afterMs: 90 + cancelledAfterMs, what: 'cancelled' } : { afterMs: 800 },
      ),
    ]
  }).flat()
  const marks = [
    makeMark(1000, ABORTING_BEGAN),
    makeMark(5000, ABORTING_ENDED),
    makeMark(5000, AFTERWARDS_BEGAN),
    makeMark(7000, AFTERWARDS_ENDED),
  ]
  const after = counted(20, (index) => makeRequest({ id: 500 + index, at: 5100 + index * 50 }))
  return [makeLifetime([...marks, ...events, ...after, ...more], { voyage: 'cancellation' })]
}

test('all calls given up with their clients are a pass, with the interval', () => {
  expect(judge(trial, live())).toMatchObject({
    outcome: 'PASS',
    says: '20 of 20 calls were given up within 1000 ms of their client (83.9 % to 100 % with 95 %)',
  })
})

test.each([
  { cancelledCount: 5, outcome: 'FAIL' },
  { cancelledCount: 6, outcome: 'INCONCLUSIVE' },
  { cancelledCount: 14, outcome: 'INCONCLUSIVE' },
  { cancelledCount: 15, outcome: 'PASS' },
])('$cancelledCount of 20: $outcome', ({ cancelledCount, outcome }) => {
  expect(judge(trial, live({ cancelledCount })).outcome).toBe(outcome)
})

test('a call that went on is shown, with how long', () => {
  expect(judge(trial, live({ cancelledCount: 0 })).evidence[0]).toMatchObject({
    says: 'Request 0 was given up by its client, and the call to "stock" went on for 710 ms',
    seen: { requests: [0] },
  })
})

test.each([
  { cancelledAfterMs: 1000, outcome: 'PASS' },
  { cancelledAfterMs: 1001, outcome: 'FAIL' },
])('given up $cancelledAfterMs ms after the client: $outcome', ({ cancelledAfterMs, outcome }) => {
  expect(judge(trial, live({ cancelledAfterMs })).outcome).toBe(outcome)
})

test('closing the connection is giving up, too', () => {
  const closed = counted(20, (id) => [
    makeTraced({ id, startedAt: 1000 + id * 100, at: 1100 + id * 100, outcome: 'aborted' }),
    ...makeCall({ at: 1010 + id * 100, connection: id, traceparent: traceparentOf(id) }, { what: 'nothing' }),
    {
      kind: 'dependency',
      at: 1110 + id * 100,
      dependency: 'stock',
      connection: id,
      what: 'closed',
      by: 'service',
    } as const,
  ]).flat()
  expect(judge(trial, live({ count: 0, more: closed })).outcome).toBe('PASS')
})

test('an unhandled error, an end of the process, and failures afterwards fail it', () => {
  const line = makeLine(1500, 'UnhandledPromiseRejection: AbortError')
  expect(judge(trial, live({ more: [line] }))).toMatchObject({ outcome: 'FAIL', evidence: [{ lines: [line.line] }] })
  const exit = { kind: 'exited', at: 1500, code: 1, signal: null } as const
  expect(judge(trial, live({ more: [exit] }))).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('The process ended (code 1'),
  })
  const failed = makeRequest({ id: 600, at: 5500, status: 500 })
  expect(judge(trial, live({ more: [failed] }))).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('1 of 21 requests failed'),
  })
})

test('an end that we asked for is none', () => {
  const more = [
    { kind: 'signal', at: 8000, signal: 'SIGTERM', why: 'trial' } as const,
    { kind: 'exited', at: 8100, code: 1, signal: null } as const,
  ]
  expect(judge(trial, live({ more })).outcome).toBe('PASS')
})

test.each([
  { count: 9, outcome: 'INCONCLUSIVE' },
  { count: 10, outcome: 'PASS' },
])('$count requests that had come as far as the dependency: $outcome', ({ count, outcome }) => {
  expect(judge(trial, live({ count })).outcome).toBe(outcome)
})

test('nothing tells nothing, and without an HTTP dependency it is skipped', () => {
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
  expect(trial.skipBecause?.(makeFacts())).toContain('--dep')
})
