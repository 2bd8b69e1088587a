type Fields = Readonly<Record<string, unknown>>

/** How many entries of a list, and how many characters of a text, are tried one after the other. */
const LIMITS = [
  { entries: 20, characters: 500 },
  { entries: 10, characters: 200 },
  { entries: 5, characters: 100 },
  { entries: 2, characters: 60 },
] as const

/** What is left out first when shortening is not enough; what is not named here is kept. */
const LEAST_FIRST = ['figures', 'flush', 'phases', 'counts', 'failures', 'aborted', 'laggards', 'error'] as const

/**
 * The fields as JSON of at most `maxBytes`: whole if there is room, otherwise with shorter texts and lists (each says how
 * many entries are missing), otherwise without what matters least. Always valid JSON.
 */
export function fitReport(fields: Fields, maxBytes: number): string {
  const fits = (text: string): boolean => Buffer.byteLength(text) <= maxBytes
  const whole = JSON.stringify(fields)
  if (fits(whole)) return whole
  for (const limits of LIMITS) {
    const shorter = JSON.stringify(shorten(fields, limits))
    if (fits(shorter)) return shorter
  }
  const left: Record<string, unknown> = { ...(shorten(fields, LIMITS[LIMITS.length - 1] ?? LIMITS[0]) as Fields) }
  const omitted: string[] = []
  for (const name of LEAST_FIRST) {
    if (name in left) omitted.push(name)
    delete left[name]
    const smaller = JSON.stringify({ ...left, omitted })
    if (fits(smaller)) return smaller
  }
  return '{}'
}

function shorten(value: unknown, limits: (typeof LIMITS)[number]): unknown {
  if (typeof value === 'string')
    return value.length <= limits.characters ? value : `${value.slice(0, limits.characters)}…`
  if (Array.isArray(value)) {
    const kept = value.slice(0, limits.entries).map((item) => shorten(item, limits))
    return value.length > kept.length ? [...kept, `… and ${value.length - kept.length} more`] : kept
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shorten(item, limits)]))
}
