/**
 * The names under which a shutdown is told in telemetry: attributes of its span `shutdown`, of the spans of its hooks,
 * and of the log record `seaworthy.shutdown`. A public contract; the guide's page on shutdown shows this table.
 */
export const SHUTDOWN_ATTRIBUTES = {
  /** Text: `SIGTERM`, `requested`, `"api" failed`, … On the span and the record. */
  reason: 'seaworthy.shutdown.reason',
  /** Whether everything ended by itself and in time. On the span and the record. */
  clean: 'seaworthy.shutdown.clean',
  /** What the process will exit with. On the span and the record. */
  exitCode: 'seaworthy.shutdown.exit_code',
  /** Seconds from the begin to the flush. On the record; the span has it by itself. */
  duration: 'seaworthy.shutdown.duration',
  /** Texts: what was cut, at most 20. On the span and the record. */
  aborted: 'seaworthy.shutdown.aborted',
  /** How much was cut. On the span and the record. */
  abortedCount: 'seaworthy.shutdown.aborted_count',
  /** Requests that came too late and were not taken. On the span and the record. */
  refusedCount: 'seaworthy.shutdown.refused_count',
  /** Names of the hooks that threw or did not end. On the span and the record. */
  laggards: 'seaworthy.shutdown.laggards',
  /** The phase of a span event (one for each phase, at its begin), or of a hook's span. */
  phase: 'seaworthy.shutdown.phase',
  /** How a hook ended: `done`, `failed`, `timed-out`. On a hook's span. */
  outcome: 'seaworthy.shutdown.outcome',
  /** Whose hook it was. On a hook's span. */
  component: 'seaworthy.component',
} as const

/** The name of the span's events and of the log record. */
export const SHUTDOWN_EVENTS = { phase: 'seaworthy.shutdown.phase', ended: 'seaworthy.shutdown' } as const

/** Seconds that a phase took: `seaworthy.shutdown.phase.drain.duration`. On the span and the record, for four phases. */
export function phaseDurationAttribute(phase: string): string {
  return `seaworthy.shutdown.phase.${phase}.duration`
}
