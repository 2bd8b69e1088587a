import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { problemsOf } from '../../bench/drain/check.ts'
import { toPage } from '../../bench/drain/page.ts'
import { describeSkipped } from '../../bench/drain/progress.ts'
import { type Cell, median, type Measurement, toJsonRows } from '../../bench/drain/results.ts'
import { rowsOf } from '../../bench/drain/rows.ts'
import { SCENARIOS } from '../../bench/drain/scenarios.ts'
import type { TrialResult } from '../../bench/drain/trial.ts'
import { VARIANTS, type Variant } from '../../bench/drain/variants.ts'
import { ROOT, readText } from '../../scripts/repository-files.ts'
import { NO_OUTCOMES, type OutcomeCounts } from '../../src/load/outcome-counts.ts'

const OURS: Variant = { name: 'seaworthy/http', isOurs: true, kind: 'http', setup: '', service: 'seaworthy-http.ts' }
const PEER: Variant = { name: 'peer', isOurs: false, kind: 'http', setup: '', service: 'node-http.mjs' }

function run(counts: Partial<OutcomeCounts>, more: Partial<TrialResult> = {}): TrialResult {
  return {
    counts: { ...NO_OUTCOMES, sent: 100, answered: 100, ...counts },
    answeredAfterSignal: 10,
    lateRefusals: 0,
    inFlightAtSignal: 8,
    idleAtSignal: 0,
    attempts: 1,
    isValid: true,
    exitCode: 0,
    wasKilled: false,
    stopMs: 1000,
    losses: [],
    ...more,
  }
}

function cell(variant: string, ...runs: readonly TrialResult[]): Cell {
  return { variant, scenario: 'keep-alive', wireDelayMs: 25, runs }
}

function measurement(...cells: readonly Cell[]): Measurement {
  return {
    date: '2026-01-02T03:04:05.000Z',
    commit: 'abcdef012345',
    isDirty: false,
    node: 'v24.0.0',
    machine: '2 × test',
    seed: 7,
    parallel: 2,
    tookMs: 60_000,
    versions: { seaworthy: '0.1.0' },
    troubles: [],
    cells,
  }
}

const LOST = run({ answered: 90, failed: 10, reset: 6, refused: 4 }, { exitCode: 1 })

test('nothing is wrong when ours lose nothing and a peer does', () => {
  expect(problemsOf([cell('seaworthy/http', run({})), cell('peer', LOST)], [OURS, PEER])).toEqual([])
})

test.each([
  ['a lost request', run({ failed: 1, reset: 1 }), '1 of 100 requests lost'],
  ['a 503', run({ status503: 1 }), '1 of 100 requests lost'],
  ['an answer of 500', run({ otherServerErrors: 1 }), '1 of 100 requests lost'],
  ['an exit code', run({}, { exitCode: 1 }), 'exit code 1'],
  ['a precondition that did not hold', run({}, { isValid: false }), 'the precondition did not hold'],
  ['a run in which nothing was sent', run({ sent: 0, answered: 0 }), 'nothing was sent'],
])('%s of ours is told with its place', (_, ours, problem) => {
  expect(problemsOf([cell('seaworthy/http', run({}), ours), cell('peer', LOST)], [OURS, PEER])).toEqual([
    `seaworthy/http in keep-alive, 25 ms: ${problem}`,
  ])
})

test('what no server can save is no problem of ours, but its exit code is', () => {
  const late = { ...cell('seaworthy/http', run({ failed: 1, reset: 1 }, { exitCode: 1 })), scenario: 'idle-late' }
  expect(problemsOf([late, cell('peer', LOST)], [OURS, PEER])).toEqual([
    'seaworthy/http in idle-late, 25 ms: exit code 1',
  ])
})

test('a new connection that is lost in the very instant of the close is a problem of ours like any other', () => {
  const lost = { outcome: 'reset-fresh', client: 'client 1', reuse: 0, sentMs: 1010, settledMs: 1040 }
  const once = run({ failed: 1, reset: 1 }, { losses: [lost] })
  const cells = [{ ...cell('seaworthy/http', once), scenario: 'until-closed' }, cell('peer', LOST)]
  expect(problemsOf(cells, [OURS, PEER])).toEqual(['seaworthy/http in until-closed, 25 ms: 1 of 100 requests lost'])
})

test('a variant that was not measured is told, and a run in which no peer lost anything proves nothing', () => {
  expect(problemsOf([cell('seaworthy/http'), cell('peer', run({}))], [OURS, PEER])).toEqual([
    'seaworthy/http in keep-alive, 25 ms: no run',
    'no peer lost anything: is the wire delay at work?',
  ])
})

