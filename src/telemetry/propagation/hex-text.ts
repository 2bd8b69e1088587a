/** By its code, the value of each lower-case hexadecimal digit, and of everything else one that no digit has. */
const VALUES = new Uint8Array(256).fill(0xff)
for (const digit of '0123456789abcdef') VALUES[digit.charCodeAt(0)] = Number.parseInt(digit, 16)

const MAX_ASCII = 0x7f

/** Whether `text` holds nothing but lower-case hexadecimal digits from `start` to `end`. */
export function isHex(text: string, start: number, end: number): boolean {
  return combine(text, start, end) <= 0xf
}

/** The same, and not all of them are 0, which is what no id may be. */
export function isHexId(text: string, start: number, end: number): boolean {
  const bits = combine(text, start, end)
  return bits <= 0xf && bits !== 0
}

/** The value of a lower-case hexadecimal digit. */
export function hexValue(code: number): number {
  return VALUES[code] ?? 0
}

/** All bits of all digits, above 0xf if any is none. Without a branch for each of them, as it runs for every request. */
function combine(text: string, start: number, end: number): number {
  let bits = 0
  let codes = 0
  for (let index = start; index < end; index++) {
    // Beyond the end of the text it is NaN, whose bits are 0, and that is the code of no digit.
    const code = text.charCodeAt(index)
    bits |= VALUES[code & 0xff] ?? 0xff
    codes |= code
  }
  return codes > MAX_ASCII ? 0xff : bits
}
