import type { Duration } from '../core/duration.ts'
import { OptionReader } from '../core/option-reader.ts'

/** The groups that checks can be in. Liveness is none of them: a restart mends no dependency. */
export const HEALTH_GROUPS = ['ready', 'startup'] as const

/** A group of checks: what decides on readiness, and what on the end of the start. */
export type HealthGroup = (typeof HEALTH_GROUPS)[number]

/** What a check is called with. */
export interface HealthCheckContext {
  /** Aborted when the check's time is over: pass it on, so that a connection attempt ends with it. */
  readonly signal: AbortSignal
}

/** What a check may return besides anything else, which means healthy. */
export interface HealthCheckResult {
  readonly status: 'healthy' | 'degraded' | 'unhealthy'
  readonly message?: string
}

/** A check: how to find out whether something works, how long that may take, and what follows from it. */
export interface HealthCheckDefinition {
  /** Under which name it is reported. Unique in its checker. */
  readonly name: string
  /**
   * Tells whether the thing works: it throws, or returns `false`, when it does not; it returns
   * `{ status: 'degraded', message }` when it works badly; whatever else it returns means healthy. The value of a
   * `fetch` is such an "else": throw when `response.ok` is false.
   */
  readonly check: (context: HealthCheckContext) => unknown
  /**
   * Whether a failure makes the whole unhealthy (true) or only degraded (false). Telemetry, caches and whatever the
   * service can do without are not critical.
   *
   * @default true
   */
  readonly critical?: boolean
  /** The longest time a run may take: 1 ms to 10 min. After it the check has failed. @default the checker's */
  readonly timeout?: Duration
  /** Which probes it counts for. Liveness takes no checks. @default ["ready"] */
  readonly groups?: readonly HealthGroup[]
  /**
   * How long after the end of a run the next one begins, once {@link HealthChecker.start} was called: 100 ms to 1 h.
   * A check that is not healthy runs five times as often, so that a recovery is seen soon.
   *
   * @default "10s", which is how often Kubernetes asks by default
   */
  readonly interval?: Duration
  /**
   * How old a result may be for {@link HealthChecker.checkHealth} to use it instead of running the check: 0 to 1 h.
   *
   * @default "1s", so that no number of callers can turn into a load on a dependency
   */
  readonly maxAge?: Duration
}

export interface ResolvedHealthCheck {
  readonly name: string
  readonly check: (context: HealthCheckContext) => unknown
  readonly critical: boolean
  readonly timeoutMs: number
  readonly groups: readonly HealthGroup[]
  readonly intervalMs: number
  readonly maxAgeMs: number
}

export const CHECK_TIMEOUT_MS = { min: 1, max: 600_000 } as const

/** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem in one message */
export function resolveHealthCheck(definition: HealthCheckDefinition, defaultTimeoutMs: number): ResolvedHealthCheck {
  const read = new OptionReader(definition, 'health.register()')
  const resolved = {
    name: read.text('name'),
    check: readCheck(read),
    critical: read.boolean('critical', { fallback: true }),
    timeoutMs: read.duration('timeout', { fallback: defaultTimeoutMs, ...CHECK_TIMEOUT_MS }),
    groups: readGroups(read),
    intervalMs: read.duration('interval', { fallback: 10_000, min: 100, max: 3_600_000 }),
    maxAgeMs: read.duration('maxAge', { fallback: 1_000, min: 0, max: 3_600_000 }),
  }
  read.done()
  return Object.freeze(resolved)
}

function readCheck(read: OptionReader): HealthCheckDefinition['check'] {
  const check = read.callback<HealthCheckDefinition['check']>('check')
  if (check === undefined && read.value('check') === undefined) read.problem('"check" is required')
  return check ?? (() => {})
}

function readGroups(read: OptionReader): readonly HealthGroup[] {
  const groups = read.list('groups', { fallback: ['ready'] })
  if (groups.length === 0) read.problem(`"groups" is empty, expected some of ${HEALTH_GROUPS.join(', ')}`)
  for (const group of groups) {
    if (group === 'live')
      read.problem('"groups" holds "live", but liveness takes no checks: a restart mends no dependency')
    else if (!HEALTH_GROUPS.includes(group as HealthGroup)) {
      read.problem(`"groups" holds "${group}", expected some of ${HEALTH_GROUPS.join(', ')}`)
    }
  }
  return groups as readonly HealthGroup[]
}
