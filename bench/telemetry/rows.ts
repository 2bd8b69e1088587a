import { quantile, type Spread, spreadOf } from '../statistics.ts'
import type { Slice, TourCell } from './tour.ts'
import { BARE, BARE_AGAIN, VARIANTS, type Variant } from './variants.ts'

/** One variant of the tour, beside its base. */
export interface Row {
  readonly variant: Variant
  readonly rounds: number
  /** Requests a second as they came. */
  readonly perS: number
  /** How busy its processor was; less than 1 where it waited for the load, or for others on the machine. */
  readonly busy: number
  /** Requests per second of processor time, as a share of the base's in the same round. */
  readonly throughput: Spread
  readonly cpuUs: number
  /** Over the base of the same round. */
  readonly cpuAddedUs: Spread
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p99Ratio: number
  readonly rssMiB: number
  readonly answered: number
  readonly failed: number
  readonly spans: number
  readonly countedLost: number | null
}

/** One element of what `--json` prints. */
export interface JsonRow {
  readonly variant: string
  readonly samplingRatio: number
  readonly throughputRatio: number
  readonly cpuAddedUs: number
  readonly p99Ratio: number
  readonly rssMiB: number
}

/** Those that were measured, in the order of the page. */
export function toRows(cells: readonly TourCell[]): readonly Row[] {
  return VARIANTS.flatMap((variant) => {
    const cell = cells.find(({ variant: name }) => name === variant.name)
    if (cell === undefined || cell.slices.length === 0) return []
    const pairs = cell.slices.flatMap((slice) => {
      const base = baseOf(cells, variant, slice.round)
      return base === undefined ? [] : [{ slice, base }]
    })
    if (pairs.length === 0) return []
    const median = (pick: (slice: Slice) => number): number => quantile(cell.slices.map(pick), 0.5)
    const { rssMiB, answered, failed, spans, countedLost } = cell
    return [
      {
        variant,
        rounds: pairs.length,
        perS: median(({ perS }) => perS),
        busy: median(({ busy }) => busy),
        throughput: spreadOf(pairs.map(({ slice, base }) => perProcessor(slice) / base.perProcessorS)),
        cpuUs: median(({ cpuUs }) => cpuUs),
        cpuAddedUs: spreadOf(pairs.map(({ slice, base }) => slice.cpuUs - base.cpuUs)),
        p50Ms: median(({ p50Ms }) => p50Ms),
        p99Ms: median(({ p99Ms }) => p99Ms),
        p99Ratio: quantile(
          pairs.map(({ slice, base }) => slice.p99Ms / base.p99Ms),
          0.5,
        ),
        rssMiB,
        answered,
        failed,
        spans,
        countedLost,
      },
    ]
  })
}

export function toJsonRows(rows: readonly Row[]): readonly JsonRow[] {
  return rows.map(({ variant, throughput, cpuAddedUs, p99Ratio, rssMiB }) => ({
    variant: variant.name,
    samplingRatio: variant.samplingRatio,
    throughputRatio: round(throughput.median, 3),
    cpuAddedUs: round(cpuAddedUs.median, 2),
    p99Ratio: round(p99Ratio, 2),
    rssMiB: round(rssMiB, 1),
  }))
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

function perProcessor({ perS, busy }: Slice): number {
  return perS / busy
}

/** What the service without telemetry did in the same round: the mean, where it took part twice. */
function baseOf(
  cells: readonly TourCell[],
  { base }: Variant,
  roundNumber: number,
): { readonly perProcessorS: number; readonly cpuUs: number; readonly p99Ms: number } | undefined {
  const names = base === BARE ? [BARE, BARE_AGAIN] : [base]
  const slices = cells
    .filter(({ variant }) => names.includes(variant))
    .flatMap((cell) => cell.slices.filter((slice) => slice.round === roundNumber))
  if (slices.length === 0) return undefined
  const mean = (pick: (slice: Slice) => number): number =>
    slices.reduce((sum, slice) => sum + pick(slice), 0) / slices.length
  return {
    perProcessorS: mean(perProcessor),
    cpuUs: mean(({ cpuUs }) => cpuUs),
    p99Ms: mean(({ p99Ms }) => p99Ms),
  }
}
