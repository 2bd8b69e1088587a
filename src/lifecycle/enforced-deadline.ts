import type { Cancel, Clock } from '../core/clock.ts'
import type { ShutdownBudget } from './shutdown-budget.ts'
import type { ShutdownProgress } from './shutdown-progress.ts'
import { Watchdog, type WatchdogOptions } from './watchdog.ts'

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

export interface EnforcedDeadlineOptions extends WatchdogDeadline {
  readonly clock: Clock
  readonly progress: ShutdownProgress
  /** Ends the process, as long as the event loop runs. */
  readonly onDeadline: () => void
  /** What the watching thread is told; absent where there should be none. */
  readonly watchdog?: Omit<WatchdogOptions, 'deadlineMs' | 'stepMs' | 'snapshot'>
}

/** How often the watching thread hears what is open, besides at every change. */
const UPDATE_MS = 1000

/**
 * The deadline of a shutdown, in two layers: a timer calls back; a moment later, if the event loop is blocked and the
 * timer could not run, the watching thread ends the process from outside.
 */
export class EnforcedDeadline {
  readonly #options: EnforcedDeadlineOptions
  readonly #watchdog: Watchdog | undefined
  readonly #cancelDeadline: Cancel
  #cancelUpdate: Cancel = () => {}

  /** From now on; nobody has to hold on to it. */
  static begin(options: EnforcedDeadlineOptions): EnforcedDeadline {
    return new EnforcedDeadline(options)
  }

  private constructor(options: EnforcedDeadlineOptions) {
    this.#options = options
    const { clock, progress, deadlineMs, stepMs, watchdog } = options
    const leftMs = Math.max(0, deadlineMs - progress.elapsedMs)
    const end = (): void => {
      // Before it: its report may take a while on a machine that is busy.
      this.#watchdog?.leave()
      options.onDeadline()
    }
    this.#cancelDeadline = clock.schedule(leftMs, end, { keepAlive: false })
    if (watchdog === undefined) return
    this.#watchdog = Watchdog.start({ ...watchdog, deadlineMs, stepMs, snapshot: progress.snapshot() })
    progress.onChange = () => this.#watchdog?.update(progress.snapshot())
    this.#updateRepeatedly()
  }

  /** The timer is off, and the thread hears nothing more; it watches on until the process has ended. */
  letGo(): void {
    this.#options.progress.onChange = () => {}
    this.#cancelDeadline()
    this.#cancelUpdate()
  }

  /** Ends the thread, too. */
  async stop(): Promise<void> {
    this.letGo()
    await this.#watchdog?.stop()
  }

  #updateRepeatedly(): void {
    const { clock, progress } = this.#options
    const update = (): void => {
      this.#watchdog?.update(progress.snapshot())
      this.#updateRepeatedly()
    }
    this.#cancelUpdate = clock.schedule(UPDATE_MS, update, { keepAlive: false })
  }
}
