import type { HealthChecker } from '../health/health-checker.ts'
import type { ServiceCore } from './service-core.ts'

export interface ReadyService {
  readonly name: string
  /** How long the start took. */
  readonly startMs: number
  /** What was started, by name. */
  readonly components: readonly string[]
}

/** The line of the log that ends a start. One that has critical checks which say no is a warning, and names them. */
export function tellReady(core: ServiceCore, health: HealthChecker, { name, startMs, components }: ReadyService): void {
  const { log } = core.logging
  const fields = { startMs: Math.round(startMs), admin: core.admin?.bound?.url, components }
  const failing = failingChecks(health)
  if (failing.length === 0) log.info(fields, `${name} is ready`)
  else log.warn({ ...fields, failing }, `${name} has started and is not ready: ${failing.join(', ')}`)
}

/** Critical checks that say no, by name. */
function failingChecks(health: HealthChecker): readonly string[] {
  const { checks } = health.report('ready')
  return Object.entries(checks).flatMap(([name, { status, critical }]) =>
    critical && status !== 'healthy' && status !== 'degraded' ? [name] : [],
  )
}
