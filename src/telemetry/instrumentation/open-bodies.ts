import type { Cancel, Clock } from '../../core/clock.ts'

/** How long the body of a response may take before its request counts as done when its headers came. */
const PATIENCE_MS = 30_000
const CHECK_INTERVAL_MS = 10_000

/** A request that waits for the body of its answer. */
export interface OpenBody {
  /** Called once when that has taken too long. */
  giveUp(): void
}

/**
 * Answers whose body is still to come. A body that nobody reads never ends, and neither would its span: after half a
 * minute the request is called done at the time its headers came, and what waits is let go. Long streams, such as
 * server-sent events, come to the same.
 */
export class OpenBodies {
  readonly #clock: Clock
  readonly #open = new Map<OpenBody, number>()
  #cancel: Cancel | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  watch(body: OpenBody): void {
    this.#open.set(body, this.#clock.now())
    if (this.#cancel === undefined) this.#plan()
  }

  forget(body: OpenBody): void {
    this.#open.delete(body)
  }

  close(): void {
    this.#cancel?.()
    this.#open.clear()
  }

  #plan(): void {
    if (this.#open.size === 0) return
    this.#cancel = this.#clock.schedule(CHECK_INTERVAL_MS, () => this.#check(), { keepAlive: false })
  }

  #check(): void {
    this.#cancel = undefined
    const before = this.#clock.now() - PATIENCE_MS
    for (const [body, since] of this.#open) {
      // In the order of their times.
      if (since > before) break
      this.#open.delete(body)
      body.giveUp()
    }
    this.#plan()
  }
}
