import { expect, test } from 'vitest'
import { type Arm, ARMS, MEASURING_BEGAN, MEASURING_ENDED } from '../../../src/trial/history/marks/overhead.ts'
import trial from '../../../src/trial/trials/TEL-06.ts'
import { judge, makeFacts, makeLifetime, makeRequest, makeSpan } from '../samples.ts'
import { counted, makeMark, makeReading } from '../telemetry-samples.ts'

interface Made {
  readonly arm: Arm
  readonly run: number
  readonly cpuMs: number
  readonly requests?: number
  readonly spans?: number
}

function live({ arm, run, cpuMs, requests = 1000, spans = 0 }: Made) {
  return makeLifetime(
    [
      makeReading(990, { cpuMs: 300 }),
      makeMark(1000, MEASURING_BEGAN),
      ...counted(requests, (id) => makeRequest({ id, at: 1001 + id })),
      makeMark(2500, MEASURING_ENDED),
      makeReading(2510, { cpuMs: 300 + cpuMs }),
      ...counted(spans, () => makeSpan({ traceId: 'a'.repeat(32), endedAt: 2000 })),
    ],
    { voyage: 'overhead', settings: { arm, run } },
  )
}

function runs(costs: Partial<Record<Arm, number>>, count = 3, noise: readonly number[] = [0, 5, -5]) {
  return counted(count, (run) => run).flatMap((run) =>
    ARMS.flatMap((arm) => {
      const cpuMs = costs[arm]
      return cpuMs === undefined ? [] : [live({ arm, run, cpuMs: cpuMs + (noise[run] ?? 0) })]
    }),
  )
}

const BUDGET = makeFacts({ telemetryBudgetRatio: 1.5, isTelemetryBudgetDeclared: true })

test('within the budget is a pass, with the ratio and its range', () => {
  const verdict = judge(trial, runs({ configured: 360, everything: 390, disabled: 300 }), BUDGET)
  expect(verdict).toMatchObject({ outcome: 'PASS', says: expect.stringContaining('1.20 times'), notes: [] })
  expect(verdict.figures.map(({ name }) => name)).toContain('disabledCpuMsPer1000Requests')
})

test('every run beyond a declared budget fails it, and one run within does not', () => {
  expect(judge(trial, runs({ configured: 600, everything: 600, disabled: 300 }), BUDGET)).toMatchObject({
    outcome: 'FAIL',
    evidence: [{}, {}, {}],
  })
  expect(judge(trial, runs({ configured: 451, everything: 451, disabled: 300 }, 3, [0, 0, 30]), BUDGET).outcome).toBe(
    'PASS',
  )
})

test('without a declared budget more is a note', () => {
  const verdict = judge(trial, runs({ configured: 600, everything: 600, disabled: 300 }))
  expect(verdict).toMatchObject({ outcome: 'PASS', notes: [expect.stringContaining('more than 1.5')] })
})

test('where nothing samples, there is no arm with everything', () => {
  expect(judge(trial, runs({ configured: 360, disabled: 300 }), BUDGET).outcome).toBe('PASS')
})

test('two runs, too little work, spans in the disabled arm, or nothing at all tell nothing', () => {
  expect(judge(trial, runs({ configured: 360, disabled: 300 }, 2), BUDGET).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, runs({ configured: 360, disabled: 190 }), BUDGET).outcome).toBe('INCONCLUSIVE')
  const loud = [
    ...runs({ configured: 360 }),
    ...counted(3, (run) => live({ arm: 'disabled', run, cpuMs: 300, spans: 1 })),
  ]
  expect(judge(trial, loud, BUDGET)).toMatchObject({
    outcome: 'INCONCLUSIVE',
    says: expect.stringContaining('OTEL_SDK_DISABLED'),
  })
  expect(judge(trial, [], BUDGET).outcome).toBe('INCONCLUSIVE')
})

test('elsewhere than on Linux it is skipped', () => {
  const machine = { isLinux: false, hasPidNamespaces: false, processorCount: 8 }
  expect(trial.skipBecause?.(makeFacts({ machine }))).toContain('Linux')
})
