/** Cancels a scheduled call. Safe to call any number of times, also after the call was made. */
export type Cancel = () => void

/** How a {@link Clock} waits. */
export interface ScheduleOptions {
  /**
   * Whether the wait keeps the process alive.
   *
   * @default true, because most waits here guard a shutdown that must happen
   */
  readonly keepAlive?: boolean
}

/** Time, as everything here takes it: one scale to measure on, one way to wait. Tests pass a `ManualClock`. */
export interface Clock {
  /** Milliseconds on a scale that never goes back; only differences mean something. */
  now(): number
  /** Calls `callback` once, `delayMs` from now (at the earliest). */
  schedule(delayMs: number, callback: () => void, options?: ScheduleOptions): Cancel
}

/** The real time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(delayMs, callback, options = {}) {
    const timer = setTimeout(callback, delayMs)
    if (options.keepAlive === false) timer.unref()
    return () => clearTimeout(timer)
  },
}
