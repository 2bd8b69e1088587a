import type { Clock } from 'seaworthy'

const FIRST_MS = 50
const LONGEST_MS = 5000
/** A connection that breaks sooner has not worked: a server that takes and drops them is not to be dialled all the time. */
const STEADY_MS = 10_000

/**
 * How long to wait before a server is dialled again: 50 ms at first, then twice as long each time up to 5 s, less up to a
 * half by chance, so that the clients of a server that comes back don't all come at once.
 */
export class DialPace {
  readonly #clock: Clock
  readonly #random: () => number
  #dials = 0
  #upSinceMs: number | undefined = undefined

  constructor(clock: Clock, random: () => number = Math.random) {
    this.#clock = clock
    this.#random = random
  }

  /** A connection stands. */
  up(): void {
    this.#upSinceMs = this.#clock.now()
  }

  /** Milliseconds until the next dial. */
  next(): number {
    const upSinceMs = this.#upSinceMs
    this.#upSinceMs = undefined
    if (upSinceMs !== undefined && this.#clock.now() - upSinceMs >= STEADY_MS) this.#dials = 0
    const longestMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#dials)
    this.#dials += 1
    return Math.round(longestMs * (1 - this.#random() / 2))
  }
}
