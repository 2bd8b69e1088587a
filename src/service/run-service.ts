import cluster from 'node:cluster'
import { isMainThread } from 'node:worker_threads'
import { type ForeignExit, onForeignExit } from '../core/process-exit.ts'
import { isSeaworthyError, SeaworthyError } from '../core/seaworthy-error.ts'
import { exitCodeOfSignal } from '../core/signal-exit-code.ts'
import { EXIT_CODE, exitCodeOf, isConfigurationError } from '../lifecycle/exit-code.ts'
import { keepAlive } from '../lifecycle/keep-alive.ts'
import { toReportFields } from '../lifecycle/report-fields.ts'
import { listenToHangup, listenToSignals } from '../lifecycle/signals.ts'
import { messageOf, type ShutdownReport } from '../lifecycle/shutdown-report.ts'
import { CrashEvidence } from './crash/crash-evidence.ts'
import { UncaughtExceptions } from './crash/uncaught-exceptions.ts'
import type { ServiceLife } from './service-life.ts'
import type { ResolvedServiceOptions } from './service-options.ts'
import { ShutdownGuard } from './shutdown-guard.ts'

/** The whole life of a process: start, wait, shut down, exit. Everything that touches the process is in here. */
export async function runService(life: ServiceLife, options: ResolvedServiceOptions): Promise<number> {
  const { clock, exit, name } = options
  requireOwnProcess(name)
  let guard: ShutdownGuard | undefined
  let evidence: CrashEvidence | undefined
  const ignoreExits = onForeignExit((foreign) => tellForeignExit(foreign, life, guard, name))
  /** From now on the end of the process is ours. */
  const expectExit = (): void => {
    ignoreExits()
    guard?.letGo()
  }
  const leave = (code: number): void => {
    expectExit()
    evidence?.end()
    exit(code)
  }
  life.onStop = (shutdown) => (guard = new ShutdownGuard(shutdown, { ...options, exit: leave }))
  life.whenLogging(() => (evidence = CrashEvidence.begin(life, options)))
  const letGo = keepAlive(clock)
  const tellSecond = (signal: NodeJS.Signals, code: number): void => guard?.tellSecondSignal(signal, code)
  const unlisten = [
    listenToExceptions(life, name, () => evidence),
    listen(life, { ...options, exit: leave }, tellSecond),
    listenForHangup(life, options),
  ]
  const code = await live(life, name, (report) => evidence?.end(toReportFields(report)))
  letGo()
  for (const stop of unlisten) stop()
  leave(code)
  // Still here: `exit` was replaced by something that returns.
  await guard?.stop()
  return code
}

/** Listed among the signals that end the service, SIGHUP does that, and nothing else. Of itself it never cuts a request. */
function listenForHangup(life: ServiceLife, { signals, isTerminal, name }: ResolvedServiceOptions): () => void {
  const { isReloading } = life.live
  if (!signals.includes('SIGHUP')) {
    // Whoever wants no signal at all leaves this one to the system, too.
    if (!isReloading && signals.length === 0) return () => {}
    // One that comes before there is a configuration has nothing to reload.
    const onReload = isReloading
      ? (): void => void life.live.reload('SIGHUP').catch(() => {})
      : (): void => tellNothingToReload(life, name)
    return listenToHangup({ isTerminal, onReload, onGone: () => void life.stop({ kind: 'signal', signal: 'SIGHUP' }) })
  }
  if (!isReloading) return () => {}
  const message = `SIGHUP ends ${name}, as its option "signals" says: it does not reload the configuration`
  life.whenLogging((log) => log.warn({}, message))
  return () => {}
}

/** The default of the system would be to kill it, with all that is in flight: nobody who means "reload" wants that. */
function tellNothingToReload(life: ServiceLife, name: string): void {
  // The program has a listener of its own, which knows what the signal means.
  if (process.listenerCount('SIGHUP') > 1) return
  const message = `${name} received SIGHUP and goes on: it does not reload its configuration. Set "reload", or list SIGHUP in "signals" to end it`
  life.whenLogging((log) => log.warn({ signal: 'SIGHUP' }, message))
}

