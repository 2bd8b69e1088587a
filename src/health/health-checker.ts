import type { RequestListener } from 'node:http'
import { type Clock, systemClock } from '../core/clock.ts'
import type { Duration } from '../core/duration.ts'
import { type Log, silentLog } from '../core/log.ts'
import { OptionReader } from '../core/option-reader.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import { CheckRunner, type StatusChange } from './check-runner.ts'
import { CHECK_TIMEOUT_MS, type HealthCheckDefinition, type HealthGroup, resolveHealthCheck } from './health-check.ts'
import { createHealthHandler, type HealthHandlerOptions } from './health-handler.ts'
import type { CheckReport, HealthReport } from './health-report.ts'
import { overallStatus, type WeighedCheck } from './health-status.ts'

export type { HealthCheckContext, HealthCheckDefinition, HealthCheckResult, HealthGroup } from './health-check.ts'
export type { HealthHandlerOptions } from './health-handler.ts'
export type { CheckReport, HealthReport } from './health-report.ts'
export type { CheckStatus, HealthStatus } from './health-status.ts'

/** How a {@link HealthChecker} behaves. Every option has a default. */
export interface HealthCheckerOptions {
  /** How long a check may run that does not say so itself: 1 ms to 10 min. @default "2s" */
  readonly defaultTimeout?: Duration
  /** Gets a line for each change of a check's status. @default nobody */
  readonly log?: Log
  /** @default the system's clock */
  readonly clock?: Clock
  /** The time of day, for the time stamp of reports. @default the system's */
  readonly timeOfDay?: () => Date
}

/**
 * Knows whether the parts of a service work. Checks run in parallel, each within its own limit, one run at a time, and
 * whatever a check does, asking for the health neither throws nor waits longer than the longest limit.
 *
 * Alone, {@link HealthChecker.checkHealth} runs the checks when it is asked. After {@link HealthChecker.start} they run
 * in the background, and {@link HealthChecker.report} answers from memory.
 *
 * @example
 * const health = new HealthChecker()
 *   .register({ name: 'database', check: ({ signal }) => pool.query('select 1', { signal }) })
 *   .register({ name: 'cache', critical: false, check: () => cache.ping() })
 * createServer(health.handler()).listen(8081)
 */
export class HealthChecker {
  readonly #runners = new Map<string, CheckRunner>()
  readonly #clock: Clock
  readonly #timeOfDay: () => Date
  readonly #defaultTimeoutMs: number
  #log: Log
  #firstRound: Promise<void> | undefined
  /** Whether every check that was there at `start()` has run once. */
  #isSettled = false

  /** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` */
  constructor(options: HealthCheckerOptions = {}) {
    const read = new OptionReader(options, 'new HealthChecker()')
    this.#defaultTimeoutMs = read.duration('defaultTimeout', { fallback: 2_000, ...CHECK_TIMEOUT_MS })
    this.#log = read.value<Log>('log') ?? silentLog
    this.#clock = read.value<Clock>('clock') ?? systemClock
    this.#timeOfDay = read.callback<() => Date>('timeOfDay') ?? (() => new Date())
    read.done()
  }

  /**
   * Adds a check. In a started checker it runs at once; until it has, it counts as failed if it is critical.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`, or `SEA_HEALTH_DUPLICATE` when the name is taken
   */
  register(definition: HealthCheckDefinition): this {
    const check = resolveHealthCheck(definition, this.#defaultTimeoutMs)
    if (this.#runners.has(check.name)) {
      throw new SeaworthyError('SEA_HEALTH_DUPLICATE', `There is already a health check called "${check.name}"`, {
        hint: 'Give each check a name of its own, or deregister the old one first.',
      })
    }
    const runner = new CheckRunner(check, this.#clock, (change) => this.#tell(change))
    this.#runners.set(check.name, runner)
    if (this.#firstRound !== undefined) void runner.refresh()
    return this
  }

  /** Takes a check out, whatever it is doing. @returns whether there was one */
  deregister(name: string): boolean {
    this.#runners.get(name)?.stop()
    return this.#runners.delete(name)
  }

  /**
   * Runs every check once, and from then on again and again in the background, without keeping the process alive.
   * Resolves when each has run once or timed out; never rejects. Every call gets the same first round.
   *
   * @param options.log gets the changes of status from now on
   */
  start(options: { readonly log?: Log } = {}): Promise<void> {
    this.#log = options.log ?? this.#log
    this.#firstRound ??= this.#runFirstRound()
    return this.#firstRound
  }

  /** Ends the background runs. What is known stays known until it is too old. */
  stop(): void {
    for (const runner of this.#runners.values()) runner.stop()
    this.#firstRound = undefined
  }

  /**
   * Runs the checks and reports. Callers at the same time share one run, and a result younger than its `maxAge` is used
   * as it is. Never rejects, and takes no longer than the longest timeout.
   */
  async checkHealth(group?: HealthGroup): Promise<HealthReport> {
    await Promise.all(this.#select(group).map((runner) => runner.runUnlessFresh()))
    return this.report(group)
  }

  /**
   * What is known now, without running anything: for a probe, which must not wait. Liveness takes no checks, so `live`
   * is always healthy.
   */
  report(group?: HealthGroup | 'live'): HealthReport {
    const reports = this.#select(group).map((runner) => [runner.definition.name, runner.report()] as const)
    const status = overallStatus(reports.map(([, report]) => this.#weigh(report)))
    return { status, timestamp: this.#timeOfDay().toISOString(), checks: Object.fromEntries(reports) }
  }

  /**
   * A listener for `node:http` and whatever takes one: 200 when healthy or degraded, 503 when unhealthy, JSON. It answers
   * GET and HEAD on whatever path it is given, and ignores queries. From memory after {@link HealthChecker.start}.
   */
  handler(options: HealthHandlerOptions = {}): RequestListener {
    return createHealthHandler(() => (this.#firstRound === undefined ? this.checkHealth() : this.report()), options)
  }

  async #runFirstRound(): Promise<void> {
    await Promise.all(this.#select().map((runner) => runner.refresh()))
    this.#isSettled = true
  }

  #select(group?: HealthGroup | 'live'): readonly CheckRunner[] {
    const all = [...this.#runners.values()]
    if (group === undefined) return all
    return group === 'live' ? [] : all.filter((runner) => runner.definition.groups.includes(group))
  }

  /** Nothing is ready before everything has been checked once, not even the optional. */
  #weigh(report: CheckReport): WeighedCheck {
    const isFirstTime = report.status === 'unknown' && !this.#isSettled
    return { status: report.status, critical: report.critical || isFirstTime }
  }

  #tell({ check, critical, from, to, message }: StatusChange): void {
    const fields = { check, critical, from, to, ...(message === undefined ? {} : { reason: message }) }
    if (to === 'healthy') {
      if (from !== 'unknown') this.#log.info(fields, `Check "${check}" is healthy again`)
    } else {
      this.#log.warn(fields, `Check "${check}" is ${to}: ${message ?? 'no reason given'}`)
    }
  }
}
