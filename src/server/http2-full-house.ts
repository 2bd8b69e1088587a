import type { Clock } from '../core/clock.ts'

export interface FullHouseOptions {
  readonly clock: Clock
  /** For how long at least the client is watched, from now on, in milliseconds. */
  readonly watchMs: number
  /** How long ago what the client did still says what it is about to do, in milliseconds. */
  readonly windowMs: number
  /** The most that the client waited for at a time before it was watched; 0 if nothing is known. */
  readonly highestBefore: number
}

/**
 * Watches how many answers the client of one session waits for at a time, and tells the moment in which it waits for as
 * many as it ever did of late. Who sends the next request when an answer has come has none to send in that moment, so a
 * GOAWAY then meets no stream that is on its way, and none that the client has begun and not yet written.
 */
export class FullHouse {
  readonly #options: FullHouseOptions
  readonly #watchUntil: number
  #windowEndsAt: number
  #highest: number
  #highestBefore: number

  /** @param waiting for how many answers the client waits now */
  constructor(options: FullHouseOptions, waiting: number) {
    const now = options.clock.now()
    this.#options = options
    this.#watchUntil = now + options.watchMs
    this.#windowEndsAt = now + options.windowMs
    this.#highest = waiting
    this.#highestBefore = options.highestBefore
  }

  /** To be told when streams have begun, with all that are waited for. */
  streamsBegan(waiting: number): void {
    const now = this.#options.clock.now()
    // A time without any stream says nothing of the client: the window before is the last one in which there were some.
    if (now >= this.#windowEndsAt) {
      this.#highestBefore = this.#highest
      this.#highest = 0
      this.#windowEndsAt = now + this.#options.windowMs
    }
    this.#highest = Math.max(this.#highest, waiting)
  }

  /** Whether the client was watched for long enough to rely on it. */
  get isKnown(): boolean {
    return this.#options.clock.now() >= this.#watchUntil && this.#highestBefore > 0
  }

  /** Whether the client now waits for as many as it ever did of late. */
  isFull(waiting: number): boolean {
    return waiting > 0 && waiting >= Math.max(this.#highest, this.#highestBefore)
  }
}