async function live(life: ServiceLife, name: string, onReport: (report: ShutdownReport) => void): Promise<number> {
  try {
    await life.start()
  } catch (error) {
    if (life.core === undefined) {
      // Nothing has started, not even the log: one plain message for whoever reads the terminal or the pod's output.
      process.stderr.write(`${describeRefusal(name, error)}\n`)
      return isConfigurationError(error) ? EXIT_CODE.configuration : EXIT_CODE.unclean
    }
  }
  const report = await life.ended
  onReport(report)
  const code = exitCodeOf(report)
  // What failed after the report was written still counts, where the code does not say something worse already.
  return code === EXIT_CODE.clean && life.hasFailedLate ? EXIT_CODE.unclean : code
}

/** Somebody ends the process before we do. Nothing can take that back; who it was, and what it cost, is told. */
function tellForeignExit(
  { code, caller }: ForeignExit,
  life: ServiceLife,
  guard: ShutdownGuard | undefined,
  name: string,
): void {
  const who = caller === undefined ? 'the process ended by itself' : `process.exit(${code}) was called by ${caller}`
  if (guard !== undefined) {
    guard.letGo()
    guard.tellCutShort(`${who} in the middle of the shutdown`, code)
    return
  }
  const text = `${name}: ${who} without a shutdown: what was in flight is lost`
  if (life.core === undefined) process.stderr.write(`${text}\n`)
  else life.core.logging.writeLastWords({ exitCode: code, caller }, text, { level: 'error' })
}

function describeRefusal(name: string, error: unknown): string {
  if (!isSeaworthyError(error))
    return `${name} did not start: ${error instanceof Error ? error.stack : messageOf(error)}`
  return `${name} did not start [${error.code}]: ${error.describe()}`
}

function listen(
  life: ServiceLife,
  { exit, name, signals }: ResolvedServiceOptions,
  tellSecond: (signal: NodeJS.Signals, code: number) => void,
): () => void {
  return listenToSignals({
    signals,
    log: {
      debug() {},
      info() {},
      error() {},
      warn: (fields, message) => life.whenLogging((log) => log.warn(fields, message)),
    },
    onFirst: (signal) => {
      void life.stop({ kind: 'signal', signal })
      // Whoever reads this line and asks for readiness is told no, by whichever thread.
      life.core?.logging.log.info({ signal }, `${name} received ${signal}`)
    },
    onSecond: (signal) => {
      const code = exitCodeOfSignal(signal)
      tellSecond(signal, code)
      exit(code)
    },
  })
}

/** Node hands unhandled rejections to the same event. The process is not trusted any more, so the shutdown is short. */
function listenToExceptions(life: ServiceLife, name: string, evidence: () => CrashEvidence | undefined): () => void {
  const exceptions = new UncaughtExceptions({
    name,
    logging: () => life.core?.logging,
    evidence,
  })
  const listener = (error: unknown, origin: string): void => void life.stop(exceptions.take(error, origin))
  process.on('uncaughtException', listener)
  return () => process.off('uncaughtException', listener)
}

/**
 * Refuses to run where the promises of a service can't hold: Node delivers no signals to worker threads, and the workers
 * of a cluster share the admin port, so that a probe would be answered by any of them.
 *
 * @throws {@link SeaworthyError} `SEA_SERVICE_UNSUPPORTED_PROCESS`
 */
function requireOwnProcess(name: string): void {
  if (!isMainThread) throw unsupported(name, 'a worker thread')
  if (cluster.isWorker) throw unsupported(name, 'a worker of node:cluster')
}

function unsupported(name: string, where: string): SeaworthyError {
  return new SeaworthyError('SEA_SERVICE_UNSUPPORTED_PROCESS', `run() of "${name}" was called in ${where}`, {
    hint: 'Run a service in a process of its own, and more of them as replicas. Threads may do its computing.',
  })
}
