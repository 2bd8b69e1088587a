import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'

const INTERVAL_MS = 60_000

/**
 * Writes at most one line a minute of each kind, so that an outage of the collector does not become a flood of log
 * lines. The next line of a kind says how many were held back.
 */
export class QuietLog {
  readonly #log: Log
  readonly #clock: Clock
  readonly #kinds = new Map<string, { saidAt: number; heldBack: number }>()

  constructor(log: Log, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  /** `kind` comes from the code, never from data: there is one entry for each, for good. */
  warn(kind: string, fields: object, message: string): void {
    this.#say('warn', kind, fields, message)
  }

  info(kind: string, fields: object, message: string): void {
    this.#say('info', kind, fields, message)
  }

  #say(level: 'warn' | 'info', kind: string, fields: object, message: string): void {
    const now = this.#clock.now()
    const known = this.#kinds.get(kind)
    if (known !== undefined && now - known.saidAt < INTERVAL_MS) {
      known.heldBack++
      return
    }
    this.#kinds.set(kind, { saidAt: now, heldBack: 0 })
    const heldBack = known?.heldBack ?? 0
    try {
      this.#log[level](heldBack === 0 ? fields : { ...fields, heldBackLines: heldBack }, message)
    } catch {
      // A log that throws must not reach the code that ended a span, and nobody is left to tell.
    }
  }
}
