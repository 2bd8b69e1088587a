import { randomFillSync } from 'node:crypto'

/** Fills an array with random bits. */
export type FillRandom = (words: Int32Array) => unknown

/** 4 KiB: one call of the generator serves some 200 spans with traces of their own. */
const POOL_WORDS = 1024

/**
 * Random numbers of 32 bits, from the generator of `node:crypto`, which is asked for many at a time: a call of it costs
 * more than a span.
 */
export class RandomWords {
  readonly #fill: FillRandom
  readonly #pool = new Int32Array(POOL_WORDS)
  #next = POOL_WORDS

  constructor(fill: FillRandom = (words) => randomFillSync(words)) {
    this.#fill = fill
  }

  /** A number from -2^31 to 2^31 - 1, so that it needs no object of its own. */
  next(): number {
    if (this.#next === POOL_WORDS) {
      this.#fill(this.#pool)
      this.#next = 0
    }
    // The index is in bounds.
    return this.#pool[this.#next++] as number
  }
}
