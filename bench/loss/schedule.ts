import type { Clock } from '../../src/core/clock.ts'
import type { Cell } from './results.ts'
import { runTrial, type Trial, type TrialResult } from './trial.ts'

export interface Plan {
  readonly trials: readonly Trial[]
  /** How many at the same time. */
  readonly parallel: number
  readonly clock: Clock
  readonly abort: AbortSignal
  /** When nothing new is begun any more, in milliseconds from the start. @default never */
  readonly budgetMs?: number
  readonly onResult: (trial: Trial, result: TrialResult, left: number) => void
  readonly onTrouble: (trial: Trial, reason: string) => void
}

/** Runs every trial, the longest first so that none of them is waited for alone. */
export async function runPlan(plan: Plan): Promise<readonly Cell[]> {
  const { clock, abort, budgetMs = Number.POSITIVE_INFINITY } = plan
  const startedAt = clock.now()
  const waiting = plan.trials.toSorted((a, b) => lengthOf(b) - lengthOf(a))
  let left = waiting.length
  const results = new Map<Trial, TrialResult>()
  const worker = async (): Promise<void> => {
    for (;;) {
      if (abort.aborted || clock.now() - startedAt > budgetMs) return
      const trial = waiting.shift()
      if (trial === undefined) return
      try {
        const result = await runTrial(trial, clock, abort)
        if (abort.aborted) return
        results.set(trial, result)
        plan.onResult(trial, result, --left)
      } catch (error) {
        left--
        plan.onTrouble(trial, error instanceof Error ? error.message : String(error))
      }
    }
  }
  await Promise.all(Array.from({ length: plan.parallel }, worker))
  return toCells(plan.trials, results)
}

function lengthOf({ scenario, scale }: Trial): number {
  return ((scenario.faultMs ?? 0) + scenario.tailMs) * scale
}

function toCells(trials: readonly Trial[], results: ReadonlyMap<Trial, TrialResult>): readonly Cell[] {
  const cells = new Map<string, { -readonly [K in keyof Cell]: Cell[K] }>()
  for (const trial of trials) {
    const { scenario, variant, scale } = trial
    const key = `${scenario.id} ${variant.name}`
    const cell = cells.get(key) ?? { scenario: scenario.id, variant: variant.name, scale, runs: [] }
    const result = results.get(trial)
    if (result !== undefined) cell.runs = [...cell.runs, result]
    cells.set(key, cell)
  }
  return [...cells.values()]
}
