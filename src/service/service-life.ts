import { existsSync } from 'node:fs'
import type { LifecycleState } from '../core/lifecycle-state.ts'
import type { Log } from '../core/log.ts'
import { isSeaworthyError } from '../core/seaworthy-error.ts'
import { settleWithin } from '../core/wait.ts'
import type { HealthChecker } from '../health/health-checker.ts'
import { createProbeSource, type LocalProbeSource } from '../health/probe-snapshot.ts'
import { attempt } from '../lifecycle/attempt.ts'
import { sayProgress } from '../lifecycle/progress-lines.ts'
import { resolveShutdownBudget, type ShutdownBudget, toCrashBudget } from '../lifecycle/shutdown-budget.ts'
import { messageOf, type PhaseName, type ShutdownReason, type ShutdownReport } from '../lifecycle/shutdown-report.ts'
import { ShutdownProgress } from '../lifecycle/shutdown-progress.ts'
import { runShutdown } from '../lifecycle/shutdown-sequence.ts'
import type { OpenWork } from '../lifecycle/open-work.ts'
import type { StartResult } from '../lifecycle/start-in-order.ts'
import { BackgroundWork } from './background-work.ts'
import { bringUp, interrupted, rejectedBy, tellReady } from './bring-up.ts'
import { abandonCore, closeCore } from './close-core.ts'
import type { ComponentNode } from './component-node.ts'
import { LiveConfig } from './live-config.ts'
import { LateFailures, lateLog } from './late-failures.ts'
import { flushWaitingLines } from './log-flush.ts'
import { nodesToEnd } from './nodes-to-end.ts'
import type { ServiceCore } from './service-core.ts'
import type { ResolvedServiceOptions } from './service-options.ts'
import type { BegunShutdown } from './shutdown-guard.ts'
import { openWorkOf, toFigures, toShutdownPlan } from './shutdown-plan.ts'

/** The states of a service and the way from one to the next. Start and stop run once, whoever asks and how often. */
export class ServiceLife {
  readonly probes: LocalProbeSource
  readonly background: BackgroundWork
  readonly live: LiveConfig
  readonly #options: ResolvedServiceOptions
  readonly #nodes: ReadonlyMap<string, ComponentNode>
  readonly #health: HealthChecker
  readonly #interrupt = new AbortController()
  readonly #giveUp = new AbortController()
  readonly #hurry = new AbortController()
  readonly #ended = Promise.withResolvers<ShutdownReport>()
  readonly #failures = new LateFailures()
  #wasReady = false
  readonly #onLogging: ((log: Log) => void)[] = []
  #drainDelayMs = 0
  #askExitCode: (report: ShutdownReport) => number | undefined = () => undefined
  #onStop: (shutdown: BegunShutdown) => void = () => {}
  #onProbes: () => void = () => {}
  #state: LifecycleState = 'created'
  #core: ServiceCore | undefined
  #starting: Promise<void> | undefined
  #startAfter: Promise<unknown> | undefined
  #bringingUp: Promise<StartResult> | undefined
  #stopping: Promise<ShutdownReport> | undefined

