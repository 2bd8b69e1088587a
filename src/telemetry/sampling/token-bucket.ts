import type { Clock } from '../../core/clock.ts'

/** Lets through so many in a second, and as many at once as have not been used in a while. */
export class TokenBucket {
  readonly #clock: Clock
  readonly #perMs: number
  readonly #capacity: number
  #tokens: number
  #filledAtMs: number

  constructor(clock: Clock, perSecond: number, capacity: number) {
    this.#clock = clock
    this.#perMs = perSecond / 1000
    this.#capacity = capacity
    this.#tokens = capacity
    this.#filledAtMs = clock.now()
  }

  /** Whether one more may pass now. */
  take(): boolean {
    const now = this.#clock.now()
    this.#tokens = Math.min(this.#capacity, this.#tokens + (now - this.#filledAtMs) * this.#perMs)
    this.#filledAtMs = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}
