import { isSeaworthyError } from '../core/seaworthy-error.ts'
import { exitCodeOfSignal } from '../core/signal-exit-code.ts'
import { EXIT_CODE } from '../lifecycle/exit-code.ts'
import { keepAlive } from '../lifecycle/keep-alive.ts'
import { listenToSignals } from '../lifecycle/signals.ts'
import { messageOf, type ShutdownReport } from '../lifecycle/shutdown-report.ts'
import type { ServiceLife } from './service-life.ts'
import type { ResolvedServiceOptions } from './service-options.ts'
import { requireOwnProcess } from './supported-process.ts'

/** The whole life of a process: start, wait, shut down, exit. Everything that touches the process is in here. */
export async function runService(life: ServiceLife, options: ResolvedServiceOptions): Promise<number> {
  const { clock, exit, name, signals } = options
  requireOwnProcess(name)
  const letGo = keepAlive(clock)
  const unlisten = [listenToExceptions(life, name), listen(life, options, signals)]
  const code = await live(life, name)
  letGo()
  for (const stop of unlisten) stop()
  exit(code)
  return code
}

async function live(life: ServiceLife, name: string): Promise<number> {
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
  // What failed after the report was written still counts.
  return life.hasFailedLate ? EXIT_CODE.unclean : toExitCode(report)
}

function describeRefusal(name: string, error: unknown): string {
  if (!isSeaworthyError(error))
    return `${name} did not start: ${error instanceof Error ? error.stack : messageOf(error)}`
  return `${name} did not start [${error.code}]: ${error.describe()}`
}

function toExitCode({ reason, clean }: ShutdownReport): number {
  if (reason.kind === 'failed-start' && isConfigurationError(reason.error)) return EXIT_CODE.configuration
  return clean ? EXIT_CODE.clean : EXIT_CODE.unclean
}

const CONFIGURATION_ERRORS = [
  'SEA_SERVICE_REFUSED',
  'SEA_CONFIG_INVALID',
  'SEA_ENV_INVALID',
  'SEA_OPTIONS_INVALID',
  'SEA_BUDGET_EXCEEDS_GRACE',
  'SEA_GRAPH_CYCLE',
  'SEA_GRAPH_UNKNOWN_NEED',
] as const

function isConfigurationError(error: unknown): boolean {
  return CONFIGURATION_ERRORS.some((code) => isSeaworthyError(error, code))
}

function listen(
  life: ServiceLife,
  { exit, name }: ResolvedServiceOptions,
  signals: readonly NodeJS.Signals[],
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
      life.core?.logging.log.info({ signal }, `${name} received ${signal}`)
      void life.stop({ kind: 'signal', signal })
    },
    onSecond: (signal) => {
      life.core?.logging.writeLastWords({ signal }, `${name} received a second signal, ${signal}: leaving at once`)
      exit(exitCodeOfSignal(signal))
    },
  })
}

/** Node hands unhandled rejections to the same event. The process is not trusted any more, so the shutdown is short. */
function listenToExceptions(life: ServiceLife, name: string): () => void {
  const listener = (error: unknown, origin: string): void => {
    life.core?.logging.writeLastWords({ err: error, origin }, `${name}: uncaught exception`, { level: 'fatal' })
    if (life.core === undefined)
      process.stderr.write(`${name}: ${error instanceof Error ? error.stack : String(error)}\n`)
    void life.stop({ kind: 'uncaught', error })
  }
  process.on('uncaughtException', listener)
  return () => process.off('uncaughtException', listener)
}
