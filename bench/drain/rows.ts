import { addOutcomes, type OutcomeCounts } from '../../src/load/outcome-counts.ts'
import { median, type Measurement } from './results.ts'

/** One variant in one scenario: the sums of its runs. */
export interface Row {
  readonly variant: string
  readonly runs: number
  readonly counts: OutcomeCounts
  readonly lateRefusals: number
  readonly answeredAfterSignal: number
  /** `0 × 5`, or `0 × 4, 1 × 1`. */
  readonly exits: string
  readonly killed: number
  /** Median. */
  readonly stopMs: number
  /** Smallest and largest at SIGTERM. */
  readonly inFlight: string
  readonly idle: string
  readonly repeated: number
  readonly invalid: number
}

export function rowsOf({ cells }: Measurement, scenario: string, wireDelayMs: number): readonly Row[] {
  return cells
    .filter((cell) => cell.scenario === scenario && cell.wireDelayMs === wireDelayMs && cell.runs.length > 0)
    .map(({ variant, runs }) => ({
      variant,
      runs: runs.length,
      counts: addOutcomes(runs.map(({ counts }) => counts)),
      lateRefusals: runs.reduce((total, run) => total + run.lateRefusals, 0),
      answeredAfterSignal: runs.reduce((total, run) => total + run.answeredAfterSignal, 0),
      exits: tally(runs.map(({ exitCode }) => exitCode)),
      killed: runs.filter(({ wasKilled }) => wasKilled).length,
      stopMs: median(runs.map(({ stopMs }) => stopMs)),
      inFlight: range(runs.map(({ inFlightAtSignal }) => inFlightAtSignal)),
      idle: range(runs.map(({ idleAtSignal }) => idleAtSignal)),
      repeated: runs.filter(({ attempts }) => attempts > 1).length,
      invalid: runs.filter(({ isValid }) => !isValid).length,
    }))
}

function tally(values: readonly number[]): string {
  const counts = new Map<number, number>()
  for (const value of values.toSorted((a, b) => a - b)) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].map(([value, count]) => `${value} × ${count}`).join(', ')
}

function range(values: readonly number[]): string {
  const least = Math.min(...values)
  const most = Math.max(...values)
  return least === most ? `${least}` : `${least}-${most}`
}
