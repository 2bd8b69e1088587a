import { formatDuration } from '../core/duration.ts'
import type { LifecycleState } from '../core/lifecycle-state.ts'
import type { CheckReport, HealthReport } from './health-report.ts'
import type { CheckStatus, HealthStatus } from './health-status.ts'

/** What a probe has to say, before it is put into a format. */
export interface ProbeVerdict {
  /** The probe's name, such as `readyz`. */
  readonly probe: string
  readonly status: HealthStatus
  /** Where the service is in its life. */
  readonly state: LifecycleState
  /** Why, in a word that may be public: a state of the life cycle, or a status. */
  readonly reason: string
  /** The checks that it took into account. */
  readonly report: HealthReport
}

/** Who answers, for those who may see details. */
export interface ProbeAuthor {
  readonly service?: string
  readonly version?: string
}

const SIGN = { healthy: '[+]', degraded: '[!]', unhealthy: '[-]', unknown: '[?]' } as const satisfies Record<
  CheckStatus,
  string
>

/** Plain text: one word for a prober; with `verbose`, a line for each check, as Kubernetes' own servers write them. */
export function toPlainBody(verdict: ProbeVerdict, options: { readonly verbose: boolean }): string {
  if (!options.verbose) return verdict.reason
  const lines = Object.entries(verdict.report.checks).map(([name, check]) => checkLine(name, check))
  return [...lines, `${verdict.probe}: ${verdict.reason}`, ''].join('\n')
}

function checkLine(name: string, { status, message, latencyMs, ageMs, critical }: CheckReport): string {
  const facts = [
    ...(critical ? [] : ['optional']),
    ...(latencyMs === undefined ? [] : [`took ${formatDuration(latencyMs)}`]),
    ...(ageMs === undefined ? [] : [`${formatDuration(ageMs)} ago`]),
  ]
  const why = message === undefined ? '' : `: ${message}`
  return `${SIGN[status]} ${name} ${status}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}${why}`
}

const PASS = { healthy: 'pass', degraded: 'warn', unhealthy: 'fail', unknown: 'fail' } as const satisfies Record<
  CheckStatus,
  string
>

/**
 * JSON in the form of the draft "Health Check Response Format for HTTP APIs"; the checks only with `details`.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06
 */
export function toHealthPlusJson(
  verdict: ProbeVerdict,
  author: ProbeAuthor,
  options: { readonly details: boolean },
): string {
  const { status, reason, report } = verdict
  const base = { status: PASS[status], ...(status === 'healthy' ? {} : { output: reason }) }
  if (!options.details) return JSON.stringify(base)
  const checks = Object.entries(report.checks).map(
    ([name, check]) => [`${name}:responseTime`, [toCheckObject(check, report.timestamp)]] as const,
  )
  return JSON.stringify({
    ...base,
    ...(author.version === undefined ? {} : { version: author.version }),
    ...(author.service === undefined ? {} : { serviceId: author.service }),
    checks: Object.fromEntries(checks),
  })
}

function toCheckObject({ status, message, latencyMs, ageMs, critical }: CheckReport, timestamp: string): object {
  const time = ageMs === undefined ? {} : { time: new Date(Date.parse(timestamp) - ageMs).toISOString() }
  return {
    status: PASS[status],
    ...(latencyMs === undefined ? {} : { observedValue: Math.round(latencyMs * 100) / 100, observedUnit: 'ms' }),
    ...time,
    ...(message === undefined ? {} : { output: message }),
    critical,
  }
}

const SHUTTING_DOWN: ReadonlySet<LifecycleState> = new Set(['draining', 'stopping', 'stopped'])

/**
 * JSON in the form of `@nestjs/terminus`, for dashboards and probers made for it: what works is in `info`, what does not
 * in `error`, both in `details`. An optional check that fails is in `error` while the whole is `ok`; the HTTP status and
 * `status` decide. Without `details` the three are empty: names of dependencies are not for everyone.
 *
 * @see https://docs.nestjs.com/recipes/terminus
 */
export function toNestJson(verdict: ProbeVerdict, options: { readonly details: boolean }): string {
  const info: [string, object][] = []
  const error: [string, object][] = []
  const details: [string, object][] = []
  for (const [name, check] of options.details ? Object.entries(verdict.report.checks) : []) {
    const isUp = check.status === 'healthy' || check.status === 'degraded'
    const entry = [name, toIndicator(check, isUp)] as [string, object]
    details.push(entry)
    ;(isUp ? info : error).push(entry)
  }
  return JSON.stringify({
    status: nestStatus(verdict),
    info: Object.fromEntries(info),
    error: Object.fromEntries(error),
    details: Object.fromEntries(details),
  })
}

/** Liveness and the end of the start are not taken back by a shutdown: they say what the HTTP status says. */
function nestStatus({ status, state, probe }: ProbeVerdict): 'ok' | 'error' | 'shutting_down' {
  if (SHUTTING_DOWN.has(state) && probe !== 'livez' && probe !== 'startupz') return 'shutting_down'
  return status === 'unhealthy' ? 'error' : 'ok'
}

function toIndicator({ status, message, latencyMs, ageMs, critical }: CheckReport, isUp: boolean): object {
  return {
    status: isUp ? 'up' : 'down',
    health: status,
    critical,
    ...(message === undefined ? {} : { message }),
    ...(latencyMs === undefined ? {} : { responseTime: Math.round(latencyMs * 100) / 100 }),
    ...(ageMs === undefined ? {} : { ageMs: Math.round(ageMs) }),
  }
}
