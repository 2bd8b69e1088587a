import { type Meter, metrics, type BatchObservableResult, type Counter } from '@opentelemetry/api'
import type { Log } from '../core/log.ts'
import type { StatusChange } from './check-runner.ts'
import type { ResolvedHealthCheck } from './health-check.ts'
import type { HealthReport } from './health-report.ts'
import { type CheckStatus, type HealthStatus, overallStatus, type WeighedCheck } from './health-status.ts'
import { type HealthSnapshot, type ProbeMoment, reportOf } from './probe-snapshot.ts'

/** A check, or a group of them, that counts as something else from now on. Told once for each change. */
export interface HealthTransition {
  readonly kind: 'check' | 'group'
  /** The name of the check or of the group. */
  readonly name: string
  /** What it counted as; `unknown` the first time. The next transition of the same name begins with this one's `to`. */
  readonly from: CheckStatus
  readonly to: HealthStatus
  /**
   * Since when it is so, ISO 8601: for a check, when the first of the results came that led to it, which with hysteresis
   * is some time ago.
   */
  readonly since: string
  /** How long it had counted as `from`, in milliseconds. Absent the first time. */
  readonly lastedMs?: number
  /** Of a check: what it said. Of a group: the checks that are not healthy. Credentials are hidden, hosts can be named. */
  readonly reason?: string
  /** Whether the check is critical; a group is. */
  readonly critical: boolean
}

/**
 * Is told of each change of what a check or a group counts as. What it throws, or rejects with, is logged, and changes
 * nothing. Nobody waits for it.
 */
export type HealthTransitionListener = (transition: HealthTransition) => void

/** Where events take what is known from: a checker. */
export interface HealthEventSource {
  snapshot(): HealthSnapshot
  moment(): ProbeMoment
}

/** Statuses as numbers, so that the minimum of several is the worst of them. */
const STATUS_VALUE = { healthy: 1, degraded: 0.5, unhealthy: 0, unknown: -1 } as const satisfies Record<
  CheckStatus,
  number
>

/** Tells of changes: to the log, to listeners and as metrics, each change once, and none of them can hurt a check. */
export class HealthEvents {
  readonly #source: HealthEventSource
  readonly #groups: readonly string[]
  readonly #listeners = new Set<HealthTransitionListener>()
  /** What was last told of each group, and since when, on the clock. */
  readonly #told = new Map<string, { readonly status: HealthStatus; readonly at: number }>()
  #log: Log
  #counter: Counter | undefined
  #unobserve: (() => void) | undefined

  constructor(source: HealthEventSource, groups: readonly string[], log: Log) {
    this.#source = source
    this.#groups = groups
    this.#log = log
  }

  set log(log: Log) {
    this.#log = log
  }

  subscribe(listener: HealthTransitionListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Shows the statuses as metrics of whatever OpenTelemetry provider there is now, until {@link stop}. */
  start(): void {
    if (this.#unobserve !== undefined) return
    quietly(() => {
      const meter = metrics.getMeter('seaworthy')
      this.#counter = meter.createCounter('seaworthy.health.transitions', {
        description: 'Changes of what a check or a group counts as.',
        unit: '{transition}',
      })
      this.#unobserve = observeStatuses(meter, this.#source, this.#groups)
    })
  }

