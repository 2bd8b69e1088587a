import { expect, test } from 'vitest'
import type { NoiseEvent } from '../../src/trial/history/event.ts'
import type { SailedVoyage } from '../../src/trial/report.ts'
import { judgeTrial } from '../../src/trial/judge-trial.ts'
import { defineTrial } from '../../src/trial/trial.ts'
import { pass } from '../../src/trial/verdict/make-verdict.ts'
import { noiseOf } from '../../src/trial/verdict/noise-guard.ts'
import { makeFacts, makeLifetime } from './samples.ts'

function noiseIn(startedAt: number, loopDelayMs: number): NoiseEvent {
  return { kind: 'noise', startedAt, at: startedAt + 1000, latenessMs: 1, loopDelayMs }
}

/** Loud in its first and its last second, quiet in the two between. */
const LIFETIME = makeLifetime([noiseIn(0, 200), noiseIn(1000, 5), noiseIn(2000, 5), noiseIn(3000, 200)], {
  voyage: 'pairs',
})

function judge(timedSpanOf?: () => { from: number; to: number } | undefined) {
  const trial = defineTrial({
    id: 'A-01',
    slug: 'as-fast',
    claim: 'It is as fast.',
    procedure: 'It is measured.',
    seed: [],
    remedy: { feature: 'none', page: 'guide/trial.md', change: 'None.', rules: [] },
    voyages: ['pairs'],
    isTiming: true,
    ...(timedSpanOf === undefined ? {} : { timedSpanOf }),
    judge: () => pass('As fast'),
  })
  const sailed: SailedVoyage[] = [{ voyage: 'pairs', attempt: 1, lifetimes: [LIFETIME], isWhole: true, tookMs: 4000 }]
  return judgeTrial({ trial, facts: makeFacts(), needs: ['pairs'], sailed, guard: noiseOf })?.verdict.outcome
}

test('noise at any time of a lifetime puts a comparison of times in doubt', () => {
  expect(judge()).toBe('INCONCLUSIVE')
})

test('where a trial says when it compares times, only the noise of that time does', () => {
  expect(judge(() => ({ from: 1000, to: 3000 }))).toBe('PASS')
  expect(judge(() => ({ from: 1000, to: 3001 }))).toBe('INCONCLUSIVE')
  expect(judge(() => ({ from: 999, to: 3000 }))).toBe('INCONCLUSIVE')
  expect(judge(() => undefined)).toBe('PASS')
})
