import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MACHINE, type MeasuredOn } from '../../bench/measured-on.ts'
import { ROOT } from '../../scripts/repository-files.ts'
import type { TrialRun } from './trial-run.ts'

const MODES = ['named', 'all', 'quick', 'golden-runs'] as const

export type Mode = (typeof MODES)[number]

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

/**
 * In the place of what was kept of the same animal before: the matrix takes hours, and is made piece by piece.
 *
 * @param isForPage whether it is committed, as the basis of the page; else it stays in `build`
 */
export function keep(run: KeptRun, isForPage: boolean): void {
  mkdirSync(LAST, { recursive: true })
  writeFileSync(join(LAST, `${run.animal}.${run.mode}.json`), `${JSON.stringify(run, undefined, 2)}\n`)
  if (!isForPage) return
  const others = readKept(run.mode).filter(({ animal }) => animal !== run.animal)
  const all = [...others, { ...run, runs: run.runs.map(shortened) }].toSorted((one, other) =>
    one.animal < other.animal ? -1 : 1,
  )
  mkdirSync(KEPT, { recursive: true })
  // A line for each animal: a change shows what was tried again.
  writeFileSync(keptPath(run.mode), `[\n${all.map((each) => JSON.stringify(each)).join(',\n')}\n]\n`)
}

/** Where what a run saw is saved, to be judged again. */
export function savePath(animal: string, mode: Mode): string {
  mkdirSync(LAST, { recursive: true })
  return join(LAST, `${animal}.${mode}.gz`)
}

/** All that was kept for the page. */
export function keptRuns(): readonly KeptRun[] {
  return MODES.flatMap(readKept)
}

function readKept(mode: Mode): readonly KeptRun[] {
  return existsSync(keptPath(mode)) ? (JSON.parse(readFileSync(keptPath(mode), 'utf8')) as KeptRun[]) : []
}

function keptPath(mode: Mode): string {
  return join(KEPT, `zoo-${mode}.json`)
}

/** What passed or was skipped says nothing that anybody looks up. */
function shortened({ verdicts, tookMs, problem }: TrialRun): TrialRun {
  const said = Object.entries(verdicts).map(([id, { outcome, says }]) => [
    id,
    { outcome, says: outcome === 'FAIL' || outcome === 'INCONCLUSIVE' ? says : '' },
  ])
  return { verdicts: Object.fromEntries(said), tookMs, ...(problem !== undefined && { problem }) }
}
