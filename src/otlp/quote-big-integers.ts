import { endOfString } from './json-structure.ts'

const MIN_DIGITS = 16
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
  let copiedUntil = 0
  let position = 0
  while (position < json.length) {
    const quote = json.indexOf('"', position)
    const end = quote === -1 ? json.length : quote
    if (end - position >= MIN_DIGITS) {
      parts.push(json.slice(copiedUntil, position), json.slice(position, end).replace(BIG_INTEGER, '"$&"'))
      copiedUntil = end
    }
    position = quote === -1 ? end : endOfString(json, quote)
  }
  return parts.join('') + json.slice(copiedUntil)
}
