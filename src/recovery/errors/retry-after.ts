/** Longer than anybody waits; keeps nonsense out of sums. */
const MAX_MS = 86_400_000

/**
 * Milliseconds of a `Retry-After` header: a number of seconds or an HTTP date, never negative, at most a day. `undefined`
 * for what is neither.
 *
 * @param nowMs the time of day, since a date is one
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */
export function parseRetryAfter(value: unknown, nowMs: number): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? bounded(value * 1000) : undefined
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (/^\d{1,15}$/.test(text)) return bounded(Number(text) * 1000)
  // All three forms of an HTTP date begin with the name of a day; `Date.parse()` alone takes nearly any text for a date.
  if (text.length > 40 || !/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(text)) return undefined
  // The oldest form has no zone, and means GMT all the same.
  const at = Date.parse(/ \d{4}$/.test(text) ? `${text} GMT` : text)
  return Number.isNaN(at) ? undefined : bounded(at - nowMs)
}

function bounded(ms: number): number {
  return Math.min(MAX_MS, Math.max(0, ms))
}

/** The value of a header of an answer or of an error's answer, whatever its client keeps headers in. */
export function readHeader(headers: unknown, name: string): unknown {
  if (typeof headers !== 'object' || headers === null) return undefined
  const { get } = headers as { readonly get?: unknown }
  if (typeof get === 'function') return Reflect.apply(get, headers, [name]) ?? undefined
  for (const [key, value] of Object.entries(headers)) {
    if (key.toLowerCase() === name) return Array.isArray(value) ? value[0] : value
  }
  return undefined
}
