const BYTES = 256
const BYTE_TEXTS: readonly string[] = Array.from({ length: BYTES }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Eight hexadecimal digits of 32 bits. */
export function toHex(word: number): string {
  return (
    (BYTE_TEXTS[word >>> 24] as string) +
    (BYTE_TEXTS[(word >>> 16) & 0xff] as string) +
    (BYTE_TEXTS[(word >>> 8) & 0xff] as string) +
    (BYTE_TEXTS[word & 0xff] as string)
  )
}

/** The 32 bits that eight hexadecimal digits stand for, from `start` on. The digits must be checked already. */
export function fromHex(text: string, start: number): number {
  let word = 0
  for (let at = start; at < start + 8; at++) {
    const unit = text.charCodeAt(at)
    word = (word << 4) | (unit <= 0x39 ? unit - 0x30 : (unit | 0x20) - 0x57)
  }
  return word
}
