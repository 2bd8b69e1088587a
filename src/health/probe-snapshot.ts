import { formatDuration } from '../core/duration.ts'
import type { LifecycleState } from '../core/lifecycle-state.ts'
import type { CheckReport, HealthReport } from './health-report.ts'
import { overallStatus, type HealthStatus } from './health-status.ts'
import { type ProbeAuthor, type ProbeVerdict, toHealthPlusJson, toNestJson, toPlainBody } from './probe-body.ts'
import type { ProbeAnswer, ProbeRequest, ProbeSource } from './probe-source.ts'

/** What is remembered of one check: plain data, so that it can be posted to a worker and told there. */
export interface CheckSnapshot {
  readonly name: string
  readonly groups: readonly string[]
  readonly critical: boolean
  /** What it counts as, after hysteresis; absent until it has run once. */
  readonly status?: HealthStatus
  readonly message?: string
  /** How long the last run took, in milliseconds. */
  readonly latencyMs?: number
  /** When the last run ended, on the clock that made the snapshot, in milliseconds. */
  readonly endedAt?: number
  /** How old, in milliseconds, its result may become before it says nothing any more. */
  readonly staleAfterMs: number
}

/** A group of the service's own, as the probes see it. */
export interface GroupSnapshot {
  readonly name: string
  /** Whether `/healthz/<name>` answers for it. */
  readonly probed: boolean
  /** Whether that also says no in every state but `ready`, as `/readyz` does. */
  readonly requiresReady: boolean
}

/** Everything that is known about the checks at one moment, without what has to be computed from the time. */
export interface HealthSnapshot {
  /** Whether every check has had its first run: nothing is ready before. */
  readonly isSettled: boolean
  readonly groups: readonly GroupSnapshot[]
  readonly checks: readonly CheckSnapshot[]
}

/**
 * Everything that a probe is answered from. Plain data (`structuredClone` keeps it), so that another thread can answer
 * while this one is busy: take one at each change of the state and after each run of a check.
 */
export interface ProbeSnapshot {
  readonly state: LifecycleState
  /** Whether the start has succeeded once; `/startupz` stays 200 from then on. */
  readonly hasStarted: boolean
  readonly author: ProbeAuthor
  readonly health: HealthSnapshot
  /** Why nothing of the service works now, in words that may be public: every probe but `/startupz` says no. */
  readonly stuck?: string
}

/** When a probe is answered. */
export interface ProbeMoment {
  /** Milliseconds on the clock of the snapshot's `endedAt`; another thread's `performance.now()` has another zero. */
  readonly nowMs: number
  /** Milliseconds since 1970, for time stamps. */
  readonly timeOfDayMs: number
}

/** The paths of the probes, as Kubernetes' own servers have them. A group of one's own is at `/healthz/<name>`. */
export const PROBE_PATHS = ['/livez', '/readyz', '/startupz', '/healthz'] as const

const GROUP_PREFIX = '/healthz/'

/**
 * The answer to a probe, from nothing but its arguments: results age by `moment`, so an old snapshot says `unknown` by
 * itself. `undefined` when the path is no probe. Runs no check, waits for nothing, never throws.
 */
export function answerProbe(
  snapshot: ProbeSnapshot,
  moment: ProbeMoment,
  path: string,
  request: ProbeRequest,
): ProbeAnswer | undefined {
  const query = path.indexOf('?')
  const judged = judge(snapshot, moment, query === -1 ? path : path.slice(0, query))
  if (judged === undefined) return undefined
  const { stuck } = snapshot
  const isStuck = stuck !== undefined && judged.probe !== 'startupz'
  const verdict: ProbeVerdict = isStuck ? { ...judged, status: 'unhealthy', reason: stuck } : judged
  return toAnswer(verdict, snapshot.author, request, request.format ?? formatOf(path, query))
}

