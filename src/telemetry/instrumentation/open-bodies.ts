import type { Cancel, Clock } from '../../core/clock.ts'

/** How long the body of a response may take before its request counts as done when its headers came. */
const PATIENCE_MS = 30_000
const CHECK_INTERVAL_MS = 10_000

/**
 * Answers whose body is still to come. A body that nobody reads never ends, and neither would its span: after half a
 * minute the request is called done at the time its headers came, and what waits is let go. Long streams, such as
 * server-sent events, come to the same.
 */
export class OpenBodies {
  readonly #clock: Clock
  readonly #open = new Map<() => void, number>()
  #cancel: Cancel | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Calls `giveUp` once when the body has taken too long. The returned function takes it back. */
  watch(giveUp: () => void): () => void {
    this.#open.set(giveUp, this.#clock.now())
    this.#plan()
    return () => void this.#open.delete(giveUp)
  }

  close(): void {
    this.#cancel?.()
    this.#open.clear()
  }

  #plan(): void {
    if (this.#cancel !== undefined || this.#open.size === 0) return
    this.#cancel = this.#clock.schedule(CHECK_INTERVAL_MS, () => this.#check(), { keepAlive: false })
  }

  #check(): void {
    this.#cancel = undefined
    const before = this.#clock.now() - PATIENCE_MS
    for (const [giveUp, since] of this.#open) {
      if (since > before) continue
      this.#open.delete(giveUp)
      giveUp()
    }
    this.#plan()
  }
}
