/** What whoever is refused is told: nothing of what is inside. @see https://www.rfc-editor.org/rfc/rfc9457 */
export const REFUSAL_BODY = Buffer.from(
  JSON.stringify({
    type: 'about:blank',
    title: 'Service Unavailable',
    status: 503,
    detail: 'The service has too much to do. Try again after the time that Retry-After says.',
  }),
)

/** @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
export function refusalHeaders(seconds: number): Readonly<Record<string, string>> {
  return Object.freeze({
    'content-type': 'application/problem+json',
    'content-length': String(REFUSAL_BODY.length),
    'cache-control': 'no-store',
    'retry-after': String(seconds),
  })
}
