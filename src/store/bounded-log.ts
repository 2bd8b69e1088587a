/** Limits of a {@link BoundedLog}; whichever is reached first counts. */
export interface Bounds {
  readonly maxItems: number
  readonly maxBytes: number
}

/** After this many evictions the space of the evicted is given back (when they are also the larger half). */
const COMPACT_AFTER = 1024

/**
 * Items in order of arrival, as many as the bounds allow: the oldest leave first and are counted. The newest item
 * always stays, even one that is larger than all the bytes allowed.
 */
export class BoundedLog<T> {
  readonly #bounds: Bounds
  readonly #onEvict: (item: T) => void
  #items: T[] = []
  #sizes: number[] = []
  #head = 0
  #bytes = 0
  #evicted = 0

  constructor(bounds: Bounds, onEvict: (item: T) => void = () => {}) {
    this.#bounds = bounds
    this.#onEvict = onEvict
  }

  get count(): number {
    return this.#items.length - this.#head
  }

  get bytes(): number {
    return this.#bytes
  }

  /** How many items had to leave so far; {@link BoundedLog.clear} does not count. */
  get evicted(): number {
    return this.#evicted
  }

  push(item: T, bytes: number): void {
    this.#items.push(item)
    this.#sizes.push(bytes)
    this.#bytes += bytes
    while (this.count > 1 && (this.count > this.#bounds.maxItems || this.#bytes > this.#bounds.maxBytes)) this.#evict()
  }

  /** @yields the items, oldest first */
  *[Symbol.iterator](): Generator<T, void> {
    for (let index = this.#head; index < this.#items.length; index++) yield this.#items[index] as T
  }

  clear(): void {
    this.#items = []
    this.#sizes = []
    this.#head = 0
    this.#bytes = 0
  }

  #evict(): void {
    const item = this.#items[this.#head] as T
    this.#bytes -= this.#sizes[this.#head] as number
    // The slot must not keep the item alive until the next compaction.
    this.#items[this.#head] = undefined as T
    this.#head++
    this.#evicted++
    if (this.#head >= COMPACT_AFTER && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#sizes = this.#sizes.slice(this.#head)
      this.#head = 0
    }
    this.#onEvict(item)
  }
}
