import { expect, test } from 'vitest'
import { problemsOf } from '../../bench/telemetry/check.ts'
import { toPage } from '../../bench/telemetry/page.ts'
import type { Measurement, NodeMeasurement } from '../../bench/telemetry/results.ts'
import { toJsonRows, toRows } from '../../bench/telemetry/rows.ts'
import { joinCells, toLegs } from '../../bench/telemetry/legs.ts'
import { FEW_VARIANTS } from '../../bench/telemetry/settings.ts'
import { quantile, spreadOf } from '../../bench/statistics.ts'
import { profileFileOf } from '../../bench/telemetry/kept-profiles.ts'
import { readProfile } from '../../bench/telemetry/profile.ts'
import { REASONS } from '../../bench/telemetry/reasons.ts'
import { TARGET_IDS, targetsOf } from '../../bench/telemetry/targets.ts'
import type { Slice, TourCell } from '../../bench/telemetry/tour.ts'
import { BARE, BARE_AGAIN, VARIANTS } from '../../bench/telemetry/variants.ts'

const OURS_10 = 'seaworthy http 10 %'
const OURS_100 = 'seaworthy http 100 %'
const OURS_WHOLE = 'seaworthy http 10 % + metrics + pino'
const STOCK = 'stock SDK http 100 %'
const PINO = 'bare node:http + pino'

function slice(round: number, cpuUs: number, more: Partial<Slice> = {}): Slice {
  return { round, perS: 1e6 / cpuUs, cpuUs, p50Ms: cpuUs / 10, p99Ms: cpuUs / 5, busy: 1, ...more }
}

function cell(variant: string, cpuUs: readonly number[], more: Partial<TourCell> = {}): TourCell {
  return {
    variant,
    slices: cpuUs.map((us, index) => slice(index + 1, us)),
    rssMiB: 80,
    answered: 10_000,
    failed: 0,
    spans: 0,
    countedLost: null,
    ...more,
  }
}

function of(name: string): (typeof VARIANTS)[number] {
  const variant = VARIANTS.find((one) => one.name === name)
  if (variant === undefined) throw new Error(`no variant ${name}`)
  return variant
}

function node(more: Partial<NodeMeasurement>): NodeMeasurement {
  return { node: 'v24.0.0', tour: [], inProcess: [], starts: [], pauses: [], spans: [], ...more }
}

function measurement(...nodes: readonly NodeMeasurement[]): Measurement {
  return {
    date: '2026-01-02T03:04:05.000Z',
    commit: 'abcdef012345',
    isDirty: false,
    machine: '2 × test',
    isPinned: true,
    loadLimitPerS: 100_000,
    tookMs: 60_000,
    versions: { 'dd-trace': '6.21.0' },
    troubles: [],
    profiles: [],
    nodes,
  }
}

test('every variant has a name of its own, and a base that is measured on the same Nodes and in the same runs', () => {
  expect(new Set(VARIANTS.map(({ name }) => name)).size).toBe(VARIANTS.length)
  for (const { base, isOnOtherNode, isQuick, name } of VARIANTS) {
    const under = of(base)
    expect(under.family, name).toBe('none')
    expect(under.isOnOtherNode || !isOnOtherNode, name).toBe(true)
    expect(under.isQuick || !isQuick, name).toBe(true)
  }
})

test('a quick run has bare, the stock SDK and ours, each with and without all that is asked for', () => {
  const families = VARIANTS.filter(({ isQuick }) => isQuick).map(({ family }) => family)
  expect(new Set(families)).toEqual(new Set(['none', 'stock', 'ours']))
  expect(of(OURS_WHOLE)).toMatchObject({ isQuick: true, base: PINO, samplingRatio: 0.1 })
})

test('quantiles lie between the values', () => {
  expect(quantile([3, 1, 2], 0.5)).toBe(2)
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5)
  expect(spreadOf([0, 10])).toEqual({ median: 5, q25: 2.5, q75: 7.5 })
  expect(quantile([], 0.5)).toBeNaN()
})

test('a ratio is to the base of the same round, so that a slow moment of the machine cancels out', () => {
  // The third round was three times as slow for both.
  const rows = toRows([cell(BARE, [10, 10, 30]), cell(STOCK, [40, 40, 120])])
  const row = rows.find(({ variant }) => variant.name === STOCK)
  expect(row?.throughput).toEqual({ median: 0.25, q25: 0.25, q75: 0.25 })
  expect(row?.cpuAddedUs.median).toBe(30)
  expect(row?.p99Ratio).toBe(4)
})

test('bare that took part twice is the mean of both; where one of them missed a round, the other one', () => {
  const rows = toRows([cell(BARE, [10, 10]), cell(BARE_AGAIN, [20]), cell(STOCK, [30, 30])])
  expect(rows.find(({ variant }) => variant.name === STOCK)?.cpuAddedUs).toMatchObject({ q25: 16.25, q75: 18.75 })
})

