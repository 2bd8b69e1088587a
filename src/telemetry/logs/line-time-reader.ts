/** `2026-11-23T10:20:30.`, then three digits and a `Z`. */
const UP_TO_MS = 20
const LENGTH = UP_TO_MS + 4
const ZERO = 48
const Z = 90

/** Reads the times of lines, which are mostly of the same second as the line before. */
export class LineTimeReader {
  #upToMs = ''
  #epochMs = Number.NaN

  /** Milliseconds since 1970; `NaN` for what is no date. */
  read(text: string): number {
    if (text.length !== LENGTH || text.charCodeAt(LENGTH - 1) !== Z) return Date.parse(text)
    const ms = digits(text)
    if (ms === undefined) return Date.parse(text)
    if (this.#upToMs === '' || !text.startsWith(this.#upToMs)) {
      const epochMs = Date.parse(text)
      // A date that is none, or another notation of the same length, is not remembered.
      if (Number.isNaN(epochMs) || text.charCodeAt(UP_TO_MS - 1) !== '.'.charCodeAt(0)) return epochMs
      this.#upToMs = text.slice(0, UP_TO_MS)
      this.#epochMs = epochMs - ms
    }
    return this.#epochMs + ms
  }
}

/** The number in the last three digits before the `Z`. */
function digits(text: string): number | undefined {
  let number = 0
  for (let index = UP_TO_MS; index < LENGTH - 1; index++) {
    const digit = text.charCodeAt(index) - ZERO
    if (digit < 0 || digit > 9) return undefined
    number = number * 10 + digit
  }
  return number
}
