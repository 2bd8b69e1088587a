import type { IncomingMessage, RequestListener } from 'node:http'
import { type Clock, systemClock } from '../core/clock.ts'
import { type Log, silentLog } from '../core/log.ts'
import { OptionReader } from '../core/option-reader.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import { CheckRunner } from './check-runner.ts'
import {
  DEFAULT_THRESHOLDS,
  type HealthCheckDefinition,
  HEALTH_GROUPS,
  type HealthGroup,
  type HealthThresholds,
  readOwnGroups,
  readThresholds,
  type ResolvedHealthCheck,
  type ResolvedThresholds,
  resolveHealthCheck,
} from './health-check.ts'
import type { HealthCheckerOptions } from './health-checker-options.ts'
import { HealthEvents, type HealthTransitionListener } from './health-events.ts'
import type { HealthHandlerOptions } from './health-handler.ts'
import type { HealthReport } from './health-report.ts'
import { type GroupSnapshot, type HealthSnapshot, type ProbeMoment, reportOf } from './probe-snapshot.ts'

interface Registered {
  /** As it was given, for when thresholds change. */
  readonly definition: HealthCheckDefinition<string>
  readonly runner: CheckRunner
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
export class HealthChecker<const Own extends string = never> {
  readonly #checks = new Map<string, Registered>()
  readonly #clock: Clock
  readonly #timeOfDay: () => Date
  readonly #ownDefaults: ResolvedThresholds
  readonly #groups: readonly GroupSnapshot[]
  readonly #events: HealthEvents
  readonly #onUpdate = new Set<() => void>()
  #thresholds: HealthThresholds = {}
  #defaults: ResolvedThresholds
  /** Whether checks that are added run by themselves: from the beginning of the first round on. */
  #isStarted = false
  #firstRound: Promise<void> | undefined
  /** Whether every check that was there at `start()` has run once. */
  #isSettled = false

  /** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` */
  constructor(options: HealthCheckerOptions<Own> = {}) {
    const read = new OptionReader(options, 'new HealthChecker()')
    const timeoutMs = read.duration('defaultTimeout', { fallback: DEFAULT_THRESHOLDS.timeoutMs, min: 1, max: 600_000 })
    this.#ownDefaults = { ...DEFAULT_THRESHOLDS, timeoutMs }
    this.#defaults = this.#ownDefaults
    this.#groups = readOwnGroups(read)
    const log = read.value<Log>('log') ?? silentLog
    this.#clock = read.value<Clock>('clock') ?? systemClock
    this.#timeOfDay = read.callback<() => Date>('timeOfDay') ?? (() => new Date())
    read.done()
    this.#events = new HealthEvents(this, [...HEALTH_GROUPS, ...this.#ownGroupNames()], log)
  }

  /**
   * Adds a check. In a started checker it runs at once; until it has, it counts as failed if it is critical.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`, or `SEA_HEALTH_DUPLICATE` when the name is taken
   */
  register(definition: HealthCheckDefinition<Own>): this {
    const check = this.#resolve(definition, this.#thresholds, this.#defaults)
    if (this.#checks.has(check.name)) {
      throw new SeaworthyError('SEA_HEALTH_DUPLICATE', `There is already a health check called "${check.name}"`, {
        hint: 'Give each check a name of its own, or deregister the old one first.',
      })
    }
    const runner = new CheckRunner(check, this.#clock, {
      changed: (change) => this.#events.checkChanged(runner.definition, change),
      ran: () => this.#updated(),
    })
    this.#checks.set(check.name, { definition: { ...definition }, runner })
    if (this.#isStarted) void runner.refresh()
    this.#updated()
    return this
  }

  /**
   * Adds a check in the place of the one with its name, if there is one: what that counted as holds until the new one has
   * run, so that nobody is told of a change that is none.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
   */
  replace(definition: HealthCheckDefinition<Own>): this {
    const check = this.#resolve(definition, this.#thresholds, this.#defaults)
    const known = this.#checks.get(check.name)
    if (known === undefined) return this.register(definition)
    this.#checks.set(check.name, { definition: { ...definition }, runner: known.runner })
    known.runner.replace(check)
    this.#updated()
    return this
  }

  /** Takes a check out, whatever it is doing. @returns whether there was one */
  deregister(name: string): boolean {
    this.#checks.get(name)?.runner.stop()
    const isGone = this.#checks.delete(name)
    if (isGone) this.#updated()
    return isGone
  }

