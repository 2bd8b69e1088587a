import type { Environment } from '../core/env-reader.ts'
import type { BudgetExplanation } from '../lifecycle/budget-explanation.ts'
import { askAdmin } from './ask-admin.ts'

/**
 * Asks the admin port of a running service for its budget.
 *
 * @throws {@link SeaworthyError} `SEA_CLI_USAGE` when it does not answer, does not want to, or is none of ours
 */
export function askBudget(base: string, env: Environment): Promise<BudgetExplanation> {
  return askAdmin(base, { path: '/-/budget', what: 'budget', maxBytes: 65_536, read }, env)
}

function read(answer: unknown): BudgetExplanation | undefined {
  const value = answer as Partial<BudgetExplanation> | null | undefined
  const isOurs = typeof value?.fits === 'boolean' && Array.isArray(value.lines) && Array.isArray(value.advice)
  return isOurs ? (value as BudgetExplanation) : undefined
}
