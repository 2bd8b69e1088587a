const ESCAPE = /%([\da-f]{2})/gi

/** Percent-encodes everything that is not a letter, a digit or one of `-_.!~*'`. Never throws: half characters become U+FFFD. */
export function encodePercent(text: string): string {
  const encoded = encodeURIComponent(text.toWellFormed())
  // These two stay as they are otherwise, and are not allowed in a token.
  return encoded.includes('(') || encoded.includes(')')
    ? encoded.replaceAll('(', '%28').replaceAll(')', '%29')
    : encoded
}

/**
 * Undoes percent-encoding. Never throws: bytes that are no UTF-8 become U+FFFD, and a `%` that begins no escape stays.
 *
 * @see https://www.w3.org/TR/baggage/#value
 */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    const latin1 = Buffer.from(text, 'utf8')
      .toString('latin1')
      .replaceAll(ESCAPE, (_escape, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
    return Buffer.from(latin1, 'latin1').toString('utf8')
  }
}
