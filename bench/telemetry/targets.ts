import type { NodeMeasurement } from './results.ts'
import { toRows } from './rows.ts'
import { quantile } from '../statistics.ts'
import { BARE } from './variants.ts'

/** What the engine was built for, and what came of it. */
export interface Target {
  readonly what: string
  readonly target: string
  readonly measured: string
  readonly isMet: boolean
}

/** The machine for which the targets are stated in microseconds took so long for a bare request. */
const BARE_US = 50
const BARE_IN_PROCESS_US = 7.3

/** Stated where the measurement has what is needed. Microseconds are scaled to the speed of the machine. */
export function targetsOf(measurement: NodeMeasurement): readonly Target[] {
  return [...requestTargets(measurement), ...inProcessTargets(measurement), ...otherTargets(measurement)]
}

function requestTargets({ tour }: NodeMeasurement): readonly Target[] {
  const rows = toRows(tour)
  const bareUs = rows.find(({ variant }) => variant.name === BARE)?.cpuUs ?? Number.NaN
  return [
    { ratio: 10, throughput: 0.9, addedUs: 8 },
    { ratio: 100, throughput: 0.8, addedUs: 15 },
  ].flatMap(({ ratio, throughput, addedUs }) => {
    const name = `seaworthy http ${ratio} % + metrics + pino`
    const row = rows.find(({ variant }) => variant.name === name)
    if (row === undefined) return []
    const what = `${ratio} %, with metrics and log correlation`
    const allowedUs = (addedUs * bareUs) / BARE_US
    return [
      {
        what: `${what}: throughput of the same service and logging`,
        target: `≥ ${throughput.toFixed(2)}`,
        measured: `${row.throughput.median.toFixed(2)} [${row.throughput.q25.toFixed(2)} … ${row.throughput.q75.toFixed(2)}]`,
        isMet: row.throughput.median >= throughput,
      },
      {
        what: `${what}: CPU added per request`,
        target: `≤ ${allowedUs.toFixed(1)} µs here (${addedUs} where bare takes ${BARE_US})`,
        measured: `${row.cpuAddedUs.median.toFixed(1)} µs`,
        isMet: row.cpuAddedUs.median <= allowedUs,
      },
      {
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
  return [
    { ratio: 10, addedUs: 2 },
    { ratio: 100, addedUs: 3 },
  ].flatMap(({ ratio, addedUs }) => {
    const added = of(`seaworthy http ${ratio} %`) - bareUs
    const allowedUs = (addedUs * bareUs) / BARE_IN_PROCESS_US
    if (Number.isNaN(added)) return []
    return [
      {
        what: `${ratio} %, without a kernel: CPU added per request`,
        target: `≤ ${allowedUs.toFixed(1)} µs here (${addedUs} where bare takes ${BARE_IN_PROCESS_US})`,
        measured: `${added.toFixed(1)} µs`,
        isMet: added <= allowedUs,
      },
    ]
  })
}

function otherTargets({ tour, starts, pauses }: NodeMeasurement): readonly Target[] {
  const rss = (name: string): number => tour.find(({ variant }) => variant === name)?.rssMiB ?? Number.NaN
  const start = (name: string): number =>
    quantile(starts.find(({ variant }) => variant === name)?.samples.map(({ ms }) => ms) ?? [], 0.5)
  const pause = (name: string): { readonly count: number; readonly maxMs: number } | undefined => {
    const samples = pauses.find(({ variant }) => variant === name)?.samples
    if (samples === undefined || samples.length === 0) return undefined
    return {
      count: samples.reduce((sum, sample) => sum + sample.workPauses, 0),
      maxMs: Math.max(...samples.map(({ workMaxMs }) => workMaxMs)),
    }
  }
  const FULL = 'seaworthy http 100 %'
  const startMs = start(FULL) - start(BARE)
  const rssMiB = rss(FULL) - rss(BARE)
  const ours = pause(FULL)
  const bare = pause(BARE)
  return [
    ...(Number.isNaN(startMs)
      ? []
      : [
          {
            what: 'start-up, over bare',
            target: '≤ 60 ms',
            measured: `${startMs.toFixed(0)} ms`,
            isMet: startMs <= 60,
          },
        ]),
    ...(Number.isNaN(rssMiB)
      ? []
      : [
          {
            what: 'RSS after the load, over bare',
            target: '≤ 25 MiB',
            measured: `${rssMiB.toFixed(0)} MiB`,
            isMet: rssMiB <= 25,
          },
        ]),
    ...(ours === undefined || bare === undefined
      ? []
      : [
          {
            what: 'work of the event loop over 2 ms without a break, at 100 %',
            target: `no more than bare (${bare.count}, longest ${bare.maxMs.toFixed(1)} ms)`,
            measured: `${ours.count}, longest ${ours.maxMs.toFixed(1)} ms`,
            isMet: ours.count <= bare.count,
          },
        ]),
  ]
}
