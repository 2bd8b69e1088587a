/**
 * How late the event loop is, from how late a timer comes: in each turn at most once, and before the turn reads what has
 * arrived, so that a decision about that is made with what is known of the wait it had.
 *
 * It is an average over the time that has just passed, in which each delay counts for as long as it was: what somebody
 * who came at any moment of it has met. An average over timers would hide a long delay behind the many short ones beside
 * it, and one since the start hides everything after a day.
 */
export class LoopDelay {
  /** The average, in milliseconds. */
  averageMs: number
  readonly #windowMs: number

  /**
   * @param windowMs how far it looks back: what is older counts for a third and less
   * @param averageMs what is known already
   */
  constructor(windowMs: number, averageMs = 0) {
    this.averageMs = averageMs
    this.#windowMs = windowMs
  }

  /**
   * @param lateMs how late the timer was
   * @param passedMs the time since the one before
   * @param mostMs from where on a delay counts as this one: a single long one is not to be remembered for longer
   */
  add(lateMs: number, passedMs: number, mostMs: number): void {
    const weight = 1 - Math.exp(-passedMs / this.#windowMs)
    this.averageMs += (Math.min(Math.max(0, lateMs), mostMs) - this.averageMs) * weight
  }
}