/** What is known about the checks, or about those of a group. Liveness takes none, so `live` is always healthy. */
export function reportOf(health: HealthSnapshot, moment: ProbeMoment, group?: string): HealthReport {
  const checks: [string, CheckReport][] = []
  const weighed: { status: CheckReport['status']; critical: boolean }[] = []
  for (const check of health.checks) {
    if (group !== undefined && (group === 'live' || !check.groups.includes(group))) continue
    const report = reportCheck(check, moment.nowMs)
    checks.push([check.name, report])
    // Nothing is ready before everything has been checked once, not even the optional.
    weighed.push({
      status: report.status,
      critical: report.critical || (report.status === 'unknown' && !health.isSettled),
    })
  }
  return {
    status: overallStatus(weighed),
    timestamp: new Date(moment.timeOfDayMs).toISOString(),
    checks: Object.fromEntries(checks),
  }
}

/** What is known about one check; `unknown` when it never ran, or so long ago that its result means nothing. */
export function reportCheck(check: CheckSnapshot, nowMs: number): CheckReport {
  const { status, message, latencyMs, endedAt, critical, staleAfterMs } = check
  if (status === undefined || latencyMs === undefined || endedAt === undefined) {
    return { status: 'unknown', message: 'has not run yet', critical }
  }
  const ageMs = Math.max(0, nowMs - endedAt)
  if (ageMs > staleAfterMs) {
    return { status: 'unknown', message: `last ran ${formatDuration(ageMs)} ago`, latencyMs, ageMs, critical }
  }
  return { status, ...(message === undefined ? {} : { message }), latencyMs, ageMs, critical }
}

/** Whether the start is over and its checks have passed: what `/startupz` waits for once. */
export function startHasSucceeded(state: LifecycleState, health: HealthSnapshot, moment: ProbeMoment): boolean {
  return STARTED.has(state) && reportOf(health, moment, 'startup').status !== 'unhealthy'
}

const STARTED: ReadonlySet<LifecycleState> = new Set(['ready', 'draining', 'stopping', 'stopped'])

function judge(snapshot: ProbeSnapshot, moment: ProbeMoment, path: string): ProbeVerdict | undefined {
  const { state, health } = snapshot
  switch (path) {
    case '/livez':
      // Whoever can answer is alive, also while starting, draining and stopping: a restart would only make things worse.
      return { probe: 'livez', state, status: 'healthy', reason: 'ok', report: reportOf(health, moment, 'live') }
    case '/readyz':
      return ready('readyz', state, reportOf(health, moment, 'ready'))
    case '/startupz':
      return started(snapshot, reportOf(health, moment, 'startup'))
    case '/healthz':
      return summary('healthz', state, reportOf(health, moment))
    default:
      return ownGroup(snapshot, moment, path)
  }
}

function ownGroup({ state, health }: ProbeSnapshot, moment: ProbeMoment, path: string): ProbeVerdict | undefined {
  if (!path.startsWith(GROUP_PREFIX)) return undefined
  const name = path.slice(GROUP_PREFIX.length)
  const group = health.groups.find((one) => one.probed && one.name === name)
  if (group === undefined) return undefined
  return (group.requiresReady ? ready : summary)(`healthz/${name}`, state, reportOf(health, moment, name))
}

function ready(probe: string, state: LifecycleState, report: HealthReport): ProbeVerdict {
  if (state !== 'ready') return { probe, state, status: 'unhealthy', reason: `not ready: ${state}`, report }
  return { probe, state, status: report.status, reason: inAWord(report), report }
}

function started({ state, hasStarted }: ProbeSnapshot, report: HealthReport): ProbeVerdict {
  const probe = 'startupz'
  // Once it has started, it has: what breaks later is for readiness to tell.
  if (hasStarted) return { probe, state, status: 'healthy', reason: 'ok', report }
  if (!STARTED.has(state)) return { probe, state, status: 'unhealthy', reason: `not started: ${state}`, report }
  return { probe, state, status: report.status, reason: inAWord(report), report }
}

