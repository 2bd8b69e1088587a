import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { countedDrops, Ledger, lostSilently } from '../../bench/loss/account.ts'
import { problemsOf } from '../../bench/loss/check.ts'
import { toPage } from '../../bench/loss/page.ts'
import { type Cell, type Measurement, toJsonRows } from '../../bench/loss/results.ts'
import { SCENARIOS } from '../../bench/loss/scenarios.ts'
import type { TrialResult } from '../../bench/loss/trial.ts'
import { VARIANTS } from '../../bench/loss/variants.ts'
import { ROOT } from '../../scripts/repository-files.ts'

function run(more: Partial<TrialResult> = {}): TrialResult {
  return {
    created: 100,
    delivered: 100,
    duplicates: 0,
    droppedCounted: 0,
    lostSilently: 0,
    createdInWindow: 20,
    shutdownMs: 50,
    exitCode: 0,
    wasKilled: false,
    deliveredByFirst: 100,
    ...more,
  }
}

function cell(scenario: string, variant: string, ...runs: readonly TrialResult[]): Cell {
  return { scenario, variant, scale: 1, runs }
}

function measurement(...cells: readonly Cell[]): Measurement {
  return {
    date: '2026-01-02T03:04:05.000Z',
    commit: 'abcdef012345',
    isDirty: false,
    node: 'v24.0.0',
    machine: '2 × test',
    parallel: 4,
    tookMs: 60_000,
    versions: { '@opentelemetry/sdk-node': '0.301.0' },
    troubles: [],
    cells,
  }
}

const LOST = run({ delivered: 40, lostSilently: 60 })

/** What is wrong with runs of ours in one scenario, beside a peer that loses something. */
function problemsIn(id: string, ...runs: readonly TrialResult[]): readonly string[] {
  const rows = toJsonRows([cell(id, 'seaworthy http', ...runs), cell(id, 'stock SDK http', LOST)])
  const scenarios = SCENARIOS.filter((scenario) => scenario.id === id)
  const variants = VARIANTS.filter(({ protocol }) => protocol === 'http/protobuf')
  return problemsOf(rows, scenarios, variants)
}

test('what is neither delivered nor counted as dropped is lost silently, and never less than nothing', () => {
  expect(lostSilently({ created: 100, delivered: 70, droppedCounted: 10 })).toBe(20)
  expect(lostSilently({ created: 100, delivered: 100, droppedCounted: 0 })).toBe(0)
  // Killed before it could say of the last ones.
  expect(lostSilently({ created: 100, delivered: 110, droppedCounted: 0 })).toBe(0)
})

test('the ledger knows how many there were, how many of them came last, and when the end began', () => {
  const ledger = new Ledger()
  expect(ledger.isReady).toBe(false)
  const lines = [
    '#ready 1000 0',
    '#created 1500 500',
    '#created 1799 799',
    '#created 1800 800',
    '#port 1900 4318',
    '#created 2000 1000',
  ]
  expect(lines.map((line) => ledger.read(line))).toEqual([true, true, true, true, true, true])
  expect([ledger.isReady, ledger.created, ledger.createdInWindow(200), ledger.endingAtMs]).toEqual([
    true,
    1000,
    200,
    undefined,
  ])
  expect(ledger.port).toBe(4318)
  expect(ledger.read('#ending 2010 1005')).toBe(true)
  expect([ledger.created, ledger.createdInWindow(200), ledger.endingAtMs]).toEqual([1005, 205, 2010])
  expect(['{"level":"info"}', '#created soon 1', '# created 1 1', ''].map((line) => ledger.read(line))).toEqual([
    false,
    false,
    false,
    false,
  ])
})

test('a run shorter than the window has all of its spans in it', () => {
  const ledger = new Ledger()
  ledger.read('#ready 1000 0')
  ledger.read('#created 1100 100')
  expect(ledger.createdInWindow(200)).toBe(100)
})

test('drops are read from the line of the shutdown report, with what the collector rejected, and from no other', () => {
  const traces = { created: 10, delivered: 2, rejected: 1, dropped: { queue_full: 3, flush_limit: 4 }, pending: 0 }
  const logs = { dropped: { queue_full: 100 }, rejected: 100 }
  expect(countedDrops(JSON.stringify({ msg: 'stopped', shutdown: { flush: { telemetry: { traces, logs } } } }))).toBe(8)
  const others = ['{"msg":"x"}', '{"shutdown":{"flush":{}}}', '{"shutdown":', 'dropped 5', '']
  expect(others.map((line) => countedDrops(line))).toEqual([0, 0, 0, 0, 0])
})

