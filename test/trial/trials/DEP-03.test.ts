import { expect, test } from 'vitest'
import DEP_03 from '../../../src/trial/trials/DEP-03.ts'
import { judge, makeFacts, makeLifetime } from '../samples.ts'
import { BACK_AT, OUTAGE_FACTS, outageLifetime } from './outage-samples.ts'

const say = (dials: readonly number[]) => judge(DEP_03, [outageLifetime({ dials })], OUTAGE_FACTS)

/** So many moments from `from` on, evenly. */
const even = (count: number, from: number, everyMs: number) =>
  Array.from({ length: count }, (_, n) => from + n * everyMs)
const ONCE = [1100]

test('few dials pass, with their rate', () => {
  expect(say([...ONCE, 8500, 9000, 10_000])).toMatchObject({
    outcome: 'PASS',
    says: 'At most 1.0 dials a second while it was away.',
  })
})

// Twenty requests a second are normal; 3 s are cut.
test.each([
  [600, 'FAIL', 5],
  [601, 'FAIL', 5],
  [180, 'PASS', 16],
  [181, 'FAIL', 16],
])('%d even dials in three seconds: %s', (count, outcome, everyMs) => {
  expect(say([...ONCE, ...even(count, 8001, everyMs)]).outcome).toBe(outcome)
})

test('with growing gaps, ten times the normal is the limit', () => {
  const growing = (count: number) => even(count, 0, 1).map((n) => 8001 + (2990 * n ** 2) / count ** 2)
  expect(say([...ONCE, ...growing(600)]).outcome).toBe('PASS')
  const verdict = say([...ONCE, ...growing(602)])
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toBe('db was dialled 201 times a second while it was away (reset), 10.0 times the normal 20.0.')
  expect(verdict.evidence[0]?.seen).toEqual({ lifetime: 0, from: 8000, to: 11_000 })
})

test('a burst at the return is a storm, too', () => {
  const calm = [...ONCE, 9000, 9500]
  expect(say([...calm, ...even(100, BACK_AT + 1, 5)]).outcome).toBe('PASS')
  expect(say([...calm, ...even(101, BACK_AT + 1, 5)])).toMatchObject({
    outcome: 'FAIL',
    says: 'db was dialled 101 times in the first second after its return; 20 are normal.',
  })
})

test('nobody can tell of a service that never used it, or never tried again', () => {
  expect(say([9000]).says).toContain('never seen to connect')
  expect(say(ONCE).says).toContain('did not try to connect to db while it was away')
  expect(say(ONCE).outcome).toBe('INCONCLUSIVE')
  expect(judge(DEP_03, [], OUTAGE_FACTS).outcome).toBe('INCONCLUSIVE')
  expect(judge(DEP_03, [makeLifetime([], { voyage: 'outage' })], OUTAGE_FACTS).outcome).toBe('INCONCLUSIVE')
  expect(DEP_03.skipBecause?.(makeFacts())).toContain('--dep')
})
