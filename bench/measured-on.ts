import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { ROOT } from '../scripts/repository-files.ts'

/** When something was measured, on which code and which machine. */
export interface MeasuredOn {
  readonly date: string
  readonly commit: string
  /** Whether the sources were those of the commit. */
  readonly isDirty: boolean
  readonly node: string
  readonly machine: string
}

export const MACHINE = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${process.platform}`

/** Of now: to be asked for before anything is measured. `folder` is that of the benchmark. */
export function measuredOn(folder: string): MeasuredOn {
  const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
  const paths = ['src', ':(glob)bench/*.ts', `bench/${folder}`, `:(exclude)bench/${folder}/results`]
  return {
    date: new Date().toISOString(),
    commit: git('rev-parse', '--short=12', 'HEAD'),
    isDirty: git('status', '--porcelain', '--', ...paths).length > 0,
    node: process.version,
    machine: MACHINE,
  }
}

/** What a page says of where its figures come from, ready to be followed by a comma or a full stop. */
export function originOf({ date, commit, isDirty, node, machine }: MeasuredOn): string {
  const changed = isDirty ? ' with changes not yet committed' : ''
  return `the measurement of ${date.slice(0, 10)}: commit \`${commit}\`${changed}, Node ${node}, ${machine}`
}

/** `12 minutes` */
export function minutes(ms: number): string {
  return `${Math.round(ms / 60_000)} minutes`
}