test('what logs is compared with bare that logs', () => {
  const rows = toRows([cell(BARE, [10]), cell(PINO, [20]), cell(OURS_WHOLE, [25])])
  expect(rows.find(({ variant }) => variant.name === OURS_WHOLE)?.cpuAddedUs.median).toBe(5)
})

test('throughput is by processor time: a service that waited for the load is not taken for a slow one', () => {
  const waiting = { ...cell(BARE, [10]), slices: [slice(1, 10, { perS: 50_000, busy: 0.5 })] }
  const rows = toRows([waiting, cell(STOCK, [20])])
  expect(rows.find(({ variant }) => variant.name === STOCK)?.throughput.median).toBe(0.5)
})

test('a variant that nothing was measured of, or without its base, is left out', () => {
  expect(toRows([cell(BARE, []), cell(STOCK, [20])])).toEqual([])
})

test('JSON has exactly the keys that it promises', () => {
  const [, row] = toJsonRows(toRows([cell(BARE, [10]), cell(STOCK, [30.123456], { rssMiB: 123.456 })]))
  expect(row).toEqual({
    variant: STOCK,
    samplingRatio: 1,
    throughputRatio: 0.332,
    cpuAddedUs: 20.12,
    p99Ratio: 3.01,
    rssMiB: 123.5,
  })
})

test('the check passes when all was answered and spans are as many as they should be', () => {
  const cells = [
    cell(BARE, [10]),
    cell(STOCK, [40], { spans: 9000 }),
    cell(OURS_10, [12], { spans: 1100, countedLost: 0 }),
    cell(OURS_100, [13], { spans: 9990, countedLost: 10 }),
  ]
  expect(problemsOf(cells, [BARE, STOCK, OURS_10, OURS_100].map(of))).toEqual([])
})

test.each([
  ['a request that failed', cell(OURS_100, [13], { spans: 10_000, failed: 1 }), /1 of 10000 requests failed/],
  ['a span that is missing and in no account', cell(OURS_100, [13], { spans: 9999 }), /9999 spans of 10000/],
  ['a span too many', cell(OURS_100, [13], { spans: 10_001 }), /10001 spans of 10000/],
  ['far from the ratio', cell(OURS_10, [13], { spans: 1200 }), /1200 spans of 10000 requests at 10 %/],
  ['no span of a peer', cell(STOCK, [13]), /is it at work/],
  ['no round', cell(OURS_100, []), /no round/],
])('the check finds %s', (_what, wrong, problem) => {
  const problems = problemsOf([cell(BARE, [10]), wrong], [BARE, wrong.variant].map(of))
  expect(problems).toEqual([expect.stringMatching(problem)])
})

test('the check knows nothing of time: a machine a thousand times as slow passes, too', () => {
  const cells = [cell(BARE, [10]), cell(OURS_100, [10_000], { spans: 10_000 })]
  expect(problemsOf(cells, [BARE, OURS_100].map(of))).toEqual([])
})

test('targets in microseconds are scaled to the machine, and stated only where there is a measurement', () => {
  expect(targetsOf(node({}))).toEqual([])
  const tour = [cell(BARE, [25]), cell(PINO, [35]), cell(OURS_WHOLE, [38.9])]
  const targets = targetsOf(node({ tour }))
  expect(targets.map(({ isMet }) => isMet)).toEqual([false, true, true])
  expect(targets[1]).toMatchObject({ target: '≤ 4.0 µs here (8 where bare takes 50)', measured: '3.9 µs' })
})

test('pauses are held against those of bare, and start-up and memory against its own', () => {
  const watched = { workMaxMs: 1, workPauses: 2, maxMs: 9, p99Ms: 1, pauses: 9, p99LatencyMs: 1 }
  const targets = targetsOf(
    node({
      tour: [cell(BARE, [10]), cell(OURS_100, [12], { rssMiB: 106 })],
      starts: [
        { variant: BARE, samples: [{ ms: 40, cpuMs: 40, rssMiB: 50 }] },
        { variant: OURS_100, samples: [{ ms: 101, cpuMs: 90, rssMiB: 60 }] },
      ],
      pauses: [
        { variant: BARE, samples: [watched] },
        { variant: OURS_100, samples: [{ ...watched, workPauses: 3 }] },
      ],
    }),
  )
  expect(targets.map(({ measured, isMet }) => [measured, isMet])).toEqual([
    ['61 ms', false],
    ['10 MiB', true],
    ['26 MiB', false],
    ['3, longest 1.0 ms', false],
  ])
})

