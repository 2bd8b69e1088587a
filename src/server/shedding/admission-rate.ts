/** How fast the rate follows: in half a second to a third at twice the limit, to two and a half times without a delay. */
const GAIN_PER_SECOND = 2
/** The same where the loop is hardly late at all: what holds it back then is the rate, which knows nothing of what can be done. */
const FREE_GAIN_PER_SECOND = 12
const FREE_RATIO = 0.25
/** The share of the limit at which the delay is kept: the loop is then busy all the time, and no busier. */
const TARGET_RATIO = 0.9
/** What is always let through, per millisecond: without any request nobody would see that things are well again. */
const LEAST_PER_MS = 0.001
/** After this time, in milliseconds, a third is left of the highest rate that was seen. */
const MEMORY_MS = 10_000

/**
 * How many requests are admitted while the event loop is late: as many as it gets done in the time for which it may be
 * late, turn by turn.
 *
 * It begins with the most that was done of late. The rate then follows the delay, slowly, and fast where there is none: after a
 * pause of a service that had nothing to do, that most says nothing. No turn gets more than fits into the limit, however many have come: a rate that is wrong, or a long pause
 * before the turn, makes the next turn no longer than a little above it. A share of those who come would do worse: it is
 * right for one number of them only, and where several times too many come it goes back and forth between all and none.
 */
export class AdmissionRate {
  #perMs = 0
  #tokens = 0
  #refused = 0
  #admitted = 0

  /** What is admitted at most, by the second. */
  get perSecond(): number {
    return this.#perMs * 1000
  }

  /** Nothing is refused: takes what was done, to know where to begin. */
  observe(requests: number, passedMs: number): void {
    this.#perMs = Math.max(requests / passedMs, this.#perMs * Math.exp(-passedMs / MEMORY_MS))
  }

  /** A new turn, with what is known of the delay. @param ratio the delay as a share of its limit */
  turn(ratio: number, passedMs: number, limitMs: number): void {
    this.#perMs = Math.max(LEAST_PER_MS, this.#perMs)
    // More than was asked for is no rate that anybody has tried, and no turn gets shorter with less than one request in it.
    if (ratio > TARGET_RATIO ? this.#admitted > 1 : this.#refused > 0) {
      // A long turn says no more of the rate than one that is as long as it may be.
      const seconds = Math.min(passedMs, limitMs) / 1000
      const gain = ratio < FREE_RATIO ? FREE_GAIN_PER_SECOND : GAIN_PER_SECOND
      this.#perMs = Math.max(LEAST_PER_MS, this.#perMs * Math.exp(gain * (TARGET_RATIO - ratio) * seconds))
    }
    this.#refused = 0
    this.#admitted = 0
    // What was not used is kept, so that a rate of less than one in a turn is one, too, and requests may come in bursts.
    this.#tokens = Math.min(this.#tokens + this.#perMs * passedMs, Math.max(1, this.#perMs * limitMs))
  }

  /** Whether one more is admitted in this turn. */
  admits(): boolean {
    if (this.#tokens >= 1) {
      this.#tokens--
      this.#admitted++
      return true
    }
    this.#refused++
    return false
  }
}
