/** How the event loop of the main thread is, as far as another thread can see. */
export type LoopCondition = 'turning' | 'stuck'

/** The share of the limit after which the watching thread looks again. */
const LOOKS_PER_LIMIT = 20
const SHORTEST_LOOK_MS = 10
const LONGEST_LOOK_MS = 250

/** How often to look, and how often a loop that is well has to turn, in milliseconds. */
export function lookEveryMs(stuckAfterMs: number): number {
  return Math.min(LONGEST_LOOK_MS, Math.max(SHORTEST_LOOK_MS, stuckAfterMs / LOOKS_PER_LIMIT))
}

/**
 * Knows from a counter whether an event loop turns. Only time counts that the watching thread has been awake for: a
 * process that was stopped (`SIGSTOP`, a frozen container, a suspended machine) was not stuck.
 */
export class StuckWatch {
  readonly #stuckAfterMs: number
  readonly #lookMs: number
  #turns: number
  #lookedAt: number
  #stillMs = 0

  constructor(stuckAfterMs: number, turns: number, nowMs: number) {
    this.#stuckAfterMs = stuckAfterMs
    this.#lookMs = lookEveryMs(stuckAfterMs)
    this.#turns = turns
    this.#lookedAt = nowMs
  }

  /** How long the loop has not turned, in milliseconds, up to the last look. */
  get stillMs(): number {
    return this.#stillMs
  }

  /** Looks at the counter: to be called every {@link lookEveryMs}, and may be called in between. */
  look(turns: number, nowMs: number): LoopCondition {
    const awakeMs = Math.min(Math.max(0, nowMs - this.#lookedAt), 2 * this.#lookMs)
    this.#lookedAt = nowMs
    this.#stillMs = turns === this.#turns ? this.#stillMs + awakeMs : 0
    this.#turns = turns
    return this.#stillMs >= this.#stuckAfterMs ? 'stuck' : 'turning'
  }
}
