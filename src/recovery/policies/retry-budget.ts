/** Tokens are counted in thousandths, so that ten calls at a ratio of 0.1 are exactly one retry. */
const TOKEN = 1000

/**
 * How many retries a policy may make, whatever goes wrong: each call adds a part of a token, each retry takes a whole
 * one. Over any number of calls there are never more than `calls × ratio + floor` retries, so a dependency that fails
 * for everybody gets a tenth more calls, not a multiple.
 *
 * It begins with `floor` tokens and never holds more, or than one: a quiet night earns no storm.
 */
export class RetryBudget {
  readonly #perCall: number
  readonly #capacity: number
  #tokens: number

  constructor(ratio: number, floor: number) {
    this.#perCall = Math.round(ratio * TOKEN)
    this.#capacity = Math.max(1, floor) * TOKEN
    this.#tokens = floor * TOKEN
  }

  /** Whether a retry could be paid for. */
  get isExhausted(): boolean {
    return this.#tokens < TOKEN
  }

  addCall(): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + this.#perCall)
  }

  /** Pays for a retry; false when it may not be made. */
  takeRetry(): boolean {
    if (this.isExhausted) return false
    this.#tokens -= TOKEN
    return true
  }
}
