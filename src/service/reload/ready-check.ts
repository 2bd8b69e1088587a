import type { ReloadCheck } from '../../config/reload/post-check.ts'
import type { HealthChecker } from '../../health/health-checker.ts'

/**
 * Whether the critical checks of readiness say yes. Each time it is asked they are run again as far as their `maxAge` lets
 * them, so that within a trial of some seconds even a check is heard that runs every minute.
 */
export function readyCheck(health: HealthChecker): ReloadCheck {
  return {
    name: 'ready',
    check() {
      // From memory now, and from what comes of this the next time: a check that hangs is a result of its own.
      health.checkHealth('ready').catch(() => {})
      const { status, checks } = health.report('ready')
      if (status !== 'unhealthy') return undefined
      const failing = Object.entries(checks).flatMap(([name, { critical, status: own }]) =>
        critical && own !== 'healthy' && own !== 'degraded' ? [name] : [],
      )
      return `the service is not ready: ${failing.join(', ')}`
    },
  }
}
