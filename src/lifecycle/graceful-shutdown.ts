import { formatDuration } from '../core/duration.ts'
import type { FlushOutcome } from '../core/final-flush.ts'
import { OptionReader } from '../core/option-reader.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import { exitCodeOfSignal } from '../core/signal-exit-code.ts'
import { describeProgress } from './describe-progress.ts'
import { EnforcedDeadline, LONGEST_STEP_MS } from './enforced-deadline.ts'
import { EXIT_CODE } from './exit-code.ts'
import { flushAll } from './flush-phase.ts'
import { hasForeignTelemetry } from './foreign-telemetry.ts'
import {
  type GracefulShutdownOptions,
  type ResolvedGracefulShutdownOptions,
  resolveGracefulShutdownOptions,
  type ShutdownHandler,
} from './graceful-shutdown-options.ts'
import { type Hook, type HookRecord, runHook } from './hook.ts'
import { keepAlive } from './keep-alive.ts'
import { toReportFields } from './report-fields.ts'
import { listenToSignals } from './signals.ts'
import {
  describeReason,
  laggards,
  messageOf,
  type PhaseRecord,
  type ShutdownReason,
  type ShutdownReport,
  summarise,
} from './shutdown-report.ts'
import { ShutdownProgress } from './shutdown-progress.ts'
import { ShutdownTrace } from './shutdown-trace.ts'
import { terminationLogPath } from './termination-log.ts'

/** How long after `timeout` the process may still be there. */
const PATIENCE_MS = 500

/**
 * Graceful shutdown alone, for programs that adopt nothing else of Seaworthy.
 *
 * What holds: every handler runs, whatever another one does; each gets the time left divided by the steps left, so one
 * that hangs costs its own share and no more; telemetry is delivered last, in a slice of its own, however the handlers
 * are ordered: a `telemetry.shutdown()` inside a handler defers to it; the errors of all handlers come joined.
 * A second signal ends the process at once, with 128 plus its number.
 *
 * @example
 * ```ts
 * const shutdown = new GracefulShutdown({ timeout: '20s' })
 *   .register({ name: 'http', order: 1, handler: () => closeServer() })
 *   .register({ name: 'database', order: 2, handler: () => pool.end() })
 * await shutdown.waitForShutdown()
 * ```
 */
export class GracefulShutdown {
  readonly #handlers: ShutdownHandler[] = []
  readonly #options: ResolvedGracefulShutdownOptions
  readonly #ended = Promise.withResolvers<ShutdownReport>()
  #shutdown: Promise<ShutdownReport> | undefined
  #progress: ShutdownProgress | undefined

  /** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem */
  constructor(options: GracefulShutdownOptions = {}) {
    this.#options = resolveGracefulShutdownOptions(options)
  }

  /**
   * Adds a handler.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` for a malformed handler or a name that is taken,
   * `SEA_LIFECYCLE_STARTED` once the shutdown has begun
   */
  register(handler: ShutdownHandler): this {
    const read = new OptionReader(handler, 'GracefulShutdown.register()')
    const name = read.text('name')
    if (!Number.isFinite(read.value('order'))) read.problem('"order" must be a finite number')
    if (read.callback('handler') === undefined) read.problem('"handler" is required')
    if (this.#handlers.some((other) => other.name === name))
      read.problem(`"name" is "${name}", which is registered already`)
    read.done()
    if (this.#shutdown !== undefined) {
      throw new SeaworthyError('SEA_LIFECYCLE_STARTED', `"${name}" was registered after the shutdown had begun`, {
        hint: 'Register every handler before the first signal can arrive.',
      })
    }
    // Called on its object, so that it may be a method that uses `this`.
    this.#handlers.push({ name, order: handler.order, handler: (context) => handler.handler(context) })
    return this
  }

  /**
   * Waits for a signal, then shuts down. Listens only while it waits, and keeps the process alive meanwhile. When the
   * shutdown was begun by {@link GracefulShutdown.shutdown}, it waits for the end of that one.
   *
   * @throws {@link SeaworthyError} `SEA_SHUTDOWN_FAILED` when a handler threw or did not end: its cause is an
   * `AggregateError` of all of them. Left uncaught, Node exits with 1.
   */
  async waitForShutdown(): Promise<ShutdownReport> {
    const { signals, log, exit, clock } = this.#options
    const stopListening = listenToSignals({
      signals,
      log,
      clock,
      onFirst: (signal) => void this.#begin({ kind: 'signal', signal }),
      onSecond: (signal) => {
        const snapshot = this.#progress?.snapshot()
        const left = snapshot === undefined ? '' : `: ${describeProgress(snapshot)}`
        log.error({ signal, ...snapshot }, `second ${signal}: leaving at once${left}`)
        exit(exitCodeOfSignal(signal))
      },
    })
    const letGo = keepAlive(clock)
    try {
      const report = await this.#ended.promise
      if (!report.clean) throw toError(report)
      return report
    } finally {
      letGo()
      stopListening()
    }
  }

  /** Shuts down now. Safe to call any number of times: every call gets the report of the same shutdown; never rejects. */
  shutdown(): Promise<ShutdownReport> {
    return this.#begin({ kind: 'requested' })
  }

  /** Nothing takes this back: it is about the end of the process, not of the handlers. */
  #enforce(reason: ShutdownReason, progress: ShutdownProgress): void {
    const { clock, log, exit, timeoutMs } = this.#options
    const deadlineMs = timeoutMs + PATIENCE_MS
    EnforcedDeadline.begin({
      clock,
      progress,
      deadlineMs,
      stepMs: LONGEST_STEP_MS,
      onDeadline: () => {
        const snapshot = progress.snapshot()
        log.error(
          snapshot,
          `still here ${formatDuration(deadlineMs)} after the shutdown began: ${describeProgress(snapshot)}`,
        )
        exit(EXIT_CODE.unclean)
      },
      watchdog: {
        name: 'the process',
        reason: describeReason(reason),
        fields: { pid: process.pid },
        terminationLog: terminationLogPath({}),
        log,
      },
    })
  }

