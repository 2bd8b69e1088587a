import { createRequire } from 'node:module'
import { ROOT } from '../../scripts/repository-files.ts'
import type { MeasuredOn } from '../measured-on.ts'
import type { TrialResult } from './trial.ts'

/** All runs of one variant in one scenario. */
export interface Cell {
  readonly scenario: string
  readonly variant: string
  /** Factor on the times of the scenario: 1 when it was run as described. */
  readonly scale: number
  readonly runs: readonly TrialResult[]
}

/** What one invocation measured. */
export interface Measurement extends MeasuredOn {
  readonly parallel: number
  readonly tookMs: number
  readonly versions: Readonly<Record<string, string>>
  /** Trials that could not be done. */
  readonly troubles: readonly string[]
  readonly cells: readonly Cell[]
}

/** One element of what `--json` prints: a variant in a scenario, summed over its runs. */
export interface JsonRow {
  readonly scenario: string
  readonly variant: string
  readonly created: number
  readonly delivered: number
  readonly droppedCounted: number
  readonly lostSilently: number
  /** The longest. */
  readonly shutdownMs: number
  readonly duplicates: number
  readonly createdInWindow: number
  readonly exitCodes: readonly number[]
  readonly killed: number
  readonly runs: number
  readonly scale: number
}

export function versionsOfPeers(): Readonly<Record<string, string>> {
  const require = createRequire(`${ROOT}/package.json`)
  const names = ['@opentelemetry/sdk-node', '@opentelemetry/sdk-trace', '@opentelemetry/exporter-trace-otlp-proto']
  return Object.fromEntries(
    names.map((name) => {
      const path = `${ROOT}/node_modules/${name}/package.json`
      return [name, (require(path) as { readonly version: string }).version]
    }),
  )
}

export function toJsonRows(cells: readonly Cell[]): readonly JsonRow[] {
  return cells
    .filter(({ runs }) => runs.length > 0)
    .map(({ scenario, variant, scale, runs }) => {
      const sum = (key: Exclude<keyof TrialResult, 'wasKilled'>): number =>
        runs.reduce((total, run) => total + run[key], 0)
      return {
        scenario,
        variant,
        created: sum('created'),
        delivered: sum('delivered'),
        droppedCounted: sum('droppedCounted'),
        lostSilently: sum('lostSilently'),
        shutdownMs: Math.max(...runs.map(({ shutdownMs }) => shutdownMs)),
        duplicates: sum('duplicates'),
        createdInWindow: sum('createdInWindow'),
        exitCodes: runs.map(({ exitCode }) => exitCode),
        killed: runs.filter(({ wasKilled }) => wasKilled).length,
        runs: runs.length,
        scale,
      }
    })
}
