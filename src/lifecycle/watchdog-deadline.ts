import type { ShutdownBudget } from './shutdown-budget.ts'

/** When a shutdown is ended by force, and how long that may take. */
export interface WatchdogDeadline {
  /** In milliseconds from the begin of the shutdown. */
  readonly deadlineMs: number
  /** The longest time for each of the two steps: to stop the main thread, and to end the stopped process. */
  readonly stepMs: number
}

/** What the watchdog needs before a SIGKILL from outside: to stop the main thread, to write, to end the process. */
const ROOM_MS = 1000
/** A thread that runs JavaScript stops within a millisecond or two; on a starved CPU it takes longer. */
export const LONGEST_STEP_MS = 1000
const SHORTEST_STEP_MS = 100

/**
 * A shutdown is ended at the end of its budget. Where the grace period leaves no room after that, up to half of the
 * margin earlier, because a SIGKILL from outside says nothing at all; a regular report is written in the first half.
 */
export function toWatchdogDeadline({ totalMs, marginMs, graceMs, preStopMs }: ShutdownBudget): WatchdogDeadline {
  const leftMs = graceMs - preStopMs
  const missingMs = Math.max(0, ROOM_MS - Math.max(0, leftMs - totalMs))
  const deadlineMs = Math.max(0, totalMs - Math.min(missingMs, marginMs / 2))
  const stepMs = Math.min(LONGEST_STEP_MS, Math.max(SHORTEST_STEP_MS, (leftMs - deadlineMs) / 3))
  return { deadlineMs, stepMs }
}
