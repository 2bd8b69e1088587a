import type { Cancel, Clock } from '../core/clock.ts'
import type { ShutdownProgress } from './shutdown-progress.ts'
import { Watchdog, type WatchdogOptions } from './watchdog.ts'
import type { WatchdogDeadline } from './watchdog-deadline.ts'

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