  stop(): void {
    quietly(() => this.#unobserve?.())
    this.#unobserve = undefined
  }

  /** A check counts as something else. */
  checkChanged(check: ResolvedHealthCheck, change: StatusChange): void {
    quietly(() => this.#tellOfCheck(check, change))
  }

  /** Looks whether a group counts as something else, once everything has been checked for the first time. */
  review(): void {
    quietly(() => this.#reviewGroups())
  }

  #tellOfCheck({ name, critical }: ResolvedHealthCheck, change: StatusChange): void {
    const { from, to, message, since, lastedMs } = change
    const reason = message === undefined ? {} : { reason: message }
    const lasted = lastedMs === undefined ? {} : { lastedMs }
    const iso = this.#timeOf(since)
    this.#tell({ kind: 'check', name, from, to, since: iso, ...lasted, ...reason, critical })
    const fields = {
      event: 'health.check',
      check: name,
      critical,
      from,
      to,
      since: iso,
      ...lasted,
      ...reason,
    }
    if (to !== 'healthy') this.#write('warn', fields, `Check "${name}" is ${to}: ${message ?? 'no reason given'}`)
    else if (from !== 'unknown') this.#write('info', fields, `Check "${name}" is healthy again`)
  }

  #reviewGroups(): void {
    const snapshot = this.#source.snapshot()
    if (!snapshot.isSettled) return
    const moment = this.#source.moment()
    for (const group of this.#groups) this.#reviewGroup(group, snapshot, moment)
  }

  #reviewGroup(name: string, snapshot: HealthSnapshot, moment: ProbeMoment): void {
    const { status: to, checks } = reportOf(snapshot, moment, name)
    const told = this.#told.get(name)
    if (told?.status === to) return
    this.#told.set(name, { status: to, at: moment.nowMs })
    const since = new Date(moment.timeOfDayMs).toISOString()
    const lasted = told === undefined ? {} : { lastedMs: moment.nowMs - told.at }
    const failing = namesOfFailing(checks, to)
    const reason = failing.length === 0 ? {} : { reason: failing.join(', ') }
    const from = told?.status ?? 'unknown'
    this.#tell({ kind: 'group', name, from, to, since, ...lasted, ...reason, critical: true })
    // The first time, its checks have just been told of.
    if (told === undefined) return
    const fields = { event: 'health.group', group: name, from, to, since, ...lasted, ...reason }
    if (to === 'healthy') this.#write('info', fields, `Group "${name}" is healthy again`)
    else this.#write('warn', fields, `Group "${name}" is ${to}: ${failing.join(', ')}`)
  }

  #tell(transition: HealthTransition): void {
    const { kind, name, from, to } = transition
    quietly(() => this.#counter?.add(1, { [kind]: name, from, to }))
    const failed = (error: unknown): void =>
      this.#write('error', { err: error }, 'A listener for changes of health threw')
    for (const listener of this.#listeners) {
      quietly(() => {
        const answer: unknown = listener(transition)
        // One that is async rejects: nobody waits for it, and unheard that would end the process.
        if (answer instanceof Promise) answer.catch(failed)
      }, failed)
    }
  }

  #write(level: 'info' | 'warn' | 'error', fields: object, message: string): void {
    quietly(() => this.#log[level](fields, message))
  }

  #timeOf(at: number): string {
    const { nowMs, timeOfDayMs } = this.#source.moment()
    return new Date(timeOfDayMs - (nowMs - at)).toISOString()
  }
}

/** Those that make the group what it counts as come first: whoever is woken by it looks there. */
function namesOfFailing(checks: HealthReport['checks'], groupStatus: HealthStatus): readonly string[] {
  const failing = Object.entries(checks).filter(([, { status }]) => status !== 'healthy')
  const weight = (check: WeighedCheck): number => (overallStatus([check]) === groupStatus ? 0 : 1)
  return failing.toSorted(([, a], [, b]) => weight(a) - weight(b)).map(([name]) => name)
}

function observeStatuses(meter: Meter, source: HealthEventSource, groups: readonly string[]): () => void {
  const values = '1 healthy, 0.5 degraded, 0 unhealthy, -1 unknown'
  const checkStatus = meter.createObservableGauge('seaworthy.health.status', {
    description: `What each check counts as: ${values}.`,
  })
  const groupStatus = meter.createObservableGauge('seaworthy.health.group.status', {
    description: `What each group of checks counts as: ${values}.`,
  })
  const observe = (result: BatchObservableResult): void => {
    const snapshot = source.snapshot()
    const moment = source.moment()
    for (const [check, { status, critical }] of Object.entries(reportOf(snapshot, moment).checks)) {
      result.observe(checkStatus, STATUS_VALUE[status], { check, critical })
    }
    for (const group of groups) {
      result.observe(groupStatus, STATUS_VALUE[reportOf(snapshot, moment, group).status], { group })
    }
  }
  meter.addBatchObservableCallback(observe, [checkStatus, groupStatus])
  return () => meter.removeBatchObservableCallback(observe, [checkStatus, groupStatus])
}

/** Nobody who is told of health can hurt it. */
function quietly(work: () => void, onError: (error: unknown) => void = () => {}): void {
  try {
    work()
  } catch (error) {
    onError(error)
  }
}
