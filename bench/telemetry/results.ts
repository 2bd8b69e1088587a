import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ROOT } from '../../scripts/repository-files.ts'
import type { InProcess, MomentCell, PausesUnderLoad, SpanCost, Start } from './moments.ts'
import type { TourCell } from './tour.ts'

/** What one version of Node gave. What was not measured is empty. */
export interface NodeMeasurement {
  readonly node: string
  readonly tour: readonly TourCell[]
  readonly inProcess: readonly MomentCell<InProcess>[]
  readonly starts: readonly MomentCell<Start>[]
  readonly pauses: readonly MomentCell<PausesUnderLoad>[]
  readonly spans: readonly MomentCell<SpanCost>[]
}

/** What one invocation measured. */
export interface Measurement {
  readonly date: string
  readonly commit: string
  /** Whether the sources were those of the commit. */
  readonly isDirty: boolean
  readonly machine: string
  readonly isPinned: boolean
  /** What the load can send to a server that does nothing. */
  readonly loadLimitPerS: number
  readonly tookMs: number
  readonly versions: Readonly<Record<string, string>>
  /** What could not be measured. */
  readonly troubles: readonly string[]
  readonly nodes: readonly NodeMeasurement[]
}

const FOLDER = fileURLToPath(new URL('./results/', import.meta.url))
/** Runs that are no basis for the page go here. */
const LAST_FOLDER = join(ROOT, 'build/bench-telemetry')

export function describeMachine(): Pick<Measurement, 'commit' | 'isDirty' | 'machine'> {
  const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
  return {
    commit: git('rev-parse', '--short=12', 'HEAD'),
    isDirty: git('status', '--porcelain', '--', 'src', 'bench/telemetry').length > 0,
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${process.platform}`,
  }
}

/** @returns the path of the file */
export function store(measurement: Measurement, { forPage }: { readonly forPage: boolean }): string {
  const folder = forPage ? FOLDER : LAST_FOLDER
  mkdirSync(folder, { recursive: true })
  const moment = measurement.date.slice(0, 19).replaceAll(':', '')
  const path = join(folder, forPage ? `${moment}-${measurement.commit}.json` : 'last.json')
  writeFileSync(path, `${JSON.stringify(measurement, undefined, 2)}\n`)
  return path
}

/** The measurement that is the basis of the page. */
export function newest(): Measurement | undefined {
  if (!existsSync(FOLDER)) return undefined
  const last = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .at(-1)
  return last === undefined ? undefined : (JSON.parse(readFileSync(join(FOLDER, last), 'utf8')) as Measurement)
}
