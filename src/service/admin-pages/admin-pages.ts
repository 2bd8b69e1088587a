import type { Clock } from '../../core/clock.ts'
import { BUDGET_PATH, budgetRoute } from '../../server/admin-budget.ts'
import type { AdminRoutes } from '../../server/admin-route.ts'
import type { LiveConfig } from '../live-config.ts'
import type { ServiceCore } from '../service-core.ts'
import { CONFIG_PATH, configPage } from './config-page.ts'
import { LOG_LEVELS_PATH, logLevelsPage } from './log-levels-page.ts'
import { RELOAD_PATH, reloadPage } from './reload-page.ts'

/** What the pages for people and tools are made from. */
export interface AdminPagesOptions {
  readonly name: string
  readonly core: ServiceCore
  readonly live: LiveConfig
  readonly clock: Clock
}

/**
 * The pages of the admin port that a service needs only when somebody asks: this file is loaded then. All of them are
 * private, like the details of checks: for loopback, or with the admin token.
 */
export function adminPages({ name, core, live, clock }: AdminPagesOptions): AdminRoutes {
  return {
    [BUDGET_PATH]: budgetRoute(core.budget),
    [CONFIG_PATH]: configPage(name, core),
    [LOG_LEVELS_PATH]: logLevelsPage(core.logging),
    [RELOAD_PATH]: reloadPage(live, clock),
  }
}
