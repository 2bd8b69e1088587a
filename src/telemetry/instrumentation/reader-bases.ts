/** What was read when each reader collected last: as many as there are readers, and those go with them. */
export class ReaderBases<T> {
  readonly #first: T
  readonly #bases = new WeakMap<object, T>()

  /** @param first what a reader compares with that has never collected */
  constructor(first: T) {
    this.#first = first
  }

  of(reader: object): T {
    return this.#bases.get(reader) ?? this.#first
  }

  set(reader: object, base: T): void {
    this.#bases.set(reader, base)
  }
}
