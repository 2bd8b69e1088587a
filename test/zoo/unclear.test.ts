import { expect, test } from 'vitest'
import { askAgain, leftOut, mergeRuns } from '../../zoo/runner/unclear.ts'

const GOLDEN = { name: 'a', language: 'go', file: 'a.go', command: ['a'], needs: [] } as const
const BROKEN = { ...GOLDEN, defect: 'It is broken.', caughtBy: 'STOP-01', twin: 'b' }
const PASS = { outcome: 'PASS', says: 'so' } as const
const UNCLEAR = { outcome: 'INCONCLUSIVE', says: 'too noisy' } as const

test('of a golden service everything that could not tell is asked again, of another what has to catch it', () => {
  const run = { verdicts: { 'STOP-01': UNCLEAR, 'TEL-02': UNCLEAR, 'TEL-01': PASS }, tookMs: 1 }
  expect(askAgain(GOLDEN, run)).toEqual(['STOP-01', 'TEL-02'])
  expect(askAgain(BROKEN, run)).toEqual(['STOP-01'])
  expect(askAgain(BROKEN, { verdicts: { 'TEL-02': UNCLEAR }, tookMs: 1 })).toEqual([])
})

test('what has to catch an animal is tried by itself where the run had no place for it', () => {
  const skip = { outcome: 'SKIP', says: 'not with --quick' } as const
  expect(leftOut(BROKEN, { verdicts: { 'TEL-01': PASS }, tookMs: 1 })).toEqual(['STOP-01'])
  expect(leftOut(BROKEN, { verdicts: { 'STOP-01': skip }, tookMs: 1 })).toEqual(['STOP-01'])
  expect(leftOut(BROKEN, { verdicts: { 'STOP-01': UNCLEAR }, tookMs: 1 })).toEqual([])
  expect(leftOut(GOLDEN, { verdicts: { 'STOP-01': skip }, tookMs: 1 })).toEqual([])
  expect(leftOut(BROKEN, { verdicts: {}, tookMs: 1, problem: 'It ended with 3.' })).toEqual([])
})

test('what the second run says counts, and a failure of the tool in either stays', () => {
  const first = { verdicts: { 'TEL-01': PASS, 'TEL-02': UNCLEAR }, tookMs: 100 }
  expect(mergeRuns(first, { verdicts: { 'TEL-02': PASS }, tookMs: 20 })).toEqual({
    verdicts: { 'TEL-01': PASS, 'TEL-02': PASS },
    tookMs: 120,
  })
  expect(mergeRuns(first, { verdicts: {}, tookMs: 20, problem: 'It ended with 3.' }).problem).toBe('It ended with 3.')
})
