import { explainResolvedBudget } from '../lifecycle/budget-explanation.ts'
import type { ShutdownBudget } from '../lifecycle/shutdown-budget.ts'
import type { AdminRoute } from './admin-route.ts'

/** Where the admin port tells the budget of the shutdown; `seaworthy explain budget --url` asks there. */
export const BUDGET_PATH = '/-/budget'

/**
 * The page with the budget that the service goes by, as JSON: each slice with where its number came from, the verdict
 * and what to change. Private, like the details of checks: for loopback, or with the admin token.
 */
export function budgetRoute(budget: ShutdownBudget): AdminRoute {
  const body = `${JSON.stringify(explainResolvedBudget(budget))}\n`
  return {
    access: 'private',
    answer: () => ({ status: 200, headers: { 'content-type': 'application/json' }, body }),
  }
}
