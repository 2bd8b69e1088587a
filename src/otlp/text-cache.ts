/** How many texts are kept: each of up to 40 characters, so some 50 KB in all. A new text replaces the one in its slot. */
const SLOT_COUNT = 1024
/** Longer texts seldom repeat, and comparing them costs as much as making them. */
const MAX_LENGTH = 40

/**
 * Remembers short ASCII texts by their bytes. Telemetry says the same few hundred keys and values over and over: finding
 * a text again is quicker than making it, and what was decoded shares it, which halves its memory.
 */
export class TextCache {
  readonly #slots: string[] = Array.from({ length: SLOT_COUNT }, () => '')

  /** The text of the bytes from `start` to `end`, if it is known. Otherwise {@link add} may be called with it. */
  find(bytes: Uint8Array, start: number, end: number): string | undefined {
    const length = end - start
    if (length === 0 || length > MAX_LENGTH) return undefined
    const text = this.#slots[slotOf(bytes, start, end)] as string
    if (text.length !== length) return undefined
    for (let index = 0; index < length; index++) {
      if (text.charCodeAt(index) !== bytes[start + index]) return undefined
    }
    return text
  }

  add(bytes: Uint8Array, start: number, end: number, text: string): void {
    // As many characters as bytes: only ASCII is, and only for ASCII may `find` compare the one with the other.
    const { length } = text
    if (length === end - start && length !== 0 && length <= MAX_LENGTH) this.#slots[slotOf(bytes, start, end)] = text
  }
}

/** A few bytes tell the usual texts apart well enough; a wrong guess costs a comparison. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  const first = bytes[start] as number
  const middle = bytes[start + (length >> 1)] as number
  const late = bytes[start + length - (length >> 2) - 1] as number
  const last = bytes[end - 1] as number
  return (length + first * 7 + middle * 31 + late * 127 + last * 511) % SLOT_COUNT
}
