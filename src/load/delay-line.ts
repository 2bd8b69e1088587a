import type { Clock } from '../core/clock.ts'

/**
 * One direction of a wire: whatever is put in comes out `delayMs` later, in the same order. One timer serves the whole
 * line, because a timer for each piece may fire out of order, and then a close would overtake the data before it.
 *
 * Without a delay, things come out at once. Holds as much as is put in: whoever feeds it waits for answers, and so
 * bounds it.
 */
export class DelayLine {
  readonly #clock: Clock
  /** For what is put in from now on; nothing overtakes what was put in before. */
  delayMs: number
  readonly #waiting: { readonly dueAt: number; readonly action: () => void }[] = []

  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock
    this.delayMs = delayMs
  }

  push(action: () => void): void {
    if (this.delayMs === 0 && this.#waiting.length === 0) {
      action()
      return
    }
    this.#waiting.push({ dueAt: this.#clock.now() + this.delayMs, action })
    if (this.#waiting.length === 1) this.#clock.schedule(this.delayMs, () => this.#release())
  }

  #release(): void {
    const now = this.#clock.now()
    for (let next = this.#waiting[0]; next !== undefined && next.dueAt <= now; next = this.#waiting[0]) {
      next.action()
      this.#waiting.shift()
    }
    const [next] = this.#waiting
    if (next !== undefined) this.#clock.schedule(Math.max(0, next.dueAt - now), () => this.#release())
  }
}
