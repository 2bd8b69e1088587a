import type { LifecycleState } from '../core/lifecycle-state.ts'
import type { HealthGroup } from './health-check.ts'
import type { HealthReport } from './health-report.ts'
import { type ProbeAuthor, type ProbeVerdict, toHealthPlusJson, toPlainBody } from './probe-body.ts'
import type { ProbeAnswer, ProbeRequest, ProbeSource } from './probe-source.ts'

export type { ProbeAuthor } from './probe-body.ts'

/** The paths of the probes, as Kubernetes' own servers have them. */
export const PROBE_PATHS = ['/livez', '/readyz', '/startupz', '/healthz'] as const

export type ProbePath = (typeof PROBE_PATHS)[number]

/** What the probes are answered from. */
export interface ProbeSourceOptions {
  /** The checks, answered from memory: a `HealthChecker`. */
  readonly health: { report(group?: HealthGroup | 'live'): HealthReport }
  /** Where the service is in its life, now. */
  readonly state: () => LifecycleState
  /** Named in JSON answers with details. @default nobody */
  readonly author?: ProbeAuthor
}

/** Answers the four probes from the checks and from the state of the life cycle. */
export function createProbeSource({ health, state, author = {} }: ProbeSourceOptions): ProbeSource {
  // Once it has started, it has: what breaks later is for readiness to tell.
  let hasStarted = false
  return {
    answer(path, request) {
      const probe = toProbePath(path)
      if (probe === undefined) return undefined
      const verdict = judge(probe, state(), (group) => health.report(group))
      if (probe !== '/startupz') return toAnswer(verdict, author, request)
      hasStarted ||= verdict.status !== 'unhealthy'
      return toAnswer(hasStarted ? { ...verdict, status: 'healthy', reason: 'ok' } : verdict, author, request)
    },
  }
}

/** Whether a request's URL (with or without a query) is one of the probes. */
export function isProbePath(url: string): boolean {
  return toProbePath(url) !== undefined
}

function toProbePath(url: string): ProbePath | undefined {
  const query = url.indexOf('?')
  const path = query === -1 ? url : url.slice(0, query)
  return PROBE_PATHS.find((probe) => probe === path)
}

function judge(
  path: ProbePath,
  state: LifecycleState,
  report: (group?: HealthGroup | 'live') => HealthReport,
): ProbeVerdict {
  switch (path) {
    case '/livez':
      return alive(report('live'))
    case '/readyz':
      return ready(state, report('ready'))
    case '/startupz':
      return started(state, report('startup'))
    case '/healthz':
      return summary(state, report())
  }
}

/** Whoever can answer is alive, also while starting, draining and stopping: a restart would only make things worse. */
function alive(report: HealthReport): ProbeVerdict {
  return { probe: 'livez', status: 'healthy', reason: 'ok', report }
}

function ready(state: LifecycleState, report: HealthReport): ProbeVerdict {
  if (state !== 'ready') return { probe: 'readyz', status: 'unhealthy', reason: `not ready: ${state}`, report }
  return { probe: 'readyz', status: report.status, reason: inAWord(report), report }
}

const STARTED: ReadonlySet<LifecycleState> = new Set(['ready', 'draining', 'stopping', 'stopped'])

function started(state: LifecycleState, report: HealthReport): ProbeVerdict {
  if (!STARTED.has(state)) return { probe: 'startupz', status: 'unhealthy', reason: `not started: ${state}`, report }
  return { probe: 'startupz', status: report.status, reason: inAWord(report), report }
}

function summary(state: LifecycleState, report: HealthReport): ProbeVerdict {
  const status = state === 'failed' ? 'unhealthy' : report.status
  const reason = state === 'ready' ? inAWord(report) : `${status === 'healthy' ? 'ok' : status}: ${state}`
  return { probe: 'healthz', status, reason, report }
}

function inAWord({ status }: HealthReport): string {
  return status === 'healthy' ? 'ok' : status
}

function toAnswer(verdict: ProbeVerdict, author: ProbeAuthor, { details, verbose, accept }: ProbeRequest): ProbeAnswer {
  const status = verdict.status === 'unhealthy' ? 503 : 200
  const headers = { 'cache-control': 'no-store' }
  const json = jsonType(accept)
  if (json !== undefined) {
    return { status, contentType: json, body: toHealthPlusJson(verdict, author, { details }), headers }
  }
  const body = toPlainBody(verdict, { verbose: verbose && details })
  return { status, contentType: 'text/plain; charset=utf-8', body, headers }
}

/** JSON for those who ask for it by name; a prober sends no `accept`, or takes anything. */
function jsonType(accept = ''): string | undefined {
  if (accept.includes('application/health+json')) return 'application/health+json'
  return accept.includes('application/json') ? 'application/json' : undefined
}
