import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
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
export interface Measurement {
  readonly date: string
  readonly commit: string
  /** Whether the sources were those of the commit. */
  readonly isDirty: boolean
  readonly node: string
  readonly machine: string
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

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const LATEST = fileURLToPath(new URL('./results/latest.json', import.meta.url))
/** Runs that are no basis for the page go here. */
const LAST_FOLDER = `${ROOT}build/bench-loss/`

export function describeMachine(): Pick<Measurement, 'commit' | 'isDirty' | 'node' | 'machine'> {
  const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
  return {
    commit: git('rev-parse', '--short=12', 'HEAD'),
    isDirty: git('status', '--porcelain', '--', 'src', 'bench/loss').length > 0,
    node: process.version,
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${process.platform}`,
  }
}

export function versionsOfPeers(): Readonly<Record<string, string>> {
  const require = createRequire(`${ROOT}package.json`)
  const names = ['@opentelemetry/sdk-node', '@opentelemetry/sdk-trace', '@opentelemetry/exporter-trace-otlp-proto']
  return Object.fromEntries(
    names.map((name) => {
      const path = `${ROOT}node_modules/${name}/package.json`
      return [name, (require(path) as { readonly version: string }).version]
    }),
  )
}

/** @returns the path of the file */
export function store(measurement: Measurement, { forPage }: { readonly forPage: boolean }): string {
  if (!forPage) mkdirSync(LAST_FOLDER, { recursive: true })
  const path = forPage ? LATEST : `${LAST_FOLDER}last.json`
  writeFileSync(path, `${JSON.stringify(measurement, undefined, 2)}\n`)
  return path
}

/** The measurement that is the basis of the page. */
export function latest(): Measurement | undefined {
  return existsSync(LATEST) ? (JSON.parse(readFileSync(LATEST, 'utf8')) as Measurement) : undefined
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
