import { expect, test } from 'vitest'
import { judgeAnimal } from '../../zoo/runner/judge-animal.ts'

const ANIMAL = { name: 'a', language: 'go', file: 'a.go', command: ['a'], needs: [] } as const
const BROKEN = { ...ANIMAL, defect: 'It is broken.', caughtBy: 'STOP-01', alsoCaughtBy: ['STOP-16'], twin: 'b' }
const GOLDEN = { ...ANIMAL, reviewedSkips: { 'STOP-04': 'It does not speak HTTP/2.' } }

const said = (outcome: 'PASS' | 'FAIL' | 'INCONCLUSIVE' | 'SKIP') => ({ outcome, says: 'so' })
const run = (verdicts: Record<string, ReturnType<typeof said>>) => ({ verdicts, tookMs: 1 })

test('a defect is caught when its trial fails, and by no other', () => {
  expect(judgeAnimal(BROKEN, run({ 'STOP-01': said('FAIL') })).faults).toEqual([])
  expect(judgeAnimal(BROKEN, run({ 'STOP-16': said('FAIL') })).faults).toEqual(['not caught by STOP-01: no verdict'])
  expect(judgeAnimal(BROKEN, run({ 'STOP-01': said('INCONCLUSIVE') })).faults).toEqual([
    'not caught by STOP-01: INCONCLUSIVE, so',
  ])
})

test('a trial that fails and was not expected to is a fault', () => {
  const { faults } = judgeAnimal(
    BROKEN,
    run({ 'STOP-01': said('FAIL'), 'STOP-16': said('FAIL'), 'TEL-01': said('FAIL') }),
  )
  expect(faults).toEqual(['failed unexpectedly TEL-01: so'])
})

test('what was expected to fail besides and passed is told, and is no fault', () => {
  const judgement = judgeAnimal(BROKEN, run({ 'STOP-01': said('FAIL'), 'STOP-16': said('PASS') }))
  expect(judgement).toEqual({ faults: [], inconclusive: [], passedAfterAll: ['STOP-16'] })
})

test('a golden service must fail nothing, and skip only what was reviewed', () => {
  expect(judgeAnimal(GOLDEN, run({ 'STOP-01': said('PASS'), 'STOP-04': said('SKIP') })).faults).toEqual([])
  expect(judgeAnimal(GOLDEN, run({ 'STOP-01': said('FAIL') })).faults).toEqual(['failed STOP-01: so'])
  expect(judgeAnimal(GOLDEN, run({ 'STOP-05': said('SKIP') })).faults).toEqual(['skipped without review STOP-05: so'])
})

test('what could not tell is told and is no fault of a golden service', () => {
  expect(judgeAnimal(GOLDEN, run({ 'STOP-01': said('INCONCLUSIVE') }))).toEqual({
    faults: [],
    inconclusive: ['STOP-01: so'],
    passedAfterAll: [],
  })
})

test('an exact one has to be told of by every trial, and skips what was reviewed', () => {
  const exact = { ...GOLDEN, isExact: true }
  expect(judgeAnimal(exact, run({ 'STOP-01': said('PASS'), 'STOP-04': said('SKIP') })).faults).toEqual([])
  expect(judgeAnimal(exact, run({ 'STOP-01': said('INCONCLUSIVE'), 'STOP-04': said('PASS') })).faults).toEqual([
    'could not tell STOP-01: so',
    'reviewed as skipped, and tried STOP-04',
  ])
})

test('a run that did not come to its end is a fault', () => {
  expect(judgeAnimal(GOLDEN, { ...run({}), problem: 'The command ended with 3.' }).faults).toEqual([
    'The command ended with 3.',
  ])
})
