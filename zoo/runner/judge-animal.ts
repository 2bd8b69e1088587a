import { type Animal, isGolden } from '../catalogue/animal.ts'
import type { TrialRun } from './trial-run.ts'

/** What a run says of an animal. */
export interface Judgement {
  /**
   * Each makes the zoo fail: a defect that its trial did not catch, a trial that failed and was not expected to (either the
   * animal has more than one defect, or the trial is wrong), a golden service that failed.
   */
  readonly faults: readonly string[]
  /** Trials that could not tell. */
  readonly inconclusive: readonly string[]
  /** Trials that were expected to fail besides, and passed: the catalogue expects too much. */
  readonly passedAfterAll: readonly string[]
}

export function judgeAnimal(animal: Animal, { verdicts, problem }: TrialRun): Judgement {
  const having = (outcome: string): { id: string; text: string }[] =>
    Object.entries(verdicts)
      .filter(([, said]) => said.outcome === outcome)
      .map(([id, { says }]) => ({ id, text: `${id}: ${says}` }))
  const inconclusive = having('INCONCLUSIVE').map(({ text }) => text)
  const failed = having('FAIL')
  const faults = problem === undefined ? [] : [problem]
  if (isGolden(animal)) {
    const reviewed = animal.reviewedSkips ?? {}
    const skipped = having('SKIP').filter(({ id }) => !Object.hasOwn(reviewed, id))
    faults.push(...failed.map(({ text }) => `failed ${text}`))
    faults.push(...skipped.map(({ text }) => `skipped without review ${text}`))
    if (animal.isExact === true) {
      const tried = Object.keys(reviewed).filter((id) => verdicts[id] !== undefined && verdicts[id].outcome !== 'SKIP')
      faults.push(...inconclusive.map((text) => `could not tell ${text}`))
      faults.push(...tried.map((id) => `reviewed as skipped, and tried ${id}`))
    }
    return { faults, inconclusive, passedAfterAll: [] }
  }
  const { caughtBy = '', alsoCaughtBy = [] } = animal
  const said = verdicts[caughtBy]
  if (said?.outcome !== 'FAIL')
    faults.push(`not caught by ${caughtBy}: ${said === undefined ? 'no verdict' : `${said.outcome}, ${said.says}`}`)
  const expected = new Set([caughtBy, ...alsoCaughtBy])
  faults.push(...failed.filter(({ id }) => !expected.has(id)).map(({ text }) => `failed unexpectedly ${text}`))
  return { faults, inconclusive, passedAfterAll: alsoCaughtBy.filter((id) => verdicts[id]?.outcome === 'PASS') }
}
