/** What has to be ended after use, the latest first. */
export class Surroundings {
  readonly #ends: (() => Promise<unknown>)[] = []
  #ending: Promise<void> | undefined

  add(end: () => Promise<unknown>): void {
    this.#ends.push(end)
  }

  /** Ends all of it, also what comes after one that fails. Safe to call again; never rejects. */
  end(): Promise<void> {
    this.#ending ??= this.#end()
    return this.#ending
  }

  async #end(): Promise<void> {
    for (const end of this.#ends.toReversed()) {
      try {
        await end()
      } catch {
        // The others still have to be ended.
      }
    }
  }
}
