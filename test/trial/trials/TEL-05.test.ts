import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import { IS_TOLD, LOAD_BEGAN, LOAD_ENDED, RATIO } from '../../../src/trial/history/marks/sampling.ts'
import trial from '../../../src/trial/trials/TEL-05.ts'
import { judge, makeLifetime, makeRequest, makeSpan } from '../samples.ts'
import { counted, makeMark, makeRequestCount, makeSpanOf, makeTraced } from '../telemetry-samples.ts'

interface Made {
  readonly ratio: number
  readonly roots?: number
  /** Roots that were recorded. */
  readonly recorded?: number
  /** Of 100 sampled parents, those that have no span. */
  readonly missingSampled?: number
  /** Of 100 parents that are not sampled, those that have one. */
  readonly recordedUnsampled?: number
  readonly counted?: number
  readonly isTold?: boolean
}

function live({
  ratio,
  roots = 1200,
  recorded = ratio * roots,
  missingSampled = 0,
  recordedUnsampled = 0,
  isTold = true,
  ...rest
}: Made) {
  const sampled = counted(100, (index) => makeTraced({ id: 10_000 + index, at: 100 + index }))
  const unsampled = counted(100, (index) => makeTraced({ id: 20_000 + index, at: 100 + index }, false))
  const events: HistoryEvent[] = [
    makeMark(50, LOAD_BEGAN),
    makeMark(5000, LOAD_ENDED),
    ...counted(roots, (id) => makeRequest({ id, at: 100 + id })),
    ...counted(recorded, (index) =>
      makeSpan({ traceId: `f${index.toString(16).padStart(31, '0')}`, endedAt: 100 + index }),
    ),
    ...sampled,
    ...sampled.slice(missingSampled).map((request) => makeSpanOf(request)),
    ...unsampled,
    ...unsampled.slice(0, recordedUnsampled).map((request) => makeSpanOf(request)),
    // The probe of the start, which the load has nothing to do with.
    makeSpan({ traceId: '9'.repeat(32), endedAt: 500, attributes: { 'url.path': '/readyz' } }),
    ...(rest.counted === undefined ? [] : [makeRequestCount(6000, rest.counted)]),
  ]
  return makeLifetime(events, {
    voyage: 'sampling',
    id: Math.round(ratio * 100),
    settings: { [RATIO]: ratio, [IS_TOLD]: isTold },
  })
}

const CONTROL: Made = { ratio: 1, roots: 100 }

function tried(...lives: readonly Made[]) {
  return judge(trial, [live(CONTROL), ...lives.map((made) => live(made))])
}

test('as many as the ratio says, and the decision of every caller kept: a pass', () => {
  const verdict = tried({ ratio: 0.25 }, { ratio: 0.1 })
  expect(verdict).toMatchObject({ outcome: 'PASS' })
  expect(verdict.says).toContain(
    'at 0.1: 120 of 1200 requests without a context were recorded (10 %, 99.99 %: 6.9 % to 13.8 %)',
  )
})

test.each([
  { recorded: 81, outcome: 'FAIL' },
  { recorded: 82, outcome: 'PASS' },
  { recorded: 162, outcome: 'PASS' },
  { recorded: 163, outcome: 'FAIL' },
  { recorded: 1200, outcome: 'FAIL' },
])('$recorded of 1200 at a tenth: $outcome', ({ recorded, outcome }) => {
  expect(tried({ ratio: 0.1, recorded }).outcome).toBe(outcome)
})

test('a sampled parent that is sampled again fails it; a few that are missing are a loss', () => {
  expect(tried({ ratio: 0.1, missingSampled: 90 })).toMatchObject({
    outcome: 'FAIL',
    evidence: [{ says: expect.stringContaining('90 of 100 requests that their caller had sampled were not recorded') }],
  })
  expect(tried({ ratio: 0.1, missingSampled: 5 }).outcome).toBe('INCONCLUSIVE')
  expect(tried({ ratio: 0.1, missingSampled: 6 }).outcome).toBe('FAIL')
})

test('a parent that is not sampled and is recorded fails it', () => {
  expect(tried({ ratio: 0.1, recordedUnsampled: 1 })).toMatchObject({
    outcome: 'FAIL',
    evidence: [{ seen: { lifetime: 10, requests: [20_000] } }],
  })
})

test('metrics that count only what is sampled fail it, where they are whole without sampling', () => {
  const control = live({ ...CONTROL, counted: 300 })
  const verdict = judge(trial, [control, live({ ratio: 0.1, counted: 220 })])
  expect(verdict).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('counted 220 of 1400 answered requests'),
  })
  expect(judge(trial, [control, live({ ratio: 0.1, counted: 1400 })]).outcome).toBe('PASS')
  // 1180 of these were not recorded.
  expect(judge(trial, [control, live({ ratio: 0.1, counted: 810 })]).outcome).toBe('FAIL')
  expect(judge(trial, [control, live({ ratio: 0.1, counted: 811 })])).toMatchObject({
    outcome: 'INCONCLUSIVE',
    says: expect.stringContaining('a loss (see STOP-12)'),
  })
  // Lost at the stop, as is shown by the run that samples everything.
  expect(judge(trial, [live({ ...CONTROL, counted: 299 }), live({ ratio: 0.1, counted: 220 })]).outcome).toBe('PASS')
})

test('a loss where everything is sampled leaves it open: it looks like sampling', () => {
  const verdict = judge(trial, [live({ ...CONTROL, missingSampled: 1 }), live({ ratio: 0.1, recorded: 1200 })])
  expect(verdict).toMatchObject({ outcome: 'INCONCLUSIVE', says: expect.stringContaining('STOP-11') })
})

test("the service's own ratio is judged in one run", () => {
  expect(judge(trial, [live({ ratio: 0.1, isTold: false })]).outcome).toBe('PASS')
  expect(judge(trial, [live({ ratio: 0.1, isTold: false, recorded: 300 })])).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('0.1 was declared'),
  })
})

test('too few requests, or none, tell nothing', () => {
  expect(tried({ ratio: 0.1, roots: 299 }).outcome).toBe('INCONCLUSIVE')
  expect(tried().outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
})
