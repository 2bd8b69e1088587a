/** For a request whose caller has given up on it because of its own time limit. */
export const TIMEOUT = 'timeout'

/**
 * `error.type` of a request that failed: the code where there is one (`ECONNREFUSED`, `ENOTFOUND`,
 * `UND_ERR_HEADERS_TIMEOUT`), the name of the class otherwise; never a message, of which there are any number.
 *
 * @returns `undefined` for a request that its own caller cancelled; a time limit that ran out is an error
 */
export function errorTypeOf(error: unknown): string | undefined {
  // Nothing but a caller's own reason is anything else than an error.
  if (!(error instanceof Error)) return undefined
  const { name, code, cause } = error as NodeJS.ErrnoException
  if (name === 'TimeoutError' || (cause instanceof Error && cause.name === 'TimeoutError')) return TIMEOUT
  if (name === 'AbortError') return undefined
  return typeof code === 'string' && code !== '' ? code : name
}
