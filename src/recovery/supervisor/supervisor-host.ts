import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'

/** What a supervisor needs of the service around it. */
export interface SupervisorHost {
  readonly clock: Clock
  /** The text of anything that was thrown. */
  readonly messageOf: (error: unknown) => string
  /** Begins the end of the service. */
  readonly end: (task: string, error: unknown) => void
  /** Shows a task as degraded, or, without a message, as healthy again. */
  readonly degrade: (task: string, message: string | undefined) => void
}

/** What a run is called with. */
export interface RunCall {
  readonly signal: AbortSignal
  readonly runNumber: number
  readonly progress: () => void
}

/** A task as its definition gives it. */
export interface TaskBody {
  readonly name: string
  /** The log of a run, or of the task. */
  readonly log: (runNumber?: number) => Log
  readonly run: (call: RunCall) => unknown
}
