import { type ErrorCode } from '../core/error-table.ts'
import { isSeaworthyError } from '../core/seaworthy-error.ts'
import type { ShutdownReport } from './shutdown-report.ts'

/**
 * The exit codes of a service, a public contract. A second signal exits with 128 plus the signal's number, as shells
 * do. Lost telemetry is reported and never changes the code.
 */
export const EXIT_CODE = {
  /** Everything in flight ended, every component stopped. */
  clean: 0,
  /** Work was aborted, a hook failed or timed out, a listener or a task without restarts failed, or an exception was not caught. */
  unclean: 1,
  /** The configuration was refused; nothing was started. */
  configuration: 2,
  /** A supervised task was restarted as often as it may be and failed again, or could not be restarted. */
  restartIntensity: 70,
} as const

const ESCALATIONS: readonly ErrorCode[] = ['SEA_TASK_RESTARTS_EXCEEDED', 'SEA_TASK_SIGNAL_IGNORED']

const CONFIGURATION_ERRORS: readonly ErrorCode[] = [
  'SEA_SERVICE_REFUSED',
  'SEA_CONFIG_INVALID',
  'SEA_ENV_INVALID',
  'SEA_OPTIONS_INVALID',
  'SEA_BUDGET_EXCEEDS_GRACE',
  'SEA_GRAPH_CYCLE',
  'SEA_GRAPH_UNKNOWN_NEED',
]

/** Whether it was the configuration that kept a service from starting. */
export function isConfigurationError(error: unknown): boolean {
  return CONFIGURATION_ERRORS.some((code) => isSeaworthyError(error, code))
}

/** What a process exits with after this shutdown. */
export function exitCodeOf({ reason, clean, exitCode }: Pick<ShutdownReport, 'reason' | 'clean' | 'exitCode'>): number {
  if (exitCode !== undefined) return exitCode
  if (reason.kind === 'failed-start' && isConfigurationError(reason.error)) return EXIT_CODE.configuration
  if (reason.kind === 'fatal' && ESCALATIONS.some((code) => isSeaworthyError(reason.error, code)))
    return EXIT_CODE.restartIntensity
  return clean ? EXIT_CODE.clean : EXIT_CODE.unclean
}