test('the page has a row for each variant of each Node, and sections only for what was measured', () => {
  const tour = [cell(BARE, [10]), cell(STOCK, [40], { spans: 10_000 })]
  const other = node({ node: 'v26.0.0', tour })
  const page = toPage(measurement(node({ tour }), other))
  expect(page).toContain('commit `abcdef012345`, Node v24.0.0 and v26.0.0')
  expect(page.match(/^\| stock SDK http 100 % \| \*\*0\.25\*\*/gm)).toHaveLength(2)
  expect(page).not.toContain('## Start-up')
  expect(page).not.toMatch(/NaN|undefined/)
})

test('a target that is missed says why, and names its profile where one was kept; one that is met says neither', () => {
  const starts = [BARE, OURS_100].map((variant, index) => ({
    variant,
    samples: [{ ms: 40 + index * 61, cpuMs: 40, rssMiB: 50 }],
  }))
  const own = node({ starts })
  const [startUp, rss] = targetsOf(own)
  if (startUp === undefined || rss === undefined) throw new Error('two targets are stated')
  const file = profileFileOf(startUp, own.node)
  expect(file).toBe('seaworthy-http-100-start-node-24.txt')
  const page = toPage({ ...measurement(own), profiles: [file] })
  const link = `Profile: \`bench/telemetry/results/profiles/${file}\``
  expect(page).toContain(`| **missed** | ${REASONS['start-up'] ?? 'Not explained yet.'} ${link} |`)
  expect(page).toContain(`| ${rss.what} | ≤ 25 MiB | 0 MiB | met |  |`)
  expect(toPage(measurement(own))).not.toContain('Profile: ')
})

test('every target has an id of its own, and every reason is for one of them', () => {
  const tour = [cell(BARE, [10]), cell(PINO, [20]), cell(OURS_WHOLE, [25]), cell(OURS_100, [20])]
  const ids = targetsOf(node({ tour })).map(({ id }) => id)
  expect(ids).toEqual(['throughput-10', 'cpu-10', 'p99-10', 'rss-after-load'])
  expect(new Set(TARGET_IDS).size).toBe(TARGET_IDS.length)
  const known = [...ids, ...Object.keys(REASONS).map((key) => key.split(' ').at(-1) ?? '')]
  expect(known.filter((id) => !TARGET_IDS.includes(id))).toEqual([])
})

test('a profile has shares of the time in which something ran, by function and by package, and no path of the machine', () => {
  const frame = (functionName: string, url = ''): { functionName: string; url: string; lineNumber: number } => ({
    functionName,
    url,
    lineNumber: 6,
  })
  const { functions, packages } = readProfile({
    nodes: [
      { id: 1, callFrame: frame('(idle)') },
      { id: 2, callFrame: frame('end', 'file:///srv/build/package/dist/telemetry/trace/span.js') },
      { id: 3, callFrame: frame('write', '/srv/node_modules/pino/lib/proto.js') },
    ],
    samples: [1, 2, 3, 3],
    timeDeltas: [500, 10, 20, 10],
  })
  expect(packages).toEqual([
    { name: 'pino', ratio: 0.75 },
    { name: 'seaworthy telemetry/trace', ratio: 0.25 },
  ])
  expect(functions.map(({ name }) => name)).toEqual([
    'write  lib/proto.js:7 [pino]',
    'end  trace/span.js:7 [seaworthy telemetry/trace]',
  ])
})

test('a tour of many is made in legs of a base and two more, one of them ours, and nobody is in two but the bases', () => {
  const [bases, ...legs] = toLegs(VARIANTS)

  expect(bases?.map(({ family }) => family)).toEqual(Array.from({ length: 5 }, () => 'none'))
  for (const [base, ...compared] of legs) {
    expect(compared.length).toBeLessThanOrEqual(2)
    expect(compared.map((variant) => variant.base)).toEqual(compared.map(() => base?.name))
  }
  expect(legs.filter((leg) => leg.some(({ family }) => family === 'ours')).length).toBeGreaterThan(legs.length / 2)
  const compared = legs.flatMap((leg) => leg.slice(1).map(({ name }) => name))
  expect(compared.toSorted()).toEqual(
    VARIANTS.filter(({ family }) => family !== 'none')
      .map(({ name }) => name)
      .toSorted(),
  )
  expect(toLegs(VARIANTS.slice(0, FEW_VARIANTS))).toHaveLength(1)
})

test('what took part in both legs is one row of both', () => {
  const one = cell(BARE, [10, 12], { rssMiB: 80, answered: 5, spans: 0 })
  const other = { ...cell(BARE, [14], { rssMiB: 70, answered: 7 }), slices: [slice(8, 14)] }
  const [joined, ...rest] = joinCells([one, cell(OURS_10, [11, 13], { countedLost: 0 }), other])

  expect(rest.map(({ variant }) => variant)).toEqual([OURS_10])
  expect(joined).toMatchObject({ variant: BARE, rssMiB: 80, answered: 12, countedLost: null })
  expect(joined?.slices.map(({ round }) => round)).toEqual([1, 2, 8])
})
