const NO_DIGIT = -1

const DIGITS = Int8Array.from({ length: 128 }, (_, unit) => {
  const digit = Number.parseInt(String.fromCharCode(unit), 16)
  return Number.isNaN(digit) ? NO_DIGIT : digit
})

/**
 * An id in hexadecimal text, as 32-bit words, checked and read in one go. One of these serves any number of ids, one after
 * the other.
 */
export class HexId {
  readonly #words: Int32Array
  readonly #length: number

  /** @param wordCount 4 for the id of a trace, 2 for that of a span */
  constructor(wordCount: number) {
    this.#words = new Int32Array(wordCount)
    this.#length = wordCount * 8
  }

  /** @returns whether `text` is a valid id: hexadecimal digits of either case, the right number of them, not all zeros */
  read(text: string): boolean {
    if (text.length !== this.#length) return false
    const words = this.#words
    let invalid = 0
    let any = 0
    for (let index = 0; index < words.length; index++) {
      let word = 0
      for (let at = index * 8; at < index * 8 + 8; at++) {
        const unit = text.charCodeAt(at)
        const digit = unit < 128 ? (DIGITS[unit] as number) : NO_DIGIT
        invalid |= digit
        word = (word << 4) | (digit & 0xf)
      }
      words[index] = word
      any |= word
    }
    return invalid >= 0 && any !== 0
  }

  /** One of the words of the id that was read last, the most significant first. */
  word(index: number): number {
    return this.#words[index] as number
  }
}
