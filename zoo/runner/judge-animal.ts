import { type Animal, isGolden } from '../catalogue/animal.ts'
import type { TrialRun } from './trial-run.ts'

/** What a run says of an animal. */
export interface Judgement {
  /** Each makes the zoo fail: a defect that was not caught, a golden service that failed. */
  readonly faults: readonly string[]
  /** Trials that failed and were not expected to: either the animal has more than one defect, or the trial is wrong. */
  readonly wrongCatches: readonly string[]
  /** Trials that could not tell. */
  readonly inconclusive: readonly string[]
}

export function judgeAnimal(animal: Animal, { verdicts, problem }: TrialRun): Judgement {
  const having = (outcome: string): string[] =>
    Object.entries(verdicts)
      .filter(([, said]) => said.outcome === outcome)
      .map(([id, { says }]) => `${id}: ${says}`)
  const failed = having('FAIL')
  const faults = problem === undefined ? [] : [problem]
  if (isGolden(animal)) {
    const reviewed = animal.reviewedSkips ?? {}
    const skipped = having('SKIP').filter((text) => !Object.hasOwn(reviewed, text.split(':', 1)[0] ?? ''))
    faults.push(...failed.map((text) => `failed ${text}`), ...skipped.map((text) => `skipped without review ${text}`))
    return { faults, wrongCatches: [], inconclusive: having('INCONCLUSIVE') }
  }
  const { caughtBy = '', alsoCaughtBy = [] } = animal
  const said = verdicts[caughtBy]
  if (said?.outcome !== 'FAIL')
    faults.push(`not caught by ${caughtBy}: ${said === undefined ? 'no verdict' : `${said.outcome}, ${said.says}`}`)
  const expected = new Set([caughtBy, ...alsoCaughtBy])
  return {
    faults,
    wrongCatches: failed.filter((text) => !expected.has(text.split(':', 1)[0] ?? '')),
    inconclusive: having('INCONCLUSIVE'),
  }
}
