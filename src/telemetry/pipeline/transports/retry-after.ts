/** Its three forms, all of which a recipient must take. */
const HTTP_DATE =
  /^(?:[a-z]{3}, \d\d [a-z]{3} \d{4} \d\d:\d\d:\d\d gmt|[a-z]{6,9}, \d\d-[a-z]{3}-\d\d \d\d:\d\d:\d\d gmt|[a-z]{3} [a-z]{3} [ \d]\d \d\d:\d\d:\d\d \d{4})$/i

/** Longest that is believed, so that a product of seconds stays a sound number. Who waits has a smaller limit. */
const LONGEST_MS = 86_400_000

/**
 * How long a server asks to be left alone, in milliseconds; `undefined` for not at all. `0` counts as not at all: taken
 * at its word, it makes a sender hammer a server that is in trouble.
 *
 * A date is taken relative to the `Date` of the same answer, which comes from the same clock, so that a clock that is
 * wrong here or there does not matter. Without a `Date`, a date says nothing.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(retryAfter: string | undefined, date: string | undefined): number | undefined {
  const text = retryAfter?.trim() ?? ''
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : httpDateMs(text) - httpDateMs(date?.trim() ?? '')
  return waitMs > 0 ? Math.min(waitMs, LONGEST_MS) : undefined
}

/** `NaN` for what is no date. */
function httpDateMs(text: string): number {
  if (!HTTP_DATE.test(text)) return Number.NaN
  // The third form has no zone and means GMT all the same.
  return Date.parse(/gmt$/i.test(text) ? text : `${text} GMT`)
}
