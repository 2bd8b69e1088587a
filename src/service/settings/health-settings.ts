import { HealthChecker } from '../../health/health-checker.ts'
import type { SettingsPart } from './settings-part.ts'

/** `health`: limits of checks. They may name the checks of components, so they are looked at once these have started. */
export function healthSettings(health: HealthChecker): SettingsPart {
  return {
    names: ['health'],
    check({ health: thresholds }, { hasStarted }) {
      if (thresholds === undefined || !hasStarted) return
      // One with checks of the same names, since asking the real one would change it.
      const twin = new HealthChecker()
      for (const { name } of health.snapshot().checks) twin.register({ name, check: () => {} })
      twin.setThresholds(thresholds)
    },
    apply({ health: thresholds }, { hasStarted }) {
      if (hasStarted) health.setThresholds(thresholds ?? {})
    },
  }
}