function summary(probe: string, state: LifecycleState, report: HealthReport): ProbeVerdict {
  const status = state === 'failed' ? 'unhealthy' : report.status
  const reason = state === 'ready' ? inAWord(report) : `${status === 'healthy' ? 'ok' : status}: ${state}`
  return { probe, state, status, reason, report }
}

function inAWord({ status }: HealthReport): string {
  return status === 'healthy' ? 'ok' : status
}

const HEADERS = { 'cache-control': 'no-store' } as const

function toAnswer(
  verdict: ProbeVerdict,
  author: ProbeAuthor,
  { details, verbose, accept }: ProbeRequest,
  format: string | undefined,
): ProbeAnswer {
  const status = verdict.status === 'unhealthy' ? 503 : 200
  const contentType = FORMATS.get(format) ?? acceptedType(accept)
  if (contentType === NEST) {
    return { status, contentType: 'application/json', body: toNestJson(verdict, { details }), headers: HEADERS }
  }
  if (contentType !== PLAIN) {
    return { status, contentType, body: toHealthPlusJson(verdict, author, { details }), headers: HEADERS }
  }
  return { status, contentType, body: toPlainBody(verdict, { verbose: verbose && details }), headers: HEADERS }
}

const PLAIN = 'text/plain; charset=utf-8'
const HEALTH_JSON = 'application/health+json'
const NEST = 'nest'

/** The formats by name. A "+" in a query that was decoded is a space. */
const FORMATS: ReadonlyMap<string | undefined, string> = new Map([
  ['plain', PLAIN],
  ['json', 'application/json'],
  ['health+json', HEALTH_JSON],
  ['health json', HEALTH_JSON],
  ['nest', NEST],
])

/** JSON for those who ask for it by name; a prober sends no `accept`, or takes anything. */
function acceptedType(accept = ''): string {
  if (accept.includes(HEALTH_JSON)) return HEALTH_JSON
  if (!accept.includes('application/json')) return PLAIN
  return /profile="?nest\b/.test(accept) ? NEST : 'application/json'
}

function formatOf(path: string, query: number): string | undefined {
  if (query === -1 || !path.includes('format=', query)) return undefined
  return new URLSearchParams(path.slice(query + 1)).get('format') ?? undefined
}

/** What the probes are answered from. */
export interface ProbeSourceOptions {
  /** The checks, answered from memory: a `HealthChecker`. */
  readonly health: { snapshot(): HealthSnapshot; moment(): ProbeMoment }
  /** Where the service is in its life, now. */
  readonly state: () => LifecycleState
  /** Named in JSON answers with details. @default nobody */
  readonly author?: ProbeAuthor
}

/** The probes of this thread, and what another one needs to answer them. */
export interface LocalProbeSource extends ProbeSource {
  /** What is known now, to be posted to a thread that answers with `answerProbe()`. */
  snapshot(): ProbeSnapshot
  /** Whether a request's URL, with or without a query, is that of a probe; asked for each request of the service. */
  isProbe(url: string): boolean
}

/** Answers the probes from the checks and from the state of the life cycle. */
export function createProbeSource({ health, state, author = {} }: ProbeSourceOptions): LocalProbeSource {
  let hasStarted = false
  const paths: ReadonlySet<string> = new Set([...PROBE_PATHS, ...ownPaths(health.snapshot())])
  const take = (moment: ProbeMoment): ProbeSnapshot => {
    const current = { state: state(), author, health: health.snapshot() }
    hasStarted ||= startHasSucceeded(current.state, current.health, moment)
    return { ...current, hasStarted }
  }
  return {
    snapshot: () => take(health.moment()),
    answer(path, request) {
      const moment = health.moment()
      return answerProbe(take(moment), moment, path, request)
    },
    isProbe(url) {
      const query = url.indexOf('?')
      return paths.has(query === -1 ? url : url.slice(0, query))
    },
  }
}

/** Which groups there are is known from the beginning, and stays so. */
function ownPaths({ groups }: HealthSnapshot): readonly string[] {
  return groups.filter(({ probed }) => probed).map(({ name }) => `${GROUP_PREFIX}${name}`)
}
