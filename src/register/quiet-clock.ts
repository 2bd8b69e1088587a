import type { Cancel, Clock } from '../core/clock.ts'
import { keepAlive } from '../lifecycle/keep-alive.ts'

/**
 * Time that never keeps the process alive by itself, because the process is the application's. A shutdown that must go
 * on to its end holds it explicitly.
 */
export class QuietClock implements Clock {
  readonly #clock: Clock
  #letGo: Cancel | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  schedule(delayMs: number, callback: () => void): Cancel {
    return this.#clock.schedule(delayMs, callback, { keepAlive: false })
  }

  /** Keeps the process alive until {@link letGo}; safe to call again. */
  hold(): void {
    this.#letGo ??= keepAlive(this.#clock)
  }

  letGo(): void {
    this.#letGo?.()
    this.#letGo = undefined
  }
}
