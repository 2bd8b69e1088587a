import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import { BLOCK_BEGAN, BLOCKS_ENDED } from '../../../src/trial/history/marks/slow-collector.ts'
import trial from '../../../src/trial/trials/TEL-02.ts'
import { judge, makeFacts, makeLifetime, makeRequest } from '../samples.ts'
import { counted, makeExport, makeMark } from '../telemetry-samples.ts'

const ARMS = ['healthy', 'slow', 'slow', 'healthy', 'healthy', 'slow', 'slow', 'healthy'] as const

interface Made {
  /** How much longer requests take while the collector is slow. */
  readonly shiftMs?: number
  readonly slowExports?: number
  /** Of requests, in each block of a second. */
  readonly perBlock?: number
}

/** Requests that take 8 to 12 ms, in turns. */
function lived({ shiftMs = 0, slowExports = 4, perBlock = 60 }: Made = {}) {
  const events: HistoryEvent[] = [makeMark(8000, BLOCKS_ENDED)]
  for (const [index, arm] of ARMS.entries()) {
    const from = index * 1000
    events.push(makeMark(from, BLOCK_BEGAN, { arm }))
    for (let count = 0; count < perBlock; count += 1) {
      const startedAt = from + 310 + (count * 680) / perBlock
      const tookMs = 8 + (count % 5) + (arm === 'slow' ? shiftMs : 0)
      events.push(makeRequest({ id: index * 1000 + count, startedAt, at: startedAt + tookMs }))
    }
  }
  events.push(
    ...counted(slowExports, (index) => makeExport({ at: 1700 + index, startedAt: 1400 + index, fault: 'slow' })),
  )
  return [makeLifetime(events, { voyage: 'slow-collector' })]
}

test('as fast with the slow collector is a pass, with the figures of both', () => {
  const verdict = judge(trial, lived())
  expect(verdict).toMatchObject({ outcome: 'PASS' })
  expect(verdict.says).toContain('served 4 exports, and nobody waited: the median went from 10.0 to 10.0 ms')
})

test('requests that wait for exports fail it, with the slowest of the first slow block', () => {
  const verdict = judge(trial, lived({ shiftMs: 300 }))
  expect(verdict).toMatchObject({
    outcome: 'FAIL',
    evidence: [{ says: expect.stringContaining('took 312 ms'), seen: { lifetime: 0, from: 1000, to: 2000 } }],
  })
})

test.each([
  { shiftMs: 5, outcome: 'INCONCLUSIVE' },
  { shiftMs: 6, outcome: 'FAIL' },
  { shiftMs: 1, outcome: 'INCONCLUSIVE' },
])(
  'a shift of $shiftMs ms of 10 is $outcome: ratio over 1.5, chance over 0.75, shift over 5 ms',
  ({ shiftMs, outcome }) => {
    // At 5 ms the ratio is 1.5 and no more; at 1 ms a request is slower with the chance 0.68, which is too much for a pass.
    expect(judge(trial, lived({ shiftMs })).outcome).toBe(outcome)
  },
)

test.each([2, 3])('with %i exports served late', (slowExports) => {
  expect(judge(trial, lived({ slowExports })).outcome).toBe(slowExports < 3 ? 'INCONCLUSIVE' : 'PASS')
})

test('exports that came while it was slow and were answered at once do not count', () => {
  const [lifetime] = lived({ slowExports: 0 })
  const quick = counted(10, (index) => makeExport({ at: 1700 + index }))
  const verdict = judge(trial, [makeLifetime([...(lifetime?.events ?? []), ...quick], { voyage: 'slow-collector' })])
  expect(verdict).toMatchObject({ outcome: 'INCONCLUSIVE', says: expect.stringContaining('served 0 exports') })
})

test('what was due just after a switch counts for neither arm', () => {
  const [lifetime] = lived()
  const hung = [1000, 2000, 5000, 6000].flatMap((from) =>
    counted(100, (index) => makeRequest({ id: from * 9 + index, startedAt: from + index * 2, at: from + 900 })),
  )
  const verdict = judge(trial, [makeLifetime([...(lifetime?.events ?? []), ...hung], { voyage: 'slow-collector' })])
  expect(verdict.outcome).toBe('PASS')
})

test('too few requests, or no lifetime at all, tell nothing', () => {
  expect(judge(trial, lived({ perBlock: 12 })).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [makeLifetime([], { voyage: 'slow-collector' })]).outcome).toBe('INCONCLUSIVE')
})

test('a service without telemetry is skipped', () => {
  expect(trial.skipBecause?.(makeFacts())).toBeUndefined()
  expect(trial.skipBecause?.(makeFacts({ telemetry: { traces: false, metrics: false, logs: false } }))).toContain(
    'TEL-01',
  )
})
