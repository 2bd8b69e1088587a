import type { Duration } from '../core/duration.ts'
import { didYouMean } from '../core/nearest-name.ts'
import { OptionReader } from '../core/option-reader.ts'
import type { GroupSnapshot } from './probe-snapshot.ts'

/** The groups that checks can be in. Liveness is none of them: a restart mends no dependency. */
export const HEALTH_GROUPS = ['ready', 'startup'] as const

/**
 * A group of checks: what decides on readiness, what on the end of the start, and whatever the checker was given as
 * `Own`. Never `live`: a restart mends no dependency, so there is no check that could ask for one.
 */
export type HealthGroup<Own extends string = never> =
  | (typeof HEALTH_GROUPS)[number]
  | (Own extends 'live' ? never : Own)

/** A group besides `ready` and `startup`: what a part of the traffic needs, such as the writes or the reports. */
export interface HealthGroupOptions<Own extends string = string> {
  /** How checks name it, and its probe: lower-case letters, digits and `-`, at most 40. */
  readonly name: Own
  /** Whether the probe `/healthz/<name>` answers for it. @default true */
  readonly probed?: boolean
  /**
   * Whether its probe also says no in every state but `ready`, as `/readyz` does: for a load balancer that routes by it.
   *
   * @default false, like `/healthz`: it tells of its checks, also while the service drains
   */
  readonly requiresReady?: boolean
}

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
export interface HealthCheckDefinition<Own extends string = never> {
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
  /** The longest time a run may take: 1 ms to 10 min. After it the check has failed. @default the checker's, "2s" */
  readonly timeout?: Duration
  /**
   * Which probes it counts for: `ready`, `startup` and the checker's own groups. Liveness takes no checks.
   *
   * @default ["ready"]
   */
  readonly groups?: readonly HealthGroup<Own>[]
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
  /**
   * After how many failures in a row, once started, it counts as failed: 1 to 100. The first result of all counts at
   * once. A `failureThreshold` of Kubernetes counts again after this one, so give a probe on it 1 and not 3.
   *
   * @default 3, as HAProxy and the kubelet have it: one lost packet takes nobody out of traffic. Since a check that fails
   * is repeated five times as often, it costs two fifths of an interval: 4 s
   */
  readonly fall?: number
  /**
   * After how many successes in a row it counts as recovered: 1 to 100.
   *
   * @default 2, as HAProxy has it: what comes and goes stays out, and what has come back is used again 2 s later
   */
  readonly rise?: number
}

/** The limits of a check that can be changed while it runs. */
export type HealthCheckThresholds = Pick<HealthCheckDefinition, 'timeout' | 'interval' | 'maxAge' | 'fall' | 'rise'>

/** What {@link HealthChecker.setThresholds} takes: limits for all, and for some by name. */
export interface HealthThresholds extends HealthCheckThresholds {
  /** By a check's name; these go before what its definition says. */
  readonly checks?: Readonly<Record<string, HealthCheckThresholds>>
}

export interface ResolvedThresholds {
  readonly timeoutMs: number
  readonly intervalMs: number
  readonly maxAgeMs: number
  readonly fall: number
  readonly rise: number
}

export interface ResolvedHealthCheck extends ResolvedThresholds {
  readonly name: string
  readonly check: (context: HealthCheckContext) => unknown
  readonly critical: boolean
  readonly groups: readonly string[]
}

/** What holds for a check that says nothing else. */
export const DEFAULT_THRESHOLDS: ResolvedThresholds = {
  timeoutMs: 2_000,
  intervalMs: 10_000,
  maxAgeMs: 1_000,
  fall: 3,
  rise: 2,
}

/**
 * @param own the names of the checker's own groups
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem in one message
 */
