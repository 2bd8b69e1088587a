import { type Clock, systemClock } from '../core/clock.ts'
import type { Duration } from '../core/duration.ts'
import { type FinalFlush, processFinalFlush } from '../core/final-flush.ts'
import { type Log, silentLog } from '../core/log.ts'
import { OptionReader } from '../core/option-reader.ts'
import { attempt } from './attempt.ts'
import type { ShutdownReason } from './shutdown-report.ts'
import { readSignals } from './signals.ts'

/** What a shutdown handler is told. */
export interface ShutdownHandlerContext {
  /** Aborted when the handler's slice is over; pass it on to whatever the handler waits for. */
  readonly signal: AbortSignal
  /** Why the shutdown began. */
  readonly reason: ShutdownReason
  /** The handler's slice, in milliseconds. */
  readonly limitMs: number
}

/** One piece of work of a shutdown. */
export interface ShutdownHandler {
  /** Named in the report, in errors and in the trace. */
  readonly name: string
  /** Lower numbers run first; handlers with the same number run together. Any finite number. */
  readonly order: number
  readonly handler: (context: ShutdownHandlerContext) => unknown
}

/** What `GracefulShutdown` takes. */
export interface GracefulShutdownOptions {
  /**
   * The longest time that handlers and flush together may take: 100 ms to an hour.
   *
   * @default "23s": the 25 s budget of a service less its margin, under the 30 s that Kubernetes waits before SIGKILL
   */
  readonly timeout?: Duration
  /** Reserved at the end of `timeout` for telemetry, whatever the handlers do. @default "4s", or a quarter of a shorter timeout */
  readonly flushTimeout?: Duration
  /** Which signals `waitForShutdown()` listens to; `[]` for none. @default SIGTERM and SIGINT */
  readonly signals?: readonly NodeJS.Signals[]
  /**
   * Delivers what is not Seaworthy's own telemetry, such as a stock OpenTelemetry SDK: `() => sdk.shutdown()`. Runs last,
   * after the last handler and after the shutdown's own span has ended.
   */
  readonly flush?: () => unknown
  /** Where the report and warnings go; a pino logger is one. @default nowhere */
  readonly log?: Log
  /** What time is measured and waited by. @default the real time */
  readonly clock?: Clock
  /**
   * Whether the process is ended with exit code 1 when it is still there half a second after `timeout`, once
   * `waitForShutdown()` has got its signal: because the event loop is blocked (a thread watches; it
   * says where on standard error, and in the termination log), or because something keeps the process alive.
   *
   * @default false: whatever happens, the process is yours to end
   */
  readonly watchdog?: boolean
  /** Ends the process at a second signal, or at the deadline of `watchdog`. @default process.exit */
  readonly exit?: (code: number) => void
  /** Where telemetry is found. @default processFinalFlush */
  readonly finalFlush?: FinalFlush
}

export interface ResolvedGracefulShutdownOptions {
  readonly timeoutMs: number
  readonly flushTimeoutMs: number
  readonly signals: readonly NodeJS.Signals[]
  readonly flush: (() => unknown) | undefined
  readonly watchdog: boolean
  readonly log: Log
  readonly clock: Clock
  readonly exit: (code: number) => void
  readonly finalFlush: FinalFlush
}

/** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem */
export function resolveGracefulShutdownOptions(options: GracefulShutdownOptions): ResolvedGracefulShutdownOptions {
  const read = new OptionReader(options, 'new GracefulShutdown()')
  const timeoutMs = read.duration('timeout', { fallback: 23_000, min: 100, max: 3_600_000 })
  const resolved = {
    timeoutMs,
    flushTimeoutMs: read.duration('flushTimeout', { fallback: Math.min(4000, timeoutMs / 4), min: 0, max: timeoutMs }),
    signals: readSignals(read),
    flush: read.callback<() => unknown>('flush'),
    watchdog: read.boolean('watchdog', { fallback: false }),
    log: toTolerantLog(read.value<Log>('log') ?? silentLog),
    clock: read.value<Clock>('clock') ?? systemClock,
    // oxlint-disable-next-line node/no-process-exit -- asked for: a second signal means now
    exit: read.callback<(code: number) => void>('exit') ?? ((code: number) => process.exit(code)),
    finalFlush: read.value<FinalFlush>('finalFlush') ?? processFinalFlush,
  }
  read.done()
  return Object.freeze(resolved)
}

/**
 * The same log, but a write that throws is dropped: a logger that a handler has closed (pino throws once its worker
 * thread is gone) must neither turn a clean shutdown into a failed one nor keep a second signal from ending the process.
 */
export function toTolerantLog(log: Log): Log {
  return {
    debug: (fields, message) => attempt(() => log.debug(fields, message)),
    info: (fields, message) => attempt(() => log.info(fields, message)),
    warn: (fields, message) => attempt(() => log.warn(fields, message)),
    error: (fields, message) => attempt(() => log.error(fields, message)),
  }
}
