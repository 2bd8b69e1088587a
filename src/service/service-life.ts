import type { LifecycleState } from '../core/lifecycle-state.ts'
import type { Log } from '../core/log.ts'
import { isSeaworthyError, SeaworthyError } from '../core/seaworthy-error.ts'
import type { HealthChecker } from '../health/health-checker.ts'
import { createProbeSource } from '../health/probes.ts'
import type { ProbeSource } from '../health/probe-source.ts'
import { DependencyGraph } from '../lifecycle/dependency-graph.ts'
import { startInOrder, type StartResult } from '../lifecycle/start-in-order.ts'
import { explainResolvedBudget } from '../lifecycle/budget-explanation.ts'
import { toCrashBudget } from '../lifecycle/crash-budget.ts'
import type { OpenWork } from '../lifecycle/open-work.ts'
import { sayProgress } from '../lifecycle/progress-lines.ts'
import { resolveShutdownBudget, type ShutdownBudget } from '../lifecycle/shutdown-budget.ts'
import {
  describeReason,
  messageOf,
  type PhaseName,
  type ShutdownReason,
  type ShutdownReport,
} from '../lifecycle/shutdown-report.ts'
import { ShutdownProgress } from '../lifecycle/shutdown-progress.ts'
import { runShutdown, type ShutdownPlan } from '../lifecycle/shutdown-sequence.ts'
import { BackgroundWork } from './background-work.ts'
import { BUDGET_PATH, budgetRoute } from '../server/admin-budget.ts'
import { abandonCore, closeCore } from './close-core.ts'
import type { ComponentNode } from './component-node.ts'
import { lateLog } from './late-log.ts'
import { toLateNode } from './late-node.ts'
import { prepareCore, type ServiceCore } from './service-core.ts'
import type { ResolvedServiceOptions } from './service-options.ts'
import type { BegunShutdown } from './shutdown-guard.ts'
import { watchTelemetry } from './telemetry-check.ts'

/** Failures of one shutdown beyond these are not kept: each has its own line in the log anyway. */
const MAX_FAILURES = 20

