import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MACHINE, type MeasuredOn } from '../../bench/measured-on.ts'
import { ROOT } from '../../scripts/repository-files.ts'
import type { TrialRun } from './trial-run.ts'

export type Mode = 'named' | 'all' | 'quick' | 'golden-runs'

/** What was seen of an animal, in one way. */
export interface KeptRun {
  readonly animal: string
  readonly mode: Mode
  readonly origin: MeasuredOn
  readonly runs: readonly TrialRun[]
}

const KEPT = join(ROOT, 'zoo/results')
const LAST = join(ROOT, 'build/zoo')

/** To be asked for before anything is tried. */
export function origin(): MeasuredOn {
  const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
  return {
    date: new Date().toISOString(),
    commit: git('rev-parse', '--short=12', 'HEAD'),
    isDirty: git('status', '--porcelain', '--', 'src', 'zoo', ':(exclude)zoo/results').length > 0,
    node: process.version,
    machine: MACHINE,
  }
}

/** @param isForPage whether it is committed, as the basis of the page; else it stays in `build` */
export function keep(run: KeptRun, isForPage: boolean): void {
  const folder = isForPage ? KEPT : LAST
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${run.animal}.${run.mode}.json`), `${JSON.stringify(run, undefined, 2)}\n`)
}

/** Where what a run saw is saved, to be judged again. */
export function savePath(animal: string, mode: Mode): string {
  mkdirSync(LAST, { recursive: true })
  return join(LAST, `${animal}.${mode}.gz`)
}

/** All that was kept for the page. */
export function keptRuns(): readonly KeptRun[] {
  if (!existsSync(KEPT)) return []
  return readdirSync(KEPT)
    .filter((name) => /\.[a-z-]+\.json$/.test(name))
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(KEPT, name), 'utf8')) as KeptRun)
}
