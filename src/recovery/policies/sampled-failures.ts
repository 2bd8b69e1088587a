import type { IBreaker } from 'cockatiel'
import type { Clock } from '../../core/clock.ts'

const SLICES = 10

/**
 * Opens when the share of failed calls in a moving window is too large, and enough calls were made in it to say so.
 *
 * Cockatiel has one, which takes the time from `Date.now()`, so it jumps with the clock on the wall.
 */
export class SampledFailures implements IBreaker {
  /** Cockatiel's, for saving a breaker; nothing here does. */
  state: unknown = undefined
  readonly #clock: Clock
  readonly #failureRatio: number
  readonly #minimumCalls: number
  readonly #sliceMs: number
  readonly #failures = new Float64Array(SLICES)
  readonly #calls = new Float64Array(SLICES)
  #slice: number

  constructor(clock: Clock, failureRatio: number, windowMs: number, minimumCalls: number) {
    this.#clock = clock
    this.#failureRatio = failureRatio
    this.#minimumCalls = minimumCalls
    this.#sliceMs = windowMs / SLICES
    this.#slice = Math.floor(clock.now() / this.#sliceMs)
  }

  /** @param circuitState Cockatiel's: 2 is half open, so what was counted before the outage is over with */
  success(circuitState: number): void {
    if (circuitState === 2) this.#forget(SLICES)
    else this.#count(0)
  }

  failure(): boolean {
    this.#count(1)
    let calls = 0
    let failures = 0
    for (let at = 0; at < SLICES; at++) {
      calls += this.#calls[at] as number
      failures += this.#failures[at] as number
    }
    return calls >= this.#minimumCalls && failures >= calls * this.#failureRatio
  }

  #count(failed: 0 | 1): void {
    const now = Math.floor(this.#clock.now() / this.#sliceMs)
    this.#forget(Math.min(SLICES, now - this.#slice))
    this.#slice = now
    const at = now % SLICES
    this.#calls[at] = (this.#calls[at] as number) + 1
    this.#failures[at] = (this.#failures[at] as number) + failed
  }

  /** Empties the slices that have been passed by since the last count. */
  #forget(count: number): void {
    for (let step = 1; step <= count; step++) {
      const at = (this.#slice + step) % SLICES
      this.#calls[at] = 0
      this.#failures[at] = 0
    }
  }
}
