import type { CheckStatus, HealthStatus } from './health-status.ts'

/** What is known about one check. */
export interface CheckReport {
  readonly status: CheckStatus
  /** Why it is not healthy, with credentials hidden; it can still name hosts, so it is not for everyone. */
  readonly message?: string
  /** How long the last run took, in milliseconds. Absent until there was one. */
  readonly latencyMs?: number
  /** How long ago the last run ended, in milliseconds. Absent until there was one. */
  readonly ageMs?: number
  readonly critical: boolean
}

/** What is known about all checks, or about those of a group, at one moment. */
export interface HealthReport {
  readonly status: HealthStatus
  /** When the report was made, ISO 8601. */
  readonly timestamp: string
  readonly checks: Readonly<Record<string, CheckReport>>
}
