import { expect, test } from 'vitest'
import { type Probed, toProbes } from '../../bench/health/probe.ts'
import type { Offered } from '../../bench/shedding/offer-load.ts'
import { toPage, toText } from '../../bench/shedding/page.ts'
import { type Measurement, problemsOf, type Sample, toRows } from '../../bench/shedding/rows.ts'
import { CAPACITY, FACTOR, OVERLOAD_MS } from '../../bench/shedding/settings.ts'
import { OURS, OURS_OFF, VARIANTS } from '../../bench/shedding/variants.ts'

const YES = toProbes(Array.from({ length: 10 }, (): Probed => ({ status: 200, tookMs: 30 })))
const NO = toProbes([{ status: 503, tookMs: 30 }])
const ALIVE = { live: YES, ready: YES }
const COME = (CAPACITY * FACTOR * OVERLOAD_MS) / 1000

function offered(share: number, changes: Partial<Offered> = {}): Offered {
  const served = Math.round(share * COME)
  const rest = { refused: COME - served, refusedWithoutTime: 0, gaveUp: 0, broken: 0, p50Ms: 150, p99Ms: 310 }
  return { come: COME, served, ...rest, ...changes }
}

function sample(variant: string, changes: Partial<Sample> = {}): Sample {
  return {
    variant,
    processors: 'one',
    offered: offered(variant === OURS_OFF ? 0.1 : 0.45),
    after: offered(1),
    fresh: undefined,
    durationMs: OVERLOAD_MS,
    listener: ALIVE,
    admin: ALIVE,
    began: 1,
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

test('rounds of one variant are one row: the middle of shares and times, and of what must not be the sum or the most', () => {
  const [row, ...others] = toRows([
    sample(OURS, { offered: offered(0.4, { broken: 1, p99Ms: 400 }), began: 2, fresh: offered(0.4) }),
    sample(OURS, { offered: offered(0.45, { broken: 2, refusedWithoutTime: 3, p99Ms: 900 }) }),
    sample(OURS, { offered: offered(0.5, { p50Ms: null, p99Ms: null }), listener: { live: NO, ready: YES } }),
  ])
  expect(others).toEqual([])
  expect(row).toMatchObject({
    // Twice as much comes as can be done.
    goodput: 0.9,
    refused: 0.55,
    gaveUp: 0,
    broken: 3,
    refusedWithoutTime: 3,
    p50Ms: 150,
    p99Ms: 650,
    servedAfter: 1,
    fresh: { goodput: 0.8, refused: 0.6, gaveUp: 0 },
    listener: { live: { asked: 21, healthy: 20, refused: 1, longestMs: 30 }, ready: { asked: 30, healthy: 30 } },
    began: 2,
    rounds: 3,
  })
})

test('what ours promises and does not keep is a problem, each thing of it', () => {
  expect(problemsOf(measured(sample(OURS_OFF), sample(OURS)))).toEqual([])
  expect(problemsOf(measured(sample(OURS_OFF)))).toEqual(['seaworthy was not measured'])
  const none = { live: toProbes([]), ready: YES }
  const bad: readonly (readonly [Partial<Sample>, string])[] = [
    [{ listener: none }, 'nothing was measured'],
    [{ offered: offered(0.45, { refused: 0 }) }, 'nothing was refused'],
    [{ fresh: offered(0.45, { refused: 0 }) }, 'nothing was refused of clients with a connection for each request'],
    [{ offered: offered(0.45, { refusedWithoutTime: 2 }) }, '2 were refused without Retry-After'],
    [{ offered: offered(0.45, { broken: 1 }) }, '1 requests were broken off'],
    [{ listener: { live: NO, ready: YES } }, '1 probes were refused'],
    [
      { admin: { live: toProbes([{ status: undefined, tookMs: 1 }]), ready: YES } },
      '1 probes of its own port say it does not live',
    ],
    [{ admin: undefined }, 'all probes of its own port say it does not live'],
    [{ began: 0 }, 'its log says 0 times that it begins to refuse'],
    [{ offered: offered(0.3) }, 'served 60 % of what can be done in time'],
    [{ after: offered(0.9) }, 'served 90 % of those who came when it was over'],
  ]
  for (const [changes, problem] of bad)
    expect(problemsOf(measured(sample(OURS_OFF), sample(OURS, changes)))).toEqual([`seaworthy, one: ${problem}`])
  const slow = sample(OURS, { offered: offered(0.1), after: offered(0.5) })
  expect(problemsOf({ samples: [sample(OURS_OFF), slow], scale: 0.3 })).toEqual([
    'seaworthy, one: served 20 % in time, and 20 % without it',
  ])
})

test('the page has every variant that was measured, and nothing that is no number', () => {
  const all = measured(
    ...VARIANTS.map(({ name, family }) =>
      sample(name, family === 'ours' ? { fresh: offered(0.4) } : { admin: undefined }),
    ),
    sample('node:http', { processors: 'all', offered: offered(0, { p50Ms: null, p99Ms: null }), admin: undefined }),
  )
  const page = toPage(all)
  for (const { name } of VARIANTS) expect(page).toContain(`| ${name} | one | `)
  expect(page).toContain('| seaworthy | one | 90 % | 55 % | 0 % | 150 / 310 ms | 100 % |')
  expect(page).toContain('| node:http | all | 0 % | 100 % | 0 % | – | 100 % |')
  expect(page).toContain('| seaworthy | one | 80 % | 60 % | 0 % |')
  expect(page).toContain('| seaworthy | one | admin port | 10 of 10 | 30 | 10 of 10 | 30 |')
  expect(page).toContain('commit `0123456789ab`')
  expect(page).not.toMatch(/NaN|undefined|null/)
  expect(toText(toRows(all.samples)).split('\n')).toHaveLength(VARIANTS.length + 1)
})
