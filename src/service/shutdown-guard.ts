import { hostname } from 'node:os'
import type { Cancel } from '../core/clock.ts'
import { formatDuration } from '../core/duration.ts'
import { silentLog } from '../core/log.ts'
import { EXIT_CODE } from '../lifecycle/exit-code.ts'
import { toReportFields } from '../lifecycle/report-fields.ts'
import type { ShutdownBudget } from '../lifecycle/shutdown-budget.ts'
import type { ShutdownProgress } from '../lifecycle/shutdown-progress.ts'
import { describeReason, type ShutdownReason, type ShutdownReport, summarise } from '../lifecycle/shutdown-report.ts'
import { terminationLogPath, writeTerminationLines } from '../lifecycle/termination-log.ts'
import { Watchdog } from '../lifecycle/watchdog.ts'
import { toWatchdogDeadline, type WatchdogDeadline } from '../lifecycle/watchdog-deadline.ts'
import type { ServiceCore } from './service-core.ts'
import type { ResolvedServiceOptions } from './service-options.ts'

/** A shutdown as it begins. */
export interface BegunShutdown {
  readonly reason: ShutdownReason
  readonly budget: ShutdownBudget
  readonly progress: ShutdownProgress
  /** Counts of the components as they are now. */
  readonly figures: () => ShutdownReport['figures']
  readonly core: () => ServiceCore | undefined
}

/** How often the watching thread hears what is open, besides at every change of phase. */
const UPDATE_MS = 1000

/**
 * Ends the process when its shutdown does not. In two layers: at the end of the budget a timer writes the report with
 * everything that has not ended and exits with 1; a moment later, if the event loop is blocked and the timer could not
 * run, the watching thread does it from outside.
 */
export class ShutdownGuard {
  readonly #shutdown: BegunShutdown
  readonly #options: ResolvedServiceOptions
  readonly #watchdog: Watchdog | undefined = undefined
  readonly #cancelDeadline: Cancel
  #cancelUpdate: Cancel = () => {}

  constructor(shutdown: BegunShutdown, options: ResolvedServiceOptions) {
    this.#shutdown = shutdown
    this.#options = options
    const { budget, progress } = shutdown
    const deadline = toWatchdogDeadline(budget)
    const leftMs = Math.max(0, deadline.deadlineMs - progress.elapsedMs)
    this.#cancelDeadline = options.clock.schedule(leftMs, () => this.#force(deadline.deadlineMs), { keepAlive: false })
    if (!budget.watchdog) return
    this.#watchdog = this.#watch(deadline)
    progress.onChange = () => this.#watchdog?.update(progress.snapshot())
    this.#updateRepeatedly()
  }

  /** Writes the report of a shutdown that is cut short here and now, with whatever is known of it. Synchronous. */
  tellCutShort(failure: string, exitCode: number): void {
    const { name, env } = this.#options
    const report = this.#cutShort(failure)
    const text = `${name} ${summarise(report)}`
    const fields = { ...toReportFields(report), exitCode }
    writeTerminationLines(terminationLogPath(env), text, () => fields)
    const { logging } = this.#shutdown.core() ?? {}
    if (logging === undefined) process.stderr.write(`${text}\n`)
    else logging.writeLastWords({ shutdown: fields }, text, { level: 'error' })
  }

  /** The shutdown has ended, or somebody else ends the process: the timer lets it be. The thread watches on. */
  letGo(): void {
    this.#shutdown.progress.onChange = () => {}
    this.#cancelDeadline()
    this.#cancelUpdate()
  }

  /** Ends the thread, too. */
  async stop(): Promise<void> {
    this.letGo()
    await this.#watchdog?.stop()
  }

  #cutShort(failure: string): ShutdownReport {
    const { reason, progress, figures } = this.#shutdown
    const { open, openCount } = progress.snapshot()
    const aborted = open.map(({ name, ageMs }) => `${name} after ${formatDuration(ageMs)}`)
    if (openCount > open.length) aborted.push(`${openCount - open.length} more`)
    return {
      reason,
      phases: progress.phases(),
      aborted,
      failures: [failure],
      flushes: {},
      figures: figures(),
      tookMs: progress.elapsedMs,
      clean: false,
    }
  }

  #watch(deadline: WatchdogDeadline): Watchdog {
    const { reason, progress, core } = this.#shutdown
    const { name, env } = this.#options
    const log = core()?.logging.log
    return Watchdog.start({
      name,
      reason: describeReason(reason),
      ...deadline,
      // pino keeps these two to itself.
      fields: { service: name, ...log?.bindings(), pid: process.pid, hostname: hostname() },
      terminationLog: terminationLogPath(env),
      snapshot: progress.snapshot(),
      log: log ?? silentLog,
    })
  }

  #updateRepeatedly(): void {
    const update = (): void => {
      this.#watchdog?.update(this.#shutdown.progress.snapshot())
      this.#updateRepeatedly()
    }
    this.#cancelUpdate = this.#options.clock.schedule(UPDATE_MS, update, { keepAlive: false })
  }

  #force(deadlineMs: number): void {
    this.letGo()
    this.tellCutShort(`did not end within ${formatDuration(deadlineMs)}`, EXIT_CODE.unclean)
    this.#options.exit(EXIT_CODE.unclean)
  }
}