test('the array of --json sums over runs, and has the longest shutdown', () => {
  const [row] = toJsonRows([
    cell(
      'exit',
      'stock SDK http',
      LOST,
      run({ droppedCounted: 5, shutdownMs: 70, duplicates: 2, exitCode: 1, wasKilled: true }),
    ),
    cell('exit', 'stock SDK grpc'),
  ])
  expect(row).toEqual({
    scenario: 'exit',
    variant: 'stock SDK http',
    created: 200,
    delivered: 140,
    droppedCounted: 5,
    lostSilently: 60,
    shutdownMs: 70,
    duplicates: 2,
    createdInWindow: 40,
    exitCodes: [0, 1],
    killed: 1,
    runs: 2,
    scale: 1,
  })
})

test('nothing is wrong when ours lose nothing that is not counted and end in time', () => {
  expect(problemsIn('exit', run(), run({ delivered: 90, droppedCounted: 10 }))).toEqual([])
  // Those of its own start and end are in its account, too.
  expect(problemsIn('exit', run(), run({ delivered: 90, droppedCounted: 13 }))).toEqual([])
})

test.each([
  ['a span', run({ delivered: 99, lostSilently: 1 }), '1 of 200 spans lost without a word, 0 may be'],
  ['a span counted twice', run({ droppedCounted: 7 }), '200 delivered and 7 dropped of 200, so some are counted twice'],
  ['the time of a shutdown', run({ shutdownMs: 5501 }), 'shutting down took 5501 ms, 5500 ms may be'],
  ['a shutdown that had to be killed', run({ wasKilled: true }), 'shutting down took 50 ms, 5500 ms may be'],
])('%s of ours is told with its place', (_, ours, problem) => {
  expect(problemsIn('exit', run(), ours)).toEqual([`seaworthy http in exit: ${problem}`])
})

test('of what a SIGKILL ends, the last 200 ms may be lost, and not a span more', () => {
  expect(problemsIn('sigkill', run({ delivered: 80, lostSilently: 20 }))).toEqual([])
  expect(problemsIn('sigkill', run({ delivered: 79, lostSilently: 21 }))).toEqual([
    'seaworthy http in sigkill: 21 of 100 spans lost without a word, 20 may be',
  ])
})

test('what was not run, what created nothing, and faults that hurt nobody are no proof', () => {
  expect(problemsIn('exit')).toEqual(['seaworthy http in exit: no run'])
  expect(problemsIn('exit', run({ created: 0, delivered: 0 }))).toEqual(['seaworthy http in exit: nothing was created'])
  const rows = toJsonRows([cell('exit', 'seaworthy http', run()), cell('exit', 'stock SDK http', run())])
  const exit = SCENARIOS.filter(({ id }) => id === 'exit')
  expect(problemsOf(rows, exit, VARIANTS.slice(0, 2))).toEqual(['no peer lost anything: were the faults at work?'])
  const orderly = rows.map((row) => ({ ...row, scenario: 'sigterm' }))
  const sigterm = SCENARIOS.filter(({ id }) => id === 'sigterm')
  expect(problemsOf(orderly, sigterm, VARIANTS.slice(0, 2))).toEqual([])
})

test('the page names machine and commit, and has every measured variant with its figures', () => {
  const page = toPage(
    measurement(
      cell('down-20s', 'seaworthy http', run({ delivered: 95, droppedCounted: 5, duplicates: 7 })),
      cell('down-20s', 'stock SDK http', LOST),
      cell('sigkill', 'seaworthy http', run({ delivered: 90, lostSilently: 10 })),
    ),
  )
  for (const text of ['commit `abcdef012345`', 'Node v24.0.0', '2 × test', '@opentelemetry/sdk-node 0.301.0'])
    expect(page).toContain(text)
  expect(page).toContain('| Collector down for 20 s | 0 / 100 | **60** / 100 |')
  expect(page).toContain('| seaworthy http | 1 | 100 | 95 | 7 | 5 | 0 | 0 | 50 |')
  // With the column of the window.
  expect(page).toContain('| seaworthy http | 1 | 100 | 90 | 0 | 0 | **10** | 20 | 0 | 50 |')
  expect(page).not.toContain('## Reset')
})

test('the page says when times were shortened, and which trials could not be done', () => {
  const shortened = { ...cell('reset', 'stock SDK http', LOST), scale: 0.4 }
  const page = toPage({ ...measurement(shortened), troubles: ['stock SDK grpc, reset'] })
  expect(page).toContain('Measured with all times × 0.4.')
  expect(page).toContain('Trials that could not be done: stock SDK grpc, reset.')
})

test('every scenario that is promised is there, each with a name of its own, and every variant has a service', () => {
  const ids = SCENARIOS.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids).toEqual(
    expect.arrayContaining([
      'down-20s',
      'down-5min',
      'slow',
      'flapping',
      '503-retry-after',
      'resource-exhausted',
      'blackhole',
      'syn-blackhole',
      'reset',
      'restart',
      'sigterm',
      'uncaught',
      'exit',
      'sigkill',
      'disk-full',
    ]),
  )
  expect(VARIANTS.filter(({ service }) => !existsSync(join(ROOT, 'bench/loss/services', service)))).toEqual([])
})
