/**
 * How many bits the code of each byte has, the end of the string last (RFC 7541, appendix B). That is all there is to know:
 * codes of one length follow each other in the order of the bytes, and shorter ones come first.
 */
// oxfmt-ignore
const BIT_COUNTS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
  28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
  5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
  6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
  24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
  21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
  26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
]

const END = 256
const MAX_PADDING_BITS = 7

/** The codes of one length: from `first` on they stand for `symbols`. */
interface CodesOfLength {
  readonly first: number
  readonly symbols: readonly number[]
}

const CODES = assignCodes()

function assignCodes(): readonly CodesOfLength[] {
  const codes: CodesOfLength[] = []
  let next = 0
  for (let bitCount = 0; bitCount <= Math.max(...BIT_COUNTS); bitCount++) {
    const symbols = [...BIT_COUNTS.keys()].filter((symbol) => BIT_COUNTS[symbol] === bitCount)
    codes.push({ first: next, symbols })
    next = (next + symbols.length) * 2
  }
  return codes
}

/** @throws `Error` when the bytes are no such code */
export function decodeHuffman(bytes: Buffer): string {
  const text: number[] = []
  let code = 0
  let bitCount = 0
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1)
      bitCount++
      const { first, symbols } = CODES[bitCount] ?? { first: 0, symbols: [] }
      const symbol = symbols[code - first]
      if (symbol === undefined) {
        if (bitCount >= CODES.length) throw new Error('no code')
        continue
      }
      if (symbol === END) throw new Error('the end of the string inside of it')
      text.push(symbol)
      code = 0
      bitCount = 0
    }
  }
  // The rest of the last byte is filled with ones.
  if (bitCount > MAX_PADDING_BITS || code !== 2 ** bitCount - 1) throw new Error('wrong padding')
  return Buffer.from(text).toString('latin1')
}
