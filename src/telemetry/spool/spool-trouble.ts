import type { Cancel, Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import { describeFailure } from './spool-failure.ts'

const FIRST_PAUSE_MS = 1000
const MAX_PAUSE_MS = 30_000

export interface SpoolTroubleOptions {
  readonly clock: Clock
  /** Never throws. */
  readonly log: Log
  readonly directory: string
  /** The disk takes chunks again. */
  readonly writable: () => void
}

/** A disk that does not take chunks: left alone for a while, tried again, and said once. */
export class SpoolTrouble {
  readonly #options: SpoolTroubleOptions
  #failure: string | undefined
  #failures = 0
  #isPaused = false
  #cancel: Cancel = () => {}

  constructor(options: SpoolTroubleOptions) {
    this.#options = options
  }

  /** Until something has been stored again. */
  get failure(): string | undefined {
    return this.#failure
  }

  /** While nothing is to be tried. */
  get pause(): string | undefined {
    return this.#isPaused ? this.#failure : undefined
  }

  /** @returns why, in words */
  fail(error: unknown): string {
    const reason = describeFailure(error)
    if (this.#failure === undefined) {
      const { directory } = this.#options
      const text = `telemetry cannot be kept on disk: ${reason}. It waits in memory only, and is lost when this process ends before it is delivered`
      this.#options.log.warn({ directory, reason }, text)
    }
    this.#failure = reason
    this.#isPaused = true
    this.#cancel()
    const delayMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++)
    this.#cancel = this.#options.clock.schedule(delayMs, () => (this.#isPaused = false), { keepAlive: false })
    return reason
  }

  overcome(): void {
    if (this.#failure === undefined) return
    this.end()
    this.#failure = undefined
    this.#failures = 0
    this.#options.log.info({ directory: this.#options.directory }, 'telemetry is kept on disk again')
    this.#options.writable()
  }

  /** Plans nothing more. */
  end(): void {
    this.#isPaused = false
    this.#cancel()
  }
}
