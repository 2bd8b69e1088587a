/** 1 for each code of a lower-case hexadecimal digit. */
const IS_HEX = new Uint8Array(128)
for (const digit of '0123456789abcdef') IS_HEX[digit.charCodeAt(0)] = 1

const ZERO = 0x30

/** Whether `text` holds nothing but lower-case hexadecimal digits from `start` to `end`. */
export function isHex(text: string, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    // Outside of the table, or of the text, there is no 1.
    if (IS_HEX[text.charCodeAt(index)] !== 1) return false
  }
  return true
}

/** The same, and not all of them are 0, which is what no id may be. */
export function isHexId(text: string, start: number, end: number): boolean {
  let hasDigit = false
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index)
    if (IS_HEX[code] !== 1) return false
    if (code !== ZERO) hasDigit = true
  }
  return hasDigit
}

/** The value of a lower-case hexadecimal digit. */
export function hexValue(code: number): number {
  return code <= 0x39 ? code - ZERO : code - 0x57
}
