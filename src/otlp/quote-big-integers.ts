const MAYBE_BIG = /[:,[]\s*-?\d{16}/
const BIG_INTEGER = /(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g

/**
 * Puts quotes around whole numbers of 16 digits and more in a JSON text, so that `JSON.parse` does not round them: OTLP
 * takes 64-bit integers as numbers and as strings, and a time in nanoseconds has 19 digits. Text inside strings stays as
 * it is. Costs one fast scan when there is nothing to quote.
 */
export function quoteBigIntegers(json: string): string {
  if (!MAYBE_BIG.test(json)) return json
  const parts: string[] = []
  let position = 0
  while (position < json.length) {
    const quote = json.indexOf('"', position)
    const end = quote === -1 ? json.length : quote
    parts.push(json.slice(position, end).replace(BIG_INTEGER, '"$&"'))
    if (quote === -1) break
    position = endOfString(json, quote)
    parts.push(json.slice(quote, position))
  }
  return parts.join('')
}

/** Where the string that opens at `start` has ended: after its closing quote, which no odd run of backslashes precedes. */
function endOfString(json: string, start: number): number {
  let quote = json.indexOf('"', start + 1)
  while (quote !== -1) {
    let backslashes = 0
    while (json.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes++
    if (backslashes % 2 === 0) return quote + 1
    quote = json.indexOf('"', quote + 1)
  }
  return json.length
}
