import { type Animal, isGolden } from '../catalogue/animal.ts'
import type { TrialRun } from './trial-run.ts'

/**
 * The trials that decide whether an animal is as it should be, and could not tell beside other animals: alone they may. Of a
 * golden one each decides, of another only the one that has to catch it.
 */
export function askAgain(animal: Animal, { verdicts }: TrialRun): readonly string[] {
  const unclear = Object.keys(verdicts).filter((id) => verdicts[id]?.outcome === 'INCONCLUSIVE')
  return isGolden(animal) ? unclear : unclear.filter((id) => id === animal.caughtBy)
}

/** The trial that has to catch an animal, where the run had no place for it: an extra one, or one that `--quick` skips. */
export function leftOut({ caughtBy }: Animal, { verdicts, problem }: TrialRun): readonly string[] {
  if (caughtBy === undefined || problem !== undefined) return []
  const said = verdicts[caughtBy]
  return said === undefined || said.outcome === 'SKIP' ? [caughtBy] : []
}

/** A run with what a second one, of some of its trials, says instead. */
export function mergeRuns(first: TrialRun, again: TrialRun): TrialRun {
  const problem = first.problem ?? again.problem
  return {
    ...first,
    verdicts: { ...first.verdicts, ...again.verdicts },
    tookMs: first.tookMs + again.tookMs,
    ...(problem !== undefined && { problem }),
  }
}