  constructor(options: ResolvedServiceOptions, nodes: ReadonlyMap<string, ComponentNode>, health: HealthChecker) {
    this.#options = options
    this.#nodes = nodes
    this.#health = health
    this.live = new LiveConfig(options, health, { state: () => this.#state, nodes })
    this.background = new BackgroundWork(options.clock, this.live.around)
    health.onUpdate(() => this.#tellProbes())
    const { name, version, env } = options
    const author = { service: env['OTEL_SERVICE_NAME'] ?? name, ...(version === undefined ? {} : { version }) }
    this.probes = createProbeSource({ health, state: () => this.#state, author })
  }

  get state(): LifecycleState {
    return this.#state
  }

  get core(): ServiceCore | undefined {
    return this.#core
  }

  /** How long listeners go on accepting in the shutdown that has begun. */
  get drainDelayMs(): number {
    return this.#drainDelayMs
  }

  /** Whether something failed after the shutdown had begun, up to now. */
  get hasFailedLate(): boolean {
    return this.#failures.messages.length > 0
  }

  openWork(): readonly OpenWork[] {
    return openWorkOf(this.#nodes.values(), this.background)
  }

  /** Something that must have let go of the process before anything starts. */
  set startAfter(released: Promise<unknown> | undefined) {
    this.#startAfter = released
  }

  /** Told once, when a shutdown begins. */
  set onStop(listener: (shutdown: BegunShutdown) => void) {
    this.#onStop = listener
  }

  /** Told whenever a probe may be answered otherwise than before. */
  set onProbes(listener: () => void) {
    this.#onProbes = listener
  }

  /** Asked once, when everything has ended: a code to exit with instead of the one of the contract. */
  set exitCode(ask: (report: ShutdownReport) => number | undefined) {
    this.#askExitCode = ask
  }

  /** Calls back with the log, now or as soon as there is one. */
  whenLogging(use: (log: Log) => void): void {
    if (this.#core === undefined) this.#onLogging.push(use)
    else use(this.#core.logging.log)
  }

  /** Resolves when a shutdown has ended, whatever began it. */
  get ended(): Promise<ShutdownReport> {
    return this.#ended.promise
  }

  start(): Promise<void> {
    this.#starting ??= this.#start()
    return this.#starting
  }

  stop(reason: ShutdownReason): Promise<ShutdownReport> {
    if (this.#stopping !== undefined) this.#failures.note(reason)
    // Nobody knows what state it has left: nothing new is taken, whatever began the shutdown.
    if (reason.kind === 'uncaught') this.#hurry.abort()
    this.#stopping ??= this.#stop(reason)
    return this.#stopping
  }

  /** Ends without a shutdown and without a report, because another service takes the process over. */
  async abandon(): Promise<void> {
    await this.#starting?.catch(() => {})
    void this.live.close()
    this.#turnTo('stopped')
    this.#health.stop()
    if (this.#core !== undefined) abandonCore(this.#core)
  }

  async #start(): Promise<void> {
    const { clock, name } = this.#options
    if (this.#stopping !== undefined) throw interrupted(name)
    const startedAt = clock.now()
    this.#turnTo('starting')
    this.#bringingUp = this.#bringUp()
    try {
      const result = await Promise.race([this.#bringingUp, rejectedBy(this.#giveUp.signal)])
      if (!result.ok) throw result.error
      const core = this.#core
      this.live.hasStarted()
      await this.#health.start(core === undefined ? {} : { log: core.logging.log })
      if (this.#stopping !== undefined) throw interrupted(name)
      this.#turnTo('ready')
      this.#wasReady = true
      this.live.begin()
      const startMs = clock.now() - startedAt
      if (core !== undefined) tellReady(core, this.#health, { name, startMs, components: result.started })
    } catch (error) {
      if (this.#core === undefined) {
        this.#turnTo('failed')
        void this.live.close()
      } else {
        // With its stack, its code and its hint; the report has only its message.
        if (!isSeaworthyError(error, 'SEA_START_INTERRUPTED'))
          this.#core.logging.log.error({ err: error }, `${name} did not start`)
        await this.stop({ kind: 'failed-start', error })
      }
      throw error
    }
  }

  /** A stop that comes meanwhile waits for the end of it, so nothing is missed. */
  #bringUp(): Promise<StartResult> {
    return bringUp({
      options: this.#options,
      nodes: this.#nodes.values(),
      health: this.#health,
      probes: this.probes,
      live: this.live,
      after: this.#startAfter,
      signal: this.#interrupt.signal,
      givenUp: this.#giveUp.signal,
      onCore: (core) => {
        this.#core = core
        for (const use of this.#onLogging.splice(0)) use(core.logging.log)
      },
    })
  }

  async #stop(reason: ShutdownReason): Promise<ShutdownReport> {
    this.#interrupt.abort()
    void this.live.close()
    // At once: another thread answers the probes, and does not wait for what this one has to do first.
    if (this.#state === 'ready') this.#turnTo('draining')
    const { clock, name } = this.#options
    const progress = new ShutdownProgress(clock)
    const budget = this.#budgetFor(reason)
    // Known from the first moment: whoever ends the process before the announcement cuts it all the same.
    progress.follow(() => this.openWork())
    this.#onStop({
      reason,
      budget,
      progress,
      core: () => this.#core,
      figures: () => toFigures([...this.#nodes.values(), this.background]),
    })
    const log = lateLog(() => this.#core?.logging.log)
    const endLines = sayProgress(progress, { clock, log, name, totalMs: budget.totalMs })
    const outcome = await this.#shutDown(reason, progress).catch((error: unknown): ShutdownReport => {
      // Nothing in there should throw. If it does, the process must end all the same, and say why.
      const failures = [...this.#failures.messages, `the shutdown itself: ${messageOf(error)}`]
      return { ...NOTHING_DONE, reason, failures, tookMs: progress.elapsedMs, clean: false }
    })
    endLines()
    const exitCode = this.#askExitCode(outcome)
    const report = exitCode === undefined ? outcome : { ...outcome, exitCode }
    this.#turnTo(reason.kind === 'failed-start' ? 'failed' : 'stopped')
    await this.#close(report).catch((error: unknown) => this.#failures.add('closing', error))
    this.#ended.resolve(report)
    return report
  }

  /**
   * Before the start has worked a budget out, what the options say, and the usual one where they are wrong: something
   * must end a start that hangs.
   */
  #budgetFor({ kind }: ShutdownReason): ShutdownBudget {
    const { isTerminal, env, shutdown } = this.#options
    const around = { env, isTerminal, pid: process.pid, hasFile: existsSync }
    const budget =
      this.#core?.budget ??
      attempt(() => resolveShutdownBudget(shutdown, around)) ??
      resolveShutdownBudget({}, { env: {}, isTerminal })
    return kind === 'uncaught' ? toCrashBudget(budget) : budget
  }

  async #close(report: ShutdownReport): Promise<void> {
    const { name, env } = this.#options
    if (this.#core !== undefined)
      await closeCore(this.#core, report, { name, env, limitMs: this.#core.budget.marginMs })
  }

  async #shutDown(reason: ShutdownReason, progress: ShutdownProgress): Promise<ShutdownReport> {
    const components = await this.#endStart(this.#budgetFor(reason).stopMs)
    if (this.#core === undefined) {
      const done = { ...NOTHING_DONE, reason, tookMs: progress.elapsedMs }
      const { aborted: isGivenUp, reason: why } = this.#giveUp.signal
      return isGivenUp ? { ...done, failures: [messageOf(why)], clean: false } : { ...done, clean: true }
    }
    const { clock, finalFlush } = this.#options
    const budget = this.#budgetFor(reason)
    const plan = toShutdownPlan(nodesToEnd(this.#nodes.values(), components), {
      background: this.background,
      wasReady: this.#wasReady,
      failures: () => this.#failures.messages,
      finalFlush,
    })
    this.#drainDelayMs = plan.hasListeners ? budget.drainDelayMs : 0
    const { signal: hurry } = this.#hurry
    return runShutdown(plan, { clock, budget, reason, onPhase: (phase) => this.#enter(phase), progress, hurry })
  }

  /** What the start came to. While not even its configuration is there, nothing has started: that may hang, and is given up. */
  async #endStart(limitMs: number): Promise<StartResult | undefined> {
    // Why it failed is told by the start itself.
    const ended = this.#bringingUp?.catch(() => undefined)
    const settled = await settleWithin(this.#options.clock, limitMs, () => ended)
    if (settled.outcome === 'done' || this.#core !== undefined) return ended
    this.#giveUp.abort(interrupted(this.#options.name, limitMs))
    return undefined
  }

  #turnTo(state: LifecycleState): void {
    this.#state = state
    this.#tellProbes()
  }

  #tellProbes(): void {
    this.#core?.admin?.refreshProbes()
    this.#onProbes()
  }

  #enter(phase: PhaseName): void {
    if (phase === 'announce') this.#turnTo('draining')
    if (phase === 'finish') this.#turnTo('stopping')
    if (phase === 'stop') this.#health.stop()
    if (phase === 'flush' && this.#core !== undefined) flushWaitingLines(this.#options.finalFlush, this.#core.logging)
  }
}

/** The report of a shutdown in which nothing could be done. */
const NOTHING_DONE = { phases: [], aborted: [], flushes: {}, figures: {} } as const