/** The states of a service and the way from one to the next. Start and stop run once, whoever asks and how often. */
export class ServiceLife {
  readonly probes: ProbeSource
  readonly background: BackgroundWork
  readonly #options: ResolvedServiceOptions
  readonly #nodes: ReadonlyMap<string, ComponentNode>
  readonly #health: HealthChecker
  readonly #interrupt = new AbortController()
  readonly #ended = Promise.withResolvers<ShutdownReport>()
  readonly #failures: string[] = []
  #wasReady = false
  readonly #onLogging: ((log: Log) => void)[] = []
  #drainDelayMs = 0
  #askExitCode: (report: ShutdownReport) => number | undefined = () => undefined
  #onStop: (shutdown: BegunShutdown) => void = () => {}
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
    this.background = new BackgroundWork(options.clock)
    this.probes = createProbeSource({ health, state: () => this.#state })
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
    return this.#failures.length > 0
  }

  /** Something that must have let go of the process before anything starts. */
  set startAfter(released: Promise<unknown> | undefined) {
    this.#startAfter = released
  }

  /** Told once, when a shutdown begins. */
  set onStop(listener: (shutdown: BegunShutdown) => void) {
    this.#onStop = listener
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
    // What fails in the middle of a shutdown can't begin one, but it must not be forgotten.
    const isLate = this.#stopping !== undefined && (reason.kind === 'fatal' || reason.kind === 'uncaught')
    if (isLate && this.#failures.length < MAX_FAILURES)
      this.#failures.push(`${describeReason(reason)}: ${messageOf(reason.error)}`)
    this.#stopping ??= this.#stop(reason)
    return this.#stopping
  }

  /** Ends without a shutdown and without a report, because another service takes the process over. */
  async abandon(): Promise<void> {
    await this.#starting?.catch(() => {})
    this.#state = 'stopped'
    this.#health.stop()
    if (this.#core !== undefined) abandonCore(this.#core)
  }

  async #start(): Promise<void> {
    const { clock, name } = this.#options
    if (this.#stopping !== undefined) throw interrupted(name)
    const startedAt = clock.now()
    this.#state = 'starting'
    this.#bringingUp = this.#bringUp()
    try {
      const result = await this.#bringingUp
      if (!result.ok) throw result.error
      const log = this.#core?.logging.log
      await this.#health.start(log === undefined ? {} : { log })
      if (this.#stopping !== undefined) throw interrupted(name)
      this.#state = 'ready'
      this.#wasReady = true
      const startMs = Math.round(clock.now() - startedAt)
      const fields = { startMs, admin: this.#core?.admin?.bound?.url, components: result.started }
      const failing = this.#failingChecks()
      if (failing.length === 0) log?.info(fields, `${name} is ready`)
      else log?.warn({ ...fields, failing }, `${name} has started and is not ready: ${failing.join(', ')}`)
    } catch (error) {
      if (this.#core === undefined) this.#state = 'failed'
      else {
        // With its stack, its code and its hint; the report has only its message.
        if (!isSeaworthyError(error, 'SEA_START_INTERRUPTED'))
          this.#core.logging.log.error({ err: error }, `${name} did not start`)
        await this.stop({ kind: 'failed-start', error })
      }
      throw error
    }
  }

  /** Everything of a start up to the last component. A stop that comes meanwhile waits for its end, so nothing is missed. */
  async #bringUp(): Promise<StartResult> {
    const { clock, startTimeoutMs } = this.#options
    const graph = new DependencyGraph(this.#nodes.values())
    if (this.#startAfter !== undefined) await this.#startAfter
    const core = await prepareCore(this.#options, this.probes)
    this.#core = core
    const { log } = core.logging
    for (const use of this.#onLogging.splice(0)) use(log)
    for (const warning of core.warnings) log.warn(warning)
    await core.telemetry?.start()
    core.admin?.addRoute(BUDGET_PATH, budgetRoute(core.budget))
    log.debug({ budget: core.budget }, `shutdown budget: ${explainResolvedBudget(core.budget).equation}`)
    await core.admin?.listen()
    watchTelemetry(this.#health, core.telemetry)
    return startInOrder(graph, { clock, budgetMs: startTimeoutMs, signal: this.#interrupt.signal })
  }

  async #stop(reason: ShutdownReason): Promise<ShutdownReport> {
    this.#interrupt.abort()
    const { clock, name } = this.#options
    const progress = new ShutdownProgress(clock)
    const budget = this.#budgetFor(reason)
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
      const failures = [...this.#failures, `the shutdown itself: ${messageOf(error)}`]
      return { ...NOTHING_DONE, reason, failures, tookMs: progress.elapsedMs, clean: false }
    })
    endLines()
    const exitCode = this.#askExitCode(outcome)
    const report = exitCode === undefined ? outcome : { ...outcome, exitCode }
    this.#state = reason.kind === 'failed-start' ? 'failed' : 'stopped'
    await this.#close(report).catch((error: unknown) => this.#failures.push(`closing: ${messageOf(error)}`))
    this.#ended.resolve(report)
    return report
  }

  /** Before the start has worked a budget out, the usual one: something must end a start that hangs. */
  #budgetFor({ kind }: ShutdownReason): ShutdownBudget {
    const { isTerminal } = this.#options
    const budget = this.#core?.budget ?? resolveShutdownBudget({}, { env: {}, isTerminal })
    return kind === 'uncaught' ? toCrashBudget(budget) : budget
  }

  async #close(report: ShutdownReport): Promise<void> {
    const { name, env } = this.#options
    if (this.#core !== undefined)
      await closeCore(this.#core, report, { name, env, limitMs: this.#core.budget.marginMs })
  }

  async #shutDown(reason: ShutdownReason, progress: ShutdownProgress): Promise<ShutdownReport> {
    // Why it failed is told by the start itself.
    const components = await this.#bringingUp?.catch(() => undefined)
    const core = this.#core
    if (core === undefined) return { ...NOTHING_DONE, reason, tookMs: progress.elapsedMs, clean: true }
    const { clock, finalFlush } = this.#options
    const started = new Set(components?.started)
    const late = components?.ok === false ? components.late : new Map<string, Promise<unknown>>()
    const nodes = [...this.#nodes.values()].flatMap((node) => {
      if (node.isOpen?.() === true) return [node]
      const coming = late.get(node.name)
      if (coming !== undefined) return [toLateNode(node, coming)]
      return started.has(node.name) ? [node] : []
    })
    const budget = this.#budgetFor(reason)
    const onPhase = (phase: PhaseName): void => this.#enter(phase)
    const plan = this.#toPlan(nodes, finalFlush)
    this.#drainDelayMs = plan.hasListeners ? budget.drainDelayMs : 0
    return runShutdown(plan, { clock, budget, reason, onPhase, progress })
  }

  #toPlan(nodes: readonly ComponentNode[], finalFlush: ShutdownPlan['finalFlush']): ShutdownPlan {
    return {
      announce: nodes.flatMap((node) => (node.announce === undefined ? [] : [{ name: node.name, run: node.announce }])),
      // A service that never became ready was never discovered, so nobody has to notice that it goes.
      hasListeners: this.#wasReady && nodes.some((node) => node.kind === 'listener'),
      finish: this.background.finishAfter(
        nodes.flatMap((node) => (node.finish === undefined ? [] : [{ name: node.name, run: node.finish }])),
      ),
      aborted: () => [...nodes.flatMap((node) => node.aborted?.() ?? []), ...this.background.aborted()],
      openWork: () => [
        ...nodes.flatMap((node) => (node.openWork?.() ?? []).map((work) => named(node, work))),
        ...this.background.openWork().map((work) => named(this.background, work)),
      ],
      figures: () => toFigures([...nodes, this.background]),
      stop: new DependencyGraph(nodes),
      failures: () => this.#failures,
      finalFlush,
    }
  }

  /** Critical checks that say no, by name. */
  #failingChecks(): readonly string[] {
    const { checks } = this.#health.report('ready')
    return Object.entries(checks).flatMap(([name, { status, critical }]) =>
      critical && status !== 'healthy' && status !== 'degraded' ? [name] : [],
    )
  }

  #enter(phase: PhaseName): void {
    if (phase === 'announce') this.#state = 'draining'
    if (phase === 'finish') this.#state = 'stopping'
    if (phase === 'stop') this.#health.stop()
  }
}

/** The report of a shutdown in which nothing could be done. */
const NOTHING_DONE = { phases: [], aborted: [], flushes: {}, figures: {} } as const

function toFigures(
  counting: Iterable<{ readonly name: string; readonly figures?: () => ShutdownReport['figures'][string] | undefined }>,
): ShutdownReport['figures'] {
  const all = [...counting].map((each) => [each.name, each.figures?.()] as const)
  return Object.fromEntries(all.flatMap(([name, figures]) => (figures === undefined ? [] : [[name, figures]])))
}

/** Whose work it is, as the report will name it if it has to be cut. */
function named({ name, namesItsWork }: Pick<ComponentNode, 'name' | 'namesItsWork'>, work: OpenWork): OpenWork {
  return namesItsWork === true ? work : { ...work, name: `${name}: ${work.name}` }
}

function interrupted(name: string): SeaworthyError {
  return new SeaworthyError(
    'SEA_START_INTERRUPTED',
    `The start of "${name}" was given up because a shutdown was asked for`,
  )
}
