import { isSeaworthyError } from '../core/seaworthy-error.ts'
import { exitCodeOfSignal } from '../core/signal-exit-code.ts'
import { EXIT_CODE, exitCodeOf, isConfigurationError } from '../lifecycle/exit-code.ts'
import { keepAlive } from '../lifecycle/keep-alive.ts'
import { listenToSignals } from '../lifecycle/signals.ts'
import { messageOf } from '../lifecycle/shutdown-report.ts'
import { type ForeignExit, onForeignExit } from './foreign-exit.ts'
import type { ServiceLife } from './service-life.ts'
import type { ResolvedServiceOptions } from './service-options.ts'
import { ShutdownGuard } from './shutdown-guard.ts'
import { requireOwnProcess } from './supported-process.ts'

/** The whole life of a process: start, wait, shut down, exit. Everything that touches the process is in here. */
export async function runService(life: ServiceLife, options: ResolvedServiceOptions): Promise<number> {
  const { clock, exit, name } = options
  requireOwnProcess(name)
  let guard: ShutdownGuard | undefined
  const ignoreExits = onForeignExit((foreign) => tellForeignExit(foreign, life, guard, name))
  /** From now on the end of the process is ours. */
  const expectExit = (): void => {
    ignoreExits()
    guard?.letGo()
  }
  const leave = (code: number): void => {
    expectExit()
    exit(code)
  }
  life.onStop = (shutdown) => (guard = new ShutdownGuard(shutdown, { ...options, exit: leave }))
  const letGo = keepAlive(clock)
  const tellSecond = (signal: NodeJS.Signals, code: number): void => guard?.tellSecondSignal(signal, code)
  const unlisten = [listenToExceptions(life, name), listen(life, { ...options, exit: leave }, tellSecond)]
  const code = await live(life, name)
  letGo()
  for (const stop of unlisten) stop()
  leave(code)
  // Still here: `exit` was replaced by something that returns.
  await guard?.stop()
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
  return life.hasFailedLate ? EXIT_CODE.unclean : exitCodeOf(report)
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
      life.core?.logging.log.info({ signal }, `${name} received ${signal}`)
      void life.stop({ kind: 'signal', signal })
    },
    onSecond: (signal) => {
      const code = exitCodeOfSignal(signal)
      tellSecond(signal, code)
      exit(code)
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
