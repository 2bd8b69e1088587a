import type { Clock } from '../../src/core/clock.ts'
import type { Cell } from './results.ts'
import type { Scenario } from './scenario.ts'
import { Random } from '../../src/load/random.ts'
import { runTrial, type TrialResult } from './trial.ts'
import type { Variant } from './variants.ts'

export interface Plan {
  readonly variants: readonly Variant[]
  readonly scenarios: readonly Scenario[]
  readonly wireDelaysMs: readonly number[]
  readonly runs: number
  /** How many services are under trial at the same time. */
  readonly parallel: number
  readonly seed: number
  readonly clock: Clock
  readonly abort: AbortSignal
  /** After it nothing is begun any more, in milliseconds from the start; but the first round is always done. */
  readonly budgetMs?: number
  readonly onResult: (done: { readonly trial: string; readonly result: TrialResult; readonly left: number }) => void
  /** A trial that could not be done, for example because the service did not start. */
  readonly onTrouble: (trouble: { readonly trial: string; readonly reason: string }) => void
}

/** One service that does not start is a finding; that many are a broken installation. */
const MAX_TROUBLES_IN_A_ROW = 25

interface Slot {
  readonly variant: Variant
  readonly scenario: Scenario
  readonly wireDelayMs: number
  readonly runs: TrialResult[]
}

/**
 * Round by round, each with every variant in every scenario once, in an order of its own: what the machine does besides
 * falls on all of them alike.
 */
export async function runPlan(plan: Plan): Promise<readonly Cell[]> {
  const { clock, abort, seed } = plan
  const startedAt = clock.now()
  const slots = toSlots(plan)
  const random = new Random(seed)
  let troublesInARow = 0
  for (let round = 0; round < plan.runs && !abort.aborted; round++) {
    const isSpent = (): boolean => round > 0 && plan.budgetMs !== undefined && clock.now() - startedAt > plan.budgetMs
    const order = slots.map((slot) => ({ slot, key: random.ratio() })).toSorted((a, b) => a.key - b.key)
    let next = 0
    const worker = async (): Promise<void> => {
      for (let mine = order[next++]; mine !== undefined && !abort.aborted && !isSpent(); mine = order[next++]) {
        const { variant, scenario, wireDelayMs, runs } = mine.slot
        const trial = `${variant.name}, ${scenario.id}, ${wireDelayMs} ms`
        try {
          const result = await runTrial(
            { variant, scenario, wireDelayMs, seed: Math.floor(mine.key * 2 ** 32) },
            clock,
            abort,
          )
          troublesInARow = 0
          runs.push(result)
          plan.onResult({ trial, result, left: (plan.runs - round) * order.length - Math.min(next, order.length) })
        } catch (error) {
          if (abort.aborted) return
          plan.onTrouble({ trial, reason: error instanceof Error ? error.message : String(error) })
          if (++troublesInARow >= MAX_TROUBLES_IN_A_ROW) {
            throw new Error(
              `${troublesInARow} trials in a row could not be done: something is wrong with the machine`,
              {
                cause: error,
              },
            )
          }
        }
      }
    }
    await Promise.all(Array.from({ length: plan.parallel }, worker))
  }
  return slots.map(({ variant, scenario, wireDelayMs, runs }) => ({
    variant: variant.name,
    scenario: scenario.id,
    wireDelayMs,
    runs,
  }))
}

function toSlots({ variants, scenarios, wireDelaysMs }: Plan): readonly Slot[] {
  return scenarios.flatMap((scenario) =>
    scenario.wireDelaysMs
      .filter((wireDelayMs) => wireDelaysMs.includes(wireDelayMs))
      .flatMap((wireDelayMs) =>
        variants
          .filter((variant) => scenario.isFor(variant))
          .map((variant) => ({ variant, scenario, wireDelayMs, runs: [] })),
      ),
  )
}
