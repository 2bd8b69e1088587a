const QUOTE = 0x22
const BACKSLASH = 0x5c

/** How many objects and lists a JSON text has, and how deep they nest; for a text that is no JSON, roughly that. */
export interface JsonStructure {
  readonly count: number
  readonly depth: number
}

/**
 * Looks at the brackets of a JSON text before it is parsed. `JSON.parse` itself has no limits: it takes seconds for
 * millions of nested lists. Costs about a fifth of the parsing.
 */
export function measureJson(json: string): JsonStructure {
  let count = 0
  let depth = 0
  let deepest = 0
  for (let position = 0; position < json.length; position++) {
    switch (json.charCodeAt(position)) {
      case 0x5b: // [
      case 0x7b: // {
        count++
        if (++depth > deepest) deepest = depth
        break
      case 0x5d: // ]
      case 0x7d: // }
        depth--
        break
      case QUOTE:
        position = endOfString(json, position) - 1
        break
      default:
    }
  }
  return { count, depth: deepest }
}

/** Where the string that opens at `start` has ended: after its closing quote, which no odd run of backslashes precedes. */
export function endOfString(json: string, start: number): number {
  let quote = json.indexOf('"', start + 1)
  while (quote !== -1) {
    let backslashes = 0
    while (json.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return quote + 1
    quote = json.indexOf('"', quote + 1)
  }
  return json.length
}
