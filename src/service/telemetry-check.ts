import type { HealthChecker } from '../health/health-checker.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'

/**
 * Shows lost telemetry as *degraded* health, until a whole interval of the check has passed without loss. Never more than
 * degraded: an outage of the collector must not take a service out of traffic.
 */
export function watchTelemetry(health: HealthChecker, telemetry: Telemetry | undefined): void {
  if (telemetry === undefined) return
  let before = 0
  health.register({
    name: 'telemetry',
    critical: false,
    check() {
      const lost = countLost(telemetry)
      const now = lost - before
      before = lost
      return now === 0 ? undefined : { status: 'degraded', message: `${now} items lost since the last check` }
    },
  })
}

function countLost(telemetry: Telemetry): number {
  return Object.values(telemetry.account()).reduce(
    (sum, { rejected, dropped }) => sum + rejected + Object.values(dropped).reduce((all, count) => all + count, 0),
    0,
  )
}
