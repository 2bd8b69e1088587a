/** `degraded` still serves: an optional part fails, or a critical one says so of itself. */
export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy'

/** A check is `unknown` until it has run once, and again when its last result is too old to mean anything. */
export type CheckStatus = HealthStatus | 'unknown'

/** What decides on a whole: one check's status, and what it weighs. */
export interface WeighedCheck {
  readonly status: CheckStatus
  readonly critical: boolean
}

/**
 * The status of a whole: a critical check that fails, or that nobody knows anything about, makes it unhealthy; an
 * optional one only degraded, and so does any check that is degraded. No checks at all are healthy.
 */
export function overallStatus(checks: Iterable<WeighedCheck>): HealthStatus {
  let overall: HealthStatus = 'healthy'
  for (const { status, critical } of checks) {
    if (status === 'healthy') continue
    if (critical && status !== 'degraded') return 'unhealthy'
    overall = 'degraded'
  }
  return overall
}
