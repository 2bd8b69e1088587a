/** Longer than this, a turn of the loop is a pause. */
export const PAUSE_MS = 2
const WINDOW_MS = 200

export interface PausesSummary {
  readonly pauses: number
  readonly longestMs: number
  /**
   * Of the longest turn in each fifth of a second, the one in the middle, and the one that nine of ten do not exceed: other
   * processes of the machine, which stop this one now and then, hardly show in the former.
   */
  readonly typicalLongestMs: number
  readonly highLongestMs: number
}

/** Watches the event loop of its own process: it never waits, so that each turn is seen. */
export class Pauses {
  readonly #longest: number[] = []
  #isWatching = false
  #last = 0
  #windowEndsAt = 0
  #longestOfWindowMs = 0
  #pauses = 0

  start(): void {
    this.#isWatching = true
    this.#last = performance.now()
    this.#windowEndsAt = this.#last + WINDOW_MS
    setImmediate(this.#turn)
  }

  stop(): void {
    this.#isWatching = false
  }

  summary(): PausesSummary {
    const sorted = this.#longest.toSorted((a, b) => a - b)
    const at = (share: number): number => round(sorted[Math.floor(sorted.length * share)] ?? 0)
    return {
      pauses: this.#pauses,
      longestMs: round(sorted.at(-1) ?? 0),
      typicalLongestMs: at(0.5),
      highLongestMs: at(0.9),
    }
  }

  readonly #turn = (): void => {
    const now = performance.now()
    const turnMs = now - this.#last
    this.#last = now
    if (turnMs > PAUSE_MS) this.#pauses++
    if (turnMs > this.#longestOfWindowMs) this.#longestOfWindowMs = turnMs
    if (now >= this.#windowEndsAt) {
      this.#longest.push(this.#longestOfWindowMs)
      this.#longestOfWindowMs = 0
      this.#windowEndsAt = now + WINDOW_MS
    }
    if (this.#isWatching) setImmediate(this.#turn)
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