test('the array of --json has exactly the promised fields, summed over runs and scenarios', () => {
  const cells = [
    cell('peer', LOST, run({ status503: 2 }, { stopMs: 3000 })),
    { ...cell('peer', LOST), scenario: 'until-closed' },
  ]
  expect(toJsonRows(cells, [PEER])).toEqual([
    { variant: 'peer', runs: 3, sent: 300, failed: 20, reset: 12, status503: 2, exitCodes: [1, 0, 1], stopMs: 1000 },
  ])
})

test('runs that were not begun are told, and those that could not be done are no such runs', () => {
  const cells = [cell('seaworthy/http', run({})), cell('peer', LOST, LOST), cell('other')]
  expect(describeSkipped(cells, { runs: 2, troubles: 1 })).toBe(
    'time was short: 2 of 6 runs were not begun; `runs` says how many each variant has',
  )
  expect(describeSkipped(cells, { runs: 2, troubles: 3 })).toBeUndefined()
})

test('the median of an even count lies between its neighbours', () => {
  expect([median([]), median([3]), median([3, 1]), median([9, 1, 2])]).toEqual([0, 3, 2, 2])
})

test('a row says how runs ended, how many were killed, and what there was at SIGTERM', () => {
  const killed = run({}, { exitCode: 137, wasKilled: true, inFlightAtSignal: 5, attempts: 2, isValid: false })
  const [row] = rowsOf(measurement(cell('peer', run({}), run({}), killed)), 'keep-alive', 25)
  expect(row).toMatchObject({ exits: '0 × 2, 137 × 1', killed: 1, inFlight: '5-8', repeated: 1, invalid: 1, runs: 3 })
})

test('the page names machine, commit, seed and preconditions, and has every measured variant with its figures', () => {
  const page = toPage(measurement(cell('seaworthy/http', run({})), cell('@godaddy/terminus', LOST)))
  for (const text of [
    'commit `abcdef012345`',
    'Node v24.0.0',
    '2 × test',
    'seed 7',
    '8 in flight and 0 idle at SIGTERM',
  ])
    expect(page).toContain(text)
  expect(page).toContain('| seaworthy/http | 0 / 100 |')
  expect(page).toContain('| @godaddy/terminus | 10 / 100 |')
  expect(page).toContain('| @godaddy/terminus | 1 | 100 | **10** | 6 | 4 |')
})

test('the page says when a run had to be done again, and when that did not help', () => {
  const page = toPage(measurement(cell('seaworthy/http', run({}, { attempts: 2 }), run({}, { isValid: false }))))
  expect(page).toContain('1 runs were done again')
  expect(page).toContain('In 1 runs the precondition did not hold even then')
})

test('the page of a measurement from before the accept queue was filled says so, and no other does', () => {
  const of = (date: string): string => toPage({ ...measurement(cell('peer', run({}))), date })
  expect(of('2026-11-22T17:29:10.000Z')).toContain('The runs above are from before that')
  expect(of('2026-11-22T18:44:00.000Z')).not.toContain('The runs above are from before that')
})

test('the page says that runs of clients that stood still were done again, where that was watched', () => {
  const words = 'got no processor for 200 ms'
  expect(toPage(measurement(cell('peer', run({}, { standstillMs: 3 }))))).toContain(words)
  expect(toPage(measurement(cell('peer', run({}))))).not.toContain(words)
})

test('the page names the runs that could not be done', () => {
  const page = toPage({ ...measurement(cell('peer', run({}))), troubles: ['peer, slow, 25 ms', 'peer, slow, 25 ms'] })
  expect(page).toContain('Runs that could not be done, because the service did not start: peer, slow, 25 ms (2 times).')
})

test('every variant has a name that --only can tell apart, and a service', () => {
  const names = VARIANTS.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names.filter((name) => name.includes(','))).toEqual([])
  expect(VARIANTS.filter(({ service }) => !existsSync(join(ROOT, 'bench/drain/services', service)))).toEqual([])
})

test('every peer is installed in a version that is pinned', () => {
  const { dependencies } = JSON.parse(readText('bench/package.json')) as { dependencies: Record<string, string> }
  const versions = VARIANTS.flatMap(({ packageName }) => (packageName === undefined ? [] : [dependencies[packageName]]))
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version ?? ''))).toEqual([])
})

test('every variant takes part in a scenario, and every scenario has one of ours and a peer', () => {
  expect(VARIANTS.filter((variant) => !SCENARIOS.some(({ isFor }) => isFor(variant)))).toEqual([])
  for (const { isFor } of SCENARIOS) {
    const taking = VARIANTS.filter((variant) => isFor(variant))
    expect(new Set(taking.map(({ isOurs }) => isOurs))).toEqual(new Set([true, false]))
  }
})
