import { hostname } from 'node:os'
import { formatDuration } from '../core/duration.ts'
import { silentLog } from '../core/log.ts'
import { EnforcedDeadline, toWatchdogDeadline } from '../lifecycle/enforced-deadline.ts'
import { EXIT_CODE } from '../lifecycle/exit-code.ts'
import { toReportFields } from '../lifecycle/report-fields.ts'
import type { ShutdownBudget } from '../lifecycle/shutdown-budget.ts'
import type { ShutdownProgress } from '../lifecycle/shutdown-progress.ts'
import { describeReason, type ShutdownReason, type ShutdownReport, summarise } from '../lifecycle/shutdown-report.ts'
import { terminationLogPath, writeTerminationLines } from '../lifecycle/termination-log.ts'
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

/** Ends the process when its shutdown does not, with a report of everything that has not ended. */
export class ShutdownGuard {
  readonly #shutdown: BegunShutdown
  readonly #options: ResolvedServiceOptions
  readonly #deadline: EnforcedDeadline

  constructor(shutdown: BegunShutdown, options: ResolvedServiceOptions) {
    this.#shutdown = shutdown
    this.#options = options
    const { budget, progress, reason, core } = shutdown
    const { clock, env, name } = options
    const log = core()?.logging.log
    const deadline = toWatchdogDeadline(budget)
    // pino keeps the last two to itself.
    const fields = { service: name, ...log?.bindings(), pid: process.pid, hostname: hostname() }
    const terminationLog = terminationLogPath(env)
    const evidence = core()?.crash?.pathOf('blocked')
    this.#deadline = EnforcedDeadline.begin({
      clock,
      progress,
      ...deadline,
      onDeadline: () => this.#force(deadline.deadlineMs),
      ...(budget.watchdog
        ? {
            watchdog: { name, reason: describeReason(reason), fields, terminationLog, evidence, log: log ?? silentLog },
          }
        : {}),
    })
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

  /** Somebody wants the process gone now: the report says what that cuts. Synchronous. */
  tellSecondSignal(signal: NodeJS.Signals, exitCode: number): void {
    this.letGo()
    this.tellCutShort(`a second signal, ${signal}: left at once`, exitCode)
  }

  /** The shutdown has ended, or somebody else ends the process: the timer lets it be. The thread watches on. */
  letGo(): void {
    this.#deadline.letGo()
  }

  /** Ends the thread, too. */
  stop(): Promise<void> {
    return this.#deadline.stop()
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

  #force(deadlineMs: number): void {
    this.letGo()
    this.tellCutShort(`did not end within ${formatDuration(deadlineMs)}`, EXIT_CODE.unclean)
    this.#options.exit(EXIT_CODE.unclean)
  }
}
