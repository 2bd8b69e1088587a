/** Counts restarts in a sliding window, exactly: each for `periodMs` after it was made, not for the moment when that is over. */
export class RestartWindow {
  readonly #max: number
  readonly #periodMs: number
  /** At most `max` of them, the oldest first. */
  #times: number[] = []

  constructor(max: number, periodMs: number) {
    this.#max = max
    this.#periodMs = periodMs
  }

  /** Counts a restart, unless there are as many as there may be. */
  admit(now: number): boolean {
    this.#times = this.#times.filter((time) => now - time < this.#periodMs)
    if (this.#times.length >= this.#max) return false
    this.#times.push(now)
    return true
  }

  /** How many restarts count, as of the latest {@link RestartWindow.admit}. */
  get count(): number {
    return this.#times.length
  }

  /** When the oldest restart that counts was made. */
  get oldest(): number | undefined {
    return this.#times[0]
  }
}
