/** Texts that come again and again, each kept once. */
export class Texts {
  readonly #numbers = new Map<string, number>()

  /** The number of a text; -1 when there is none. */
  numberOf(text: string | undefined): number {
    if (text === undefined) return -1
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    this.#numbers.set(text, this.#numbers.size)
    return this.#numbers.size - 1
  }

  /** In the order of their numbers. */
  all(): readonly string[] {
    return [...this.#numbers.keys()]
  }
}

/** To the hundredth of a millisecond, which is finer than any eye: half the size. */
export function roundMs(ms: number): number {
  return Math.round(ms * 100) / 100
}
