/** As many different answers are made beforehand, at most. */
const MOST_KINDS = 32

/** Things that differ in a number of seconds only, made once each and not once for each request. */
export class Jittered<T> {
  readonly #each: readonly T[]
  readonly #random: () => number

  constructor(
    { minSeconds, maxSeconds }: { readonly minSeconds: number; readonly maxSeconds: number },
    random: () => number,
    make: (seconds: number) => T,
  ) {
    const steps = Math.min(maxSeconds - minSeconds, MOST_KINDS - 1)
    const secondsAt = (index: number): number =>
      minSeconds + (steps === 0 ? 0 : Math.round(((maxSeconds - minSeconds) * index) / steps))
    this.#each = Array.from({ length: steps + 1 }, (_, index) => make(secondsAt(index)))
    this.#random = random
  }

  /** Any of them. */
  pick(): T {
    return this.#each[Math.floor(this.#random() * this.#each.length)] as T
  }
}