  /**
   * Changes limits while checks run: what is named holds from now on, for a wait that is under way, too; what is not
   * named is again what the definitions and defaults say. A value by a check's name goes before its definition, one for
   * all only before the defaults. Either all of it holds, or, when something is wrong, none.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem, also for the name of a check there is not
   *
   * @example
   * health.setThresholds({ fall: 5, checks: { database: { timeout: '500ms', interval: '5s' } } })
   */
  setThresholds(thresholds: HealthThresholds): void {
    const read = new OptionReader(thresholds, 'health.setThresholds()')
    const defaults = readThresholds(read, this.#ownDefaults)
    const byName = new OptionReader(read.value('checks') ?? {}, '"checks"')
    for (const name of this.#checks.keys()) {
      const inner = new OptionReader(byName.value<unknown>(name) ?? {}, `"${name}"`)
      readThresholds(inner, defaults)
      byName.include(inner)
    }
    read.include(byName)
    read.done()
    // Kept as a copy: what the caller does with his object later changes nothing.
    const kept = structuredClone(thresholds)
    const resolved = [...this.#checks.values()].map(
      ({ definition, runner }) => [runner, this.#resolve(definition, kept, defaults)] as const,
    )
    this.#thresholds = kept
    this.#defaults = defaults
    for (const [runner, check] of resolved) runner.redefine(check)
    this.#updated()
  }

  /**
   * Calls `listener` for each change of what a check or a group counts as, once. What it throws is logged.
   *
   * @returns takes it back
   */
  onTransition(listener: HealthTransitionListener): () => void {
    return this.#events.subscribe(listener)
  }

  /**
   * Calls `listener` whenever a {@link HealthChecker.snapshot} would say something new: after each run of a check, and
   * after checks or limits have changed. Not when only time has passed.
   *
   * @returns takes it back
   */
  onUpdate(listener: () => void): () => void {
    this.#onUpdate.add(listener)
    return () => void this.#onUpdate.delete(listener)
  }

  /**
   * Runs every check once, and from then on again and again in the background, without keeping the process alive.
   * Resolves when each has run once or timed out; never rejects. Every call gets the same first round.
   *
   * @param options.log gets the changes of status from now on
   */
  start(options: { readonly log?: Log } = {}): Promise<void> {
    if (options.log !== undefined) this.#events.log = options.log
    this.#events.start()
    this.#isStarted = true
    this.#firstRound ??= this.#runFirstRound()
    return this.#firstRound
  }

  /** Ends the background runs. What is known stays known until it is too old. */
  stop(): void {
    for (const { runner } of this.#checks.values()) runner.stop()
    this.#events.stop()
    this.#isStarted = false
    this.#firstRound = undefined
  }

  /**
   * Runs the checks and reports. Callers at the same time share one run, and a result younger than its `maxAge` is used
   * as it is. Never rejects, and takes no longer than the longest timeout.
   */
  async checkHealth(group?: HealthGroup<Own>): Promise<HealthReport> {
    await Promise.all(this.#select(group).map((runner) => runner.runUnlessFresh()))
    return this.report(group)
  }

  /** Runs one check now, or joins the run that is under way: for one that would say something else than before. */
  async refresh(name: string): Promise<void> {
    await this.#checks.get(name)?.runner.run()
  }

  /**
   * What is known now, without running anything: for a probe, which must not wait. Liveness takes no checks, so `live`
   * is always healthy.
   */
  report(group?: HealthGroup<Own> | 'live'): HealthReport {
    return reportOf(this.snapshot(), this.moment(), group)
  }

  /** What is remembered now, as plain data; with a {@link HealthChecker.moment} it makes a report, in any thread. */
  snapshot(): HealthSnapshot {
    const checks = [...this.#checks.values()].map(({ runner }) => runner.snapshot())
    return { isSettled: this.#isSettled, groups: this.#groups, checks }
  }

  /** Now, on the clock of the checks and by the time of day. */
  moment(): ProbeMoment {
    return { nowMs: this.#clock.now(), timeOfDayMs: this.#timeOfDay().getTime() }
  }

  /**
   * A listener for `node:http` and whatever takes one: 200 when healthy or degraded, 503 when unhealthy, JSON. It answers
   * GET and HEAD on whatever path it is given, and ignores queries. From memory after {@link HealthChecker.start}.
   */
  handler(options: HealthHandlerOptions = {}): RequestListener {
    const mayKnow = readDetails(options)
    const current = (): HealthReport | Promise<HealthReport> =>
      this.#firstRound === undefined ? this.checkHealth() : this.report()
    return (request, response) => {
      // Loaded with the first request: a service has probes instead.
      import('./health-handler.ts')
        .then(({ answerHealth }) => answerHealth(request, response, current, mayKnow))
        .catch(() => response.destroy())
    }
  }

  async #runFirstRound(): Promise<void> {
    await Promise.all(this.#select().map((runner) => runner.refresh()))
    this.#isSettled = true
    this.#updated()
  }

  #select(group?: string): readonly CheckRunner[] {
    const all = [...this.#checks.values()].map(({ runner }) => runner)
    if (group === undefined) return all
    return group === 'live' ? [] : all.filter((runner) => runner.definition.groups.includes(group))
  }

  #resolve(
    definition: HealthCheckDefinition<string>,
    { checks }: HealthThresholds,
    defaults: ResolvedThresholds,
  ): ResolvedHealthCheck {
    const own = resolveHealthCheck(definition, defaults, this.#ownGroupNames())
    const named = checks !== undefined && Object.hasOwn(checks, own.name) ? checks[own.name] : undefined
    return named === undefined ? own : Object.freeze({ ...own, ...readThresholds(new OptionReader(named, ''), own) })
  }

  #ownGroupNames(): readonly string[] {
    return this.#groups.map(({ name }) => name)
  }

  #updated(): void {
    this.#events.review()
    for (const listener of this.#onUpdate) {
      try {
        listener()
      } catch {
        // Whoever follows along can not hurt a check.
      }
    }
  }
}

/** A `details` that throws decides for no. */
function readDetails(options: HealthHandlerOptions): (request: IncomingMessage) => boolean {
  const read = new OptionReader(options, 'health.handler()')
  const details = read.value<unknown>('details') ?? false
  if (typeof details !== 'boolean' && typeof details !== 'function') {
    read.problem('"details" is neither true, false nor a function')
  }
  read.done()
  if (typeof details !== 'function') return () => details === true
  return (request) => {
    try {
      return details(request) === true
    } catch {
      return false
    }
  }
}