  #begin(reason: ShutdownReason): Promise<ShutdownReport> {
    if (this.#shutdown === undefined) {
      const progress = new ShutdownProgress(this.#options.clock)
      this.#progress = progress
      if (this.#options.watchdog && reason.kind === 'signal') this.#enforce(reason, progress)
      this.#shutdown = this.#run(reason, progress)
      this.#ended.resolve(this.#shutdown)
    }
    return this.#shutdown
  }

  async #run(reason: ShutdownReason, progress: ShutdownProgress): Promise<ShutdownReport> {
    const { clock, log, timeoutMs, flushTimeoutMs, finalFlush, flush } = this.#options
    const startedAt = clock.now()
    if (flush === undefined && hasForeignTelemetry(finalFlush)) {
      log.warn(
        {},
        'an OpenTelemetry SDK that is not Seaworthy’s is registered: shut down by a handler, it loses later spans. Pass it as `flush` instead',
      )
    }
    const endDeferral = finalFlush.beginShutdown()
    const trace = new ShutdownTrace(reason)
    progress.enter('stop')
    const deadline = startedAt + timeoutMs - flushTimeoutMs
    const hooks = await this.#runHandlers(
      deadline,
      (hook, limitMs) => progress.track(hook, () => trace.hook('stop', hook, () => runHook(clock, hook, limitMs))),
      reason,
    )
    const failed = hooks.some((hook) => hook.outcome !== 'done')
    const stopped: PhaseRecord = { phase: 'stop', tookMs: clock.now() - startedAt, hooks }
    const outcome = { reason, aborted: [], figures: {}, clean: !failed }
    trace.end({ ...outcome, phases: [stopped], flushes: {}, tookMs: stopped.tookMs })
    endDeferral()

    progress.enter('flush')
    const flushStartedAt = clock.now()
    const own = flush === undefined ? [] : [toFlusher(flush)]
    const flushes = await flushAll(clock, [...finalFlush.flushers, ...own], flushTimeoutMs)
    const flushed: PhaseRecord = { phase: 'flush', tookMs: clock.now() - flushStartedAt, hooks: [] }
    progress.enter('report')
    const report = { ...outcome, phases: [stopped, flushed], flushes, tookMs: clock.now() - startedAt }
    log[failed ? 'error' : 'info'](toReportFields(report), summarise(report))
    return report
  }

  async #runHandlers(
    deadline: number,
    run: (hook: Hook, limitMs: number) => Promise<HookRecord>,
    reason: ShutdownReason,
  ): Promise<readonly HookRecord[]> {
    const { clock } = this.#options
    const steps = [...Map.groupBy(this.#handlers, (handler) => handler.order)].toSorted(([a], [b]) => a - b)
    const records: HookRecord[] = []
    for (const [index, [, handlers]] of steps.entries()) {
      const limitMs = Math.max(0, deadline - clock.now()) / (steps.length - index)
      // Order does not matter inside a step; each handler has the step's slice.
      const ended = await Promise.all(
        handlers.map(({ name, handler }) => {
          const hook = { name, run: ({ signal }: { signal: AbortSignal }) => handler({ signal, reason, limitMs }) }
          return run(hook, limitMs)
        }),
      )
      records.push(...ended)
    }
    return records
  }
}

function toFlusher(flush: () => unknown): { readonly name: string; flush(): Promise<FlushOutcome> } {
  return {
    name: 'flush',
    async flush() {
      await flush()
      return { complete: true, details: {} }
    },
  }
}

function toError(report: ShutdownReport): SeaworthyError {
  const causes = laggards(report).map(({ name, outcome, tookMs, error }) =>
    outcome === 'failed'
      ? new Error(`${name}: ${messageOf(error)}`, { cause: error })
      : new Error(`${name}: did not end within ${tookMs} ms`),
  )
  return new SeaworthyError('SEA_SHUTDOWN_FAILED', summarise(report), {
    cause: new AggregateError(causes, causes.map((cause) => cause.message).join('; ')),
  })
}