export function resolveHealthCheck(
  definition: HealthCheckDefinition<string>,
  defaults: ResolvedThresholds,
  own: readonly string[],
): ResolvedHealthCheck {
  const read = new OptionReader(definition, whereOf(definition))
  const resolved = {
    name: read.text('name'),
    check: readCheck(read),
    critical: read.boolean('critical', { fallback: true }),
    ...readThresholds(read, defaults),
    groups: readGroups(read, [...HEALTH_GROUPS, ...own]),
  }
  read.done()
  return Object.freeze(resolved)
}

/** Names the check, where it has a name, so that one of many is found. */
function whereOf(definition: unknown): string {
  const name = typeof definition === 'object' && definition !== null ? (definition as { name?: unknown }).name : ''
  return typeof name === 'string' && name !== '' ? `health.register(), check "${name}"` : 'health.register()'
}

/** Reads the limits out of options that may hold others, too. */
export function readThresholds(read: OptionReader, defaults: ResolvedThresholds): ResolvedThresholds {
  return {
    timeoutMs: read.duration('timeout', { fallback: defaults.timeoutMs, min: 1, max: 600_000 }),
    intervalMs: read.duration('interval', { fallback: defaults.intervalMs, min: 100, max: 3_600_000 }),
    maxAgeMs: read.duration('maxAge', { fallback: defaults.maxAgeMs, min: 0, max: 3_600_000 }),
    fall: read.integer('fall', { fallback: defaults.fall, min: 1, max: 100 }),
    rise: read.integer('rise', { fallback: defaults.rise, min: 1, max: 100 }),
  }
}

function readCheck(read: OptionReader): HealthCheckDefinition['check'] {
  const check = read.callback<HealthCheckDefinition['check']>('check')
  if (check === undefined && read.value('check') === undefined) read.problem('"check" is required')
  return check ?? (() => {})
}

function readGroups(read: OptionReader, known: readonly string[]): readonly string[] {
  const groups = read.list('groups', { fallback: ['ready'] })
  if (groups.length === 0) read.problem(`"groups" is empty, expected some of ${known.join(', ')}`)
  for (const group of groups) {
    if (group === 'live')
      read.problem('"groups" holds "live", but liveness takes no checks: a restart mends no dependency')
    else if (!known.includes(group)) {
      const hint = didYouMean(group, known)
      read.problem(`"groups" holds "${group}", expected some of ${known.join(', ')}${hint === '' ? '' : `. ${hint}`}`)
    }
  }
  return Object.freeze([...groups])
}

/** How many groups of its own a service may have: each is a probe, and a series of a metric. */
const MAX_OWN_GROUPS = 50
const GROUP_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/

/** Reads the option `groups` of a checker: a name each, or a name with how it is probed. */
export function readOwnGroups(read: OptionReader): readonly GroupSnapshot[] {
  const given = read.value<unknown>('groups') ?? []
  if (!Array.isArray(given)) read.problem('"groups" expected a list of names, or of objects with a name')
  const groups: GroupSnapshot[] = []
  for (const [index, item] of (Array.isArray(given) ? (given as unknown[]) : []).entries()) {
    const inner = new OptionReader(typeof item === 'string' ? { name: item } : item, `"groups"[${index}]`)
    const name = inner.text('name', { pattern: GROUP_NAME, form: 'lower-case letters, digits and "-", at most 40' })
    if (name === 'live') inner.problem('"name" is "live", but liveness takes no checks: a restart mends no dependency')
    else if (HEALTH_GROUPS.includes(name as 'ready')) inner.problem(`"name" is "${name}", which is there in any case`)
    else if (groups.some((group) => group.name === name)) inner.problem(`"name" is "${name}" for the second time`)
    const probed = inner.boolean('probed', { fallback: true })
    groups.push({ name, probed, requiresReady: inner.boolean('requiresReady', { fallback: false }) })
    read.include(inner)
  }
  if (groups.length > MAX_OWN_GROUPS)
    read.problem(`"groups" has ${groups.length} names, expected at most ${MAX_OWN_GROUPS}`)
  return Object.freeze(groups)
}
