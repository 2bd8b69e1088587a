import type { Cancel, Clock } from '../../core/clock.ts'

/** One timer, for the earliest time that was asked for. It does not keep the process alive. */
export class WakeTimer {
  readonly #clock: Clock
  readonly #detached: <R>(work: () => R) => R
  readonly #wake: () => void
  #cancel: Cancel | undefined
  #dueAt = Number.POSITIVE_INFINITY

  /** @param detached runs something in a context that belongs to no request: a timer keeps the one it was set in */
  constructor(clock: Clock, detached: <R>(work: () => R) => R, wake: () => void) {
    this.#clock = clock
    this.#detached = detached
    this.#wake = wake
  }

  /** Wakes at `dueAt` on the scale of the clock, or in a later turn of the loop where that has passed, or before. */
  arm(dueAt: number): void {
    if (dueAt === Number.POSITIVE_INFINITY) return
    const now = this.#clock.now()
    const at = Math.max(now, dueAt)
    if (this.#cancel !== undefined && this.#dueAt <= at) return
    this.cancel()
    this.#dueAt = at
    this.#cancel = this.#detached(() => this.#clock.schedule(at - now, this.#ring, { keepAlive: false }))
  }

  cancel(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  readonly #ring = (): void => {
    this.#cancel = undefined
    this.#wake()
  }
}
