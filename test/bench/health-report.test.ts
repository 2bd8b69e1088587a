import { expect, test } from 'vitest'
import { toPage, toText } from '../../bench/health/page.ts'
import { type Probed, toProbes } from '../../bench/health/probe.ts'
import { type Measurement, problemsOf, type Sample, toRows } from '../../bench/health/rows.ts'
import { PROBE_LIMIT_MS, STUCK_AFTER_MS } from '../../bench/health/settings.ts'
import { VARIANTS } from '../../bench/health/variants.ts'

const YES = Array.from({ length: 100 }, (): Probed => ({ status: 200, tookMs: 2.04 }))

function sample(variant: string, changes: Partial<Sample> = {}): Sample {
  return {
    variant,
    processors: 'one',
    saturated: { live: toProbes(YES), ready: toProbes(YES), answered: 500 },
    stuck: { saidNoMs: STUCK_AFTER_MS + 100, unanswered: 0, asked: 60, hasStack: true },
    storm: { runs: 0, healthy: 1000, tookMs: 300 },
    calm: toProbes(YES),
    ...changes,
  }
}

const measured = (...samples: readonly Sample[]): Measurement => ({
  date: '2026-11-23T09:00:00.000Z',
  commit: '0123456789ab',
  isDirty: false,
  node: 'v24.21.0',
  machine: '2 × some processor, linux',
  tookMs: 600_000,
  scale: 1,
  samples,
  troubles: [],
})

test('an answer that never came took as long as it was waited for', () => {
  const probes = toProbes([...YES.slice(0, 2), { status: 503, tookMs: 7.06 }, { status: undefined, tookMs: 1 }])

  expect(probes).toEqual({ healthy: 2, refused: 1, unanswered: 1, times: [2, 2, 7.1, PROBE_LIMIT_MS] })
})

test('rounds of one variant are one row: probes together, the worst of what happens once', () => {
  const [row, ...others] = toRows([
    sample('seaworthy'),
    sample('seaworthy', {
      saturated: { live: toProbes([{ status: undefined, tookMs: 0 }]), ready: toProbes(YES), answered: 200 },
      stuck: { saidNoMs: STUCK_AFTER_MS + 400, unanswered: 3, asked: 60, hasStack: false },
      storm: { runs: 2, healthy: 999, tookMs: 300 },
    }),
  ])

  expect(others).toEqual([])
  expect(row).toMatchObject({
    live: { asked: 101, healthy: 100, unanswered: 1, p50Ms: 2, maxMs: PROBE_LIMIT_MS },
    ready: { asked: 200, healthy: 200, p99Ms: 2 },
    answered: 700,
    saidNoMs: STUCK_AFTER_MS + 400,
    hasStack: false,
    stormRuns: 2,
    stormHealthy: 999,
    rounds: 2,
  })
})

test('one round in which a stuck loop never said so counts as never', () => {
  const never = { saidNoMs: undefined, unanswered: 60, asked: 60, hasStack: false }

  expect(toRows([sample('by hand'), sample('by hand', { stuck: never })])[0]?.saidNoMs).toBeUndefined()
})

test('what ours promises and does not keep is a problem, each thing of it', () => {
  expect(problemsOf(measured(sample('seaworthy')))).toEqual([])
  expect(problemsOf(measured(sample('by hand')))).toEqual(['seaworthy was not measured'])
  const slow = toProbes(YES.map(() => ({ status: 200, tookMs: 50 })))
  const bad: readonly (readonly [Partial<Sample>, string])[] = [
    [{ saturated: { ...sample('seaworthy').saturated, answered: 0 } }, 'nothing was measured'],
    [{ saturated: { live: slow, ready: slow, answered: 1 } }, 'p99 of the probe is 50 ms'],
    [
      { saturated: { live: toProbes([...YES, { status: 503, tookMs: 1 }]), ready: slow, answered: 1 } },
      '1 of 101 said it does not live',
    ],
    [
      { stuck: { saidNoMs: undefined, unanswered: 1, asked: 1, hasStack: true } },
      'a stuck loop was told after never ms',
    ],
    [{ stuck: { saidNoMs: 3100, unanswered: 0, asked: 1, hasStack: true } }, 'a stuck loop was told after 3100 ms'],
    [{ stuck: { saidNoMs: 2000, unanswered: 0, asked: 1, hasStack: false } }, 'nothing says where it hangs'],
    [{ storm: { runs: 2, healthy: 1000, tookMs: 1 } }, 'a storm of probes ran the check 2 times'],
  ]
  for (const [changes, problem] of bad)
    expect(problemsOf(measured(sample('seaworthy', changes)))).toEqual([`seaworthy, one: ${problem}`])
  const quick = {
    ...measured(sample('seaworthy', { saturated: { live: slow, ready: slow, answered: 1 } })),
    scale: 0.3,
  }
  expect(problemsOf(quick)).toEqual([])
})

test('the page has every variant that was measured, and nothing that is no number', () => {
  const all = measured(...VARIANTS.map(({ name }) => sample(name)))
  const page = toPage(all)

  for (const { name } of VARIANTS) expect(page).toContain(`| ${name} | one | 100 | 100 | 0 | 0 | 2 | 2 | 2 |`)
  expect(page).toContain('commit `0123456789ab`')
  expect(page).not.toMatch(/NaN|undefined/)
  expect(toText(toRows(all.samples)).split('\n')).toHaveLength(VARIANTS.length)
})
