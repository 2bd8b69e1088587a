import type { HealthCheckResult } from '../health/health-check.ts'
import type { HealthChecker } from '../health/health-checker.ts'
import { lostCount } from '../telemetry/pipeline/signal-account.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'

/**
 * Shows telemetry that does not arrive as *degraded* health: while the latest attempt to deliver a signal has failed, and
 * until a whole interval of the check has passed without loss. Never more than degraded: an outage of the collector must
 * not take a service out of traffic. There is no such check of an SDK that is not ours: it says nothing of what it loses.
 */
export function watchTelemetry(health: HealthChecker, telemetry: Telemetry | undefined): void {
  if (telemetry === undefined || !telemetry.isOwn) return
  let lostBefore = 0
  health.register({
    name: 'telemetry',
    critical: false,
    // It says itself how long a loss counts; and a loss is seen by one run only.
    fall: 1,
    rise: 1,
    check(): HealthCheckResult | undefined {
      const lost = countLost(telemetry)
      const lostNow = lost - lostBefore
      lostBefore = lost
      const troubles = Object.entries(telemetry.failures()).map(([signal, why]) => `cannot deliver ${signal}: ${why}`)
      if (lostNow > 0) troubles.push(`${lostNow} items lost since the last check`)
      return troubles.length === 0 ? undefined : { status: 'degraded', message: troubles.join('; ') }
    },
  })
}

function countLost(telemetry: Telemetry): number {
  return Object.values(telemetry.account()).reduce((sum, account) => sum + lostCount(account), 0)
}
