/** A few small metrics; it grows to what the largest one takes. */
const FIRST_LENGTH = 1024
/** 512 KiB, 2,000 histograms of the usual 16 buckets: what is beyond is not kept for the next collection. */
const LONGEST_KEPT = 65_536

/**
 * The numbers of one metric at one moment. A plain row of them, outside of the heap, is filled in microseconds and costs
 * the garbage collector nothing, however many series there are; points are made of it later, a few at a time.
 */
export class ValueBuffer {
  values = new Float64Array(FIRST_LENGTH)
  #length = 0

  /** Makes room for some more. @returns where it begins */
  claim(count: number): number {
    const at = this.#length
    this.#length += count
    if (this.#length > this.values.length) this.#grow()
    return at
  }

  /** Empties it, for the next metric. */
  clear(): void {
    this.#length = 0
    if (this.values.length > LONGEST_KEPT) this.values = new Float64Array(FIRST_LENGTH)
  }

  #grow(): void {
    let length = this.values.length
    while (length < this.#length) length *= 2
    const values = new Float64Array(length)
    values.set(this.values)
    this.values = values
  }
}
