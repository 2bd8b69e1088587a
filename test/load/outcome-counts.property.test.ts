import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addOutcomes, countOutcomes, type OutcomeCounts } from '../../src/load/outcome-counts.ts'
import type { RawResult, RequestOutcome } from '../../src/load/raw-request.ts'
import type { JournalEntry } from '../../src/load/request-journal.ts'

const LOST = ['refused', 'reset-fresh', 'reset-reused', 'truncated', 'timeout', 'malformed'] as const

const result: fc.Arbitrary<RawResult | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(...LOST).map((outcome) => toResult(outcome)),
  fc.constantFrom(200, 404, 500, 502, 503, 599, 1001).map((status) => ({ ...toResult('answered'), status })),
)
const entries: fc.Arbitrary<JournalEntry[]> = fc.array(
  result.map((value) => ({ client: 'c', path: '/', startedAt: 0, ...(value === undefined ? {} : { result: value }) })),
)

function toResult(outcome: RequestOutcome): RawResult {
  return { outcome, saidClose: false, reuse: 0, tookMs: 1 }
}

function lostOf({ reset, refused, truncated, timeout, malformed, open }: OutcomeCounts): number {
  return reset + refused + truncated + timeout + malformed + open
}

test('every request is counted once: sent = answered + failed, and failed is the sum of its kinds', () => {
  fc.assert(
    fc.property(entries, (all) => {
      const counts = countOutcomes(all)
      expect(counts.sent).toBe(all.length)
      expect(counts.answered + counts.failed).toBe(counts.sent)
      expect(lostOf(counts)).toBe(counts.failed)
      expect(counts.status503).toBe(all.filter((entry) => entry.result?.status === 503).length)
      expect(counts.status503 + counts.otherServerErrors).toBe(
        all.filter((entry) => String(entry.result?.status).startsWith('5')).length,
      )
    }),
  )
})

test('counting in parts and adding up is counting all', () => {
  fc.assert(
    fc.property(entries, entries, (one, other) => {
      expect(addOutcomes([countOutcomes(one), countOutcomes(other)])).toEqual(countOutcomes([...one, ...other]))
    }),
  )
})

test('a reset is one whether the connection was new or kept alive', () => {
  const of = (outcome: RequestOutcome): JournalEntry => ({
    client: 'c',
    path: '/',
    startedAt: 0,
    result: toResult(outcome),
  })
  expect(countOutcomes([of('reset-fresh'), of('reset-reused')])).toMatchObject({ reset: 2, failed: 2 })
})
