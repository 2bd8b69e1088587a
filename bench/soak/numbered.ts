/** Which of many numbers have been seen, a bit for each: millions of spans are told apart in a megabyte. */
export class Numbered {
  #bits = new Uint8Array(1024 * 1024)
  #count = 0
  #repeated = 0

  /** How many different ones. */
  get count(): number {
    return this.#count
  }

  /** How often one came that was there already. */
  get repeated(): number {
    return this.#repeated
  }

  add(number: number): void {
    const at = Math.floor(number / 8)
    if (at >= this.#bits.length) {
      const longer = new Uint8Array(Math.max(at + 1, this.#bits.length * 2))
      longer.set(this.#bits)
      this.#bits = longer
    }
    const bit = 1 << (number % 8)
    if (((this.#bits[at] ?? 0) & bit) !== 0) this.#repeated++
    else {
      this.#bits[at] = (this.#bits[at] ?? 0) | bit
      this.#count++
    }
  }
}
