/** Names at most that are remembered; whoever has more makes names of data, and loses what is promised below. */
const MAX_NAMES = 20_000

/**
 * Who has which name on the page: a name with two types would spoil the whole scrape. Whoever came first keeps it, in
 * every later scrape as well, so that no metric comes and goes with the other one.
 */
export class NameClaims {
  readonly #owners = new Map<string, string>()

  /** @returns the name that somebody else has; `undefined` when all are the owner's now */
  claim(owner: string, names: readonly string[]): string | undefined {
    for (const name of names) {
      const known = this.#owners.get(name)
      if (known !== undefined && known !== owner) return name
    }
    if (this.#owners.size > MAX_NAMES) this.#owners.clear()
    for (const name of names) this.#owners.set(name, owner)
    return undefined
  }
}
