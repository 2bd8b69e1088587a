import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { MeasuredOn } from '../../bench/measured-on.ts'
import { ROOT } from '../../scripts/repository-files.ts'
import type { TrialRun } from '../runner/trial-run.ts'

/** What the whole trial said of an example. */
export interface ExampleTrial extends TrialRun {
  readonly example: string
  readonly origin: MeasuredOn
  /** How many processes wanted a core on the average of the minute before it, and of its last minute. */
  readonly load: { readonly before: number; readonly after: number }
}

/** Where they are kept, relative to the root. */
export const KEPT_TRIALS = 'zoo/results/examples.json'

/** The last trial of each example; none before the first. */
export function keptTrials(): readonly ExampleTrial[] {
  const path = join(ROOT, KEPT_TRIALS)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as ExampleTrial[]) : []
}

/** Replaces the one that was kept of the same example. */
export function keepTrial(trial: ExampleTrial): void {
  const path = join(ROOT, KEPT_TRIALS)
  const rest = keptTrials().filter(({ example }) => example !== trial.example)
  const all = [...rest, trial].toSorted((a, b) => (a.example < b.example ? -1 : 1))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(all, undefined, 2)}\n`)
}
