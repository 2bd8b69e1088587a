// No template type: it would refuse every text out of a configuration and of an object that is not written in place, and
// still take "5 s", "-5s" and "1e3s", because `${number}` takes whatever converts to a number.

/**
 * A length of time as people write it: `"10s"`, `"1m30s"`, `"250ms"`; a plain number is milliseconds. What is none is
 * refused where it is read, with what is allowed.
 */
export type Duration = number | string

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g

/** What {@link parseDuration} takes, for error messages. */
export const DURATION_FORM = 'a number of milliseconds or a text such as "500ms", "10s", "1m30s"'

/** What a duration in a variable of our own looks like, for error messages. */
export const DURATION_WITH_UNIT_FORM = 'a duration with its unit such as "500ms", "10s", "1m30s"; only 0 needs none'

/**
 * Milliseconds of a text that says its unit, or `undefined`. A bare number is none except 0: beside a variable in seconds,
 * `5` for five seconds would be taken for five milliseconds.
 */
export function parseDurationWithUnit(text: string): number | undefined {
  const ms = parseDuration(text)
  return ms === 0 || /[a-z]/.test(text) ? ms : undefined
}

/** Milliseconds of `value`, or `undefined` when it is no duration. A text that is only a number means milliseconds. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text)
  if (!WHOLE.test(text)) return undefined
  let totalMs = 0
  for (const [, amount, unit] of text.matchAll(PART)) totalMs += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS]
  return totalMs
}

/** The shortest text that a person reads easily: `850ms`, `2.5s`, `1m30s`. */
export function formatDuration(ms: number): string {
  const wholeMs = Math.round(ms)
  if (wholeMs < 1000) return `${wholeMs}ms`
  const seconds = Number((ms / 1000).toFixed(ms < 10_000 ? 2 : 1))
  if (seconds < 60) return `${seconds}s`
  // Rounded before it is split: 119,999 ms is two minutes, not one minute and sixty seconds.
  const wholeSeconds = Math.round(ms / 1000)
  const rest = wholeSeconds % 60
  return `${Math.floor(wholeSeconds / 60)}m${rest === 0 ? '' : `${rest}s`}`
}
