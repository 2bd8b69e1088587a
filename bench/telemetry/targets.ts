import { quantile } from '../statistics.ts'
import type { ProfileKind } from './profile.ts'
import type { NodeMeasurement } from './results.ts'
import { toRows } from './rows.ts'
import { BARE } from './variants.ts'

/** What the engine was built for, and what came of it. */
export interface Target {
  /** By which `reasons.ts` names it. */
  readonly id: string
  readonly what: string
  readonly target: string
  readonly measured: string
  readonly isMet: boolean
  /** Of which variant it is, what that is compared with, and what shows where its time or memory goes. */
  readonly variant: string
  readonly base: string
  readonly profile: ProfileKind
}

/** The machine for which the targets are stated in microseconds took so long for a bare request. */
const BARE_US = 50
const BARE_IN_PROCESS_US = 7.3
const FULL = 'seaworthy http 100 %'
const SHARES = [
  { share: 10, throughput: 0.9, addedUs: 8, inProcessUs: 2 },
  { share: 100, throughput: 0.8, addedUs: 15, inProcessUs: 3 },
] as const

/** Every id that a target may have. */
export const TARGET_IDS: readonly string[] = [
  ...SHARES.flatMap(({ share }) => ['throughput', 'cpu', 'p99', 'in-process'].map((what) => `${what}-${share}`)),
  'start-up',
  'rss-first-answer',
  'rss-after-load',
  'pauses',
]

/** Stated where the measurement has what is needed. Microseconds are scaled to the speed of the machine. */
export function targetsOf(measurement: NodeMeasurement): readonly Target[] {
  return [...requestTargets(measurement), ...inProcessTargets(measurement), ...otherTargets(measurement)]
}

function requestTargets({ tour }: NodeMeasurement): readonly Target[] {
  const rows = toRows(tour)
  const bareUs = rows.find(({ variant }) => variant.name === BARE)?.cpuUs ?? Number.NaN
  return SHARES.flatMap(({ share, throughput, addedUs }) => {
    const name = `seaworthy http ${share} % + metrics + pino`
    const row = rows.find(({ variant }) => variant.name === name)
    if (row === undefined) return []
    const what = `${share} %, with metrics and log correlation`
    const allowedUs = (addedUs * bareUs) / BARE_US
    const common = { variant: name, base: row.variant.base, profile: 'load' } as const
    return [
      {
        ...common,
        id: `throughput-${share}`,
        what: `${what}: throughput of the same service and logging`,
        target: `≥ ${throughput.toFixed(2)}`,
        measured: `${row.throughput.median.toFixed(2)} [${row.throughput.q25.toFixed(2)} … ${row.throughput.q75.toFixed(2)}]`,
        isMet: row.throughput.median >= throughput,
      },
      {
        ...common,
        id: `cpu-${share}`,
        what: `${what}: CPU added per request`,
        target: `≤ ${allowedUs.toFixed(1)} µs here (${addedUs} where bare takes ${BARE_US})`,
        measured: `${row.cpuAddedUs.median.toFixed(1)} µs`,
        isMet: row.cpuAddedUs.median <= allowedUs,
      },
      {
        ...common,
        id: `p99-${share}`,
        what: `${what}: p99`,
        target: '≤ 1.5 × bare',
        measured: `${row.p99Ratio.toFixed(2)} ×`,
        isMet: row.p99Ratio <= 1.5,
      },
    ]
  })
}

function inProcessTargets({ inProcess }: NodeMeasurement): readonly Target[] {
  const of = (name: string): number =>
    quantile(inProcess.find(({ variant }) => variant === name)?.samples.map(({ cpuUs }) => cpuUs) ?? [], 0.5)
  const bareUs = of(BARE)
  return SHARES.flatMap(({ share, inProcessUs }) => {
    const variant = `seaworthy http ${share} %`
    const added = of(variant) - bareUs
    const allowedUs = (inProcessUs * bareUs) / BARE_IN_PROCESS_US
    if (Number.isNaN(added)) return []
    return [
      {
        id: `in-process-${share}`,
        what: `${share} %, without a kernel: CPU added per request`,
        target: `≤ ${allowedUs.toFixed(1)} µs here (${inProcessUs} where bare takes ${BARE_IN_PROCESS_US})`,
        measured: `${added.toFixed(1)} µs`,
        isMet: added <= allowedUs,
        variant,
        base: BARE,
        profile: 'in-process',
      },
    ]
  })
}

function otherTargets({ tour, starts, pauses }: NodeMeasurement): readonly Target[] {
  const common = { variant: FULL, base: BARE } as const
  const overBare = (of: (name: string) => number): number => of(FULL) - of(BARE)
  const started = (pick: 'ms' | 'rssMiB'): number =>
    overBare((name) =>
      quantile(starts.find(({ variant }) => variant === name)?.samples.map((sample) => sample[pick]) ?? [], 0.5),
    )
  const rssMiB = overBare((name) => tour.find(({ variant }) => variant === name)?.rssMiB ?? Number.NaN)
  const atMost = (limit: number, unit: string, measured: number): Pick<Target, 'target' | 'measured' | 'isMet'> => ({
    target: `≤ ${limit} ${unit}`,
    measured: `${measured.toFixed(0)} ${unit}`,
    isMet: measured <= limit,
  })
  const pausesOf = (name: string): { readonly count: number; readonly maxMs: number } | undefined => {
    const samples = pauses.find(({ variant }) => variant === name)?.samples ?? []
    if (samples.length === 0) return undefined
    const count = samples.reduce((sum, sample) => sum + sample.workPauses, 0)
    return { count, maxMs: Math.max(...samples.map(({ workMaxMs }) => workMaxMs)) }
  }
  const [ours, bare] = [pausesOf(FULL), pausesOf(BARE)]
  const targets: readonly (Target | undefined)[] = [
    Number.isNaN(started('ms'))
      ? undefined
      : {
          ...common,
          ...atMost(60, 'ms', started('ms')),
          id: 'start-up',
          what: 'start-up, over bare',
          profile: 'start',
        },
    Number.isNaN(started('rssMiB'))
      ? undefined
      : {
          ...common,
          ...atMost(25, 'MiB', started('rssMiB')),
          id: 'rss-first-answer',
          what: 'RSS at the first answer, over bare',
          profile: 'memory',
        },
    Number.isNaN(rssMiB)
      ? undefined
      : {
          ...common,
          ...atMost(25, 'MiB', rssMiB),
          id: 'rss-after-load',
          what: 'RSS after all rounds of load, over bare',
          profile: 'memory',
        },
    ours === undefined || bare === undefined
      ? undefined
      : {
          ...common,
          id: 'pauses',
          what: 'work of the event loop over 2 ms without a break, at 100 %',
          target: `no more than bare (${bare.count}, longest ${bare.maxMs.toFixed(1)} ms)`,
          measured: `${ours.count}, longest ${ours.maxMs.toFixed(1)} ms`,
          isMet: ours.count <= bare.count,
          profile: 'load',
        },
  ]
  return targets.filter((target) => target !== undefined)
}
