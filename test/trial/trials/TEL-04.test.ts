import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import { FLAPPING_BEGAN, LOAD_ENDED, RECOVERED } from '../../../src/trial/history/marks/flapping-collector.ts'
import trial from '../../../src/trial/trials/TEL-04.ts'
import { judge, makeFacts, makeLifetime, makeRequest } from '../samples.ts'
import { counted, makeExport, makeMark, makeSpanOf, makeTraced } from '../telemetry-samples.ts'

interface Made {
  /** Whose spans are missing. */
  readonly without?: (startedAt: number) => boolean
  readonly faultyExports?: number
  readonly more?: readonly HistoryEvent[]
  readonly until?: number
}

/** A request every 50 ms: 1 s before, 4 s of coming and going, 4 s after. */
function lived({ without = () => false, faultyExports = 3, more = [], until = 9000 }: Made = {}) {
  const requests = counted(until / 50, (id) => makeTraced({ id, startedAt: id * 50, at: id * 50 + 10 }))
  const events = [
    makeMark(1000, FLAPPING_BEGAN),
    makeMark(5000, RECOVERED),
    makeMark(9100, LOAD_ENDED),
    ...requests,
    ...requests.filter(({ startedAt }) => !without(startedAt)).map((request) => makeSpanOf(request)),
    ...counted(faultyExports, (index) => makeExport({ at: 2000 + index, fault: 'status' })),
    ...more,
  ]
  return [makeLifetime(events, { voyage: 'flapping-collector' })]
}

test('no request failed and every span of after the recovery arrived: a pass', () => {
  expect(judge(trial, lived())).toMatchObject({ outcome: 'PASS', says: expect.stringContaining('all 40 spans') })
})

test('what was lost while it came and went is told and not judged', () => {
  const verdict = judge(trial, lived({ without: (at) => at > 2000 && at < 2500 }))
  expect(verdict.outcome).toBe('PASS')
  expect(verdict.notes[0]).toContain('9 of 80 spans')
})

test.each([
  { startedAt: 6950, outcome: 'PASS' },
  { startedAt: 7000, outcome: 'FAIL' },
])(
  'a span missing of a request sent at $startedAt, 2 s after the recovery being 7000: $outcome',
  ({ startedAt, outcome }) => {
    const verdict = judge(trial, lived({ without: (at) => at === startedAt }))
    expect(verdict.outcome).toBe(outcome)
  },
)

test('an exporter that gave up at the first fault fails it, though it met no other', () => {
  const verdict = judge(trial, lived({ without: (at) => at > 1500, faultyExports: 0 }))
  expect(verdict).toMatchObject({ outcome: 'FAIL', says: expect.stringContaining('40 of 40 spans') })
})

test('a request that failed meanwhile fails it, with its id', () => {
  const failed = makeRequest({ id: 5000, at: 3000, outcome: 'timeout' })
  expect(judge(trial, lived({ more: [failed] }))).toMatchObject({
    outcome: 'FAIL',
    evidence: [{ seen: { requests: [5000] } }],
  })
})

test('spans that came twice are counted in a note', () => {
  const again = makeSpanOf({ id: 30, at: 1510 }, { spanId: 'e'.repeat(16) })
  expect(judge(trial, lived({ more: [again] })).notes).toEqual(['1 spans arrived more than once'])
})

test('an export that never met the fault, too few requests, or nothing at all tell nothing', () => {
  expect(judge(trial, lived({ faultyExports: 1 })).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, lived({ until: 7500 })).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, lived({ without: () => true })).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
})

test('a service without traces is skipped', () => {
  expect(trial.skipBecause?.(makeFacts({ telemetry: { traces: false, metrics: true, logs: true } }))).toContain(
    'TEL-01',
  )
})
