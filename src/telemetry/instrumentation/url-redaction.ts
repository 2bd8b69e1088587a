import { isSecretName } from '../../core/secret-names.ts'

/**
 * Query parameters that are signatures or credentials by their name, and therefore never leave the process: those of
 * the conventions, and short names that mean a password, an API key, a session or a code of OAuth more often than not.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span (`url.full`)
 */
const SECRET_PARAMETERS = new Set([
  'auth',
  'awsaccesskeyid',
  'code',
  'key',
  'pass',
  'sid',
  'sig',
  'signature',
  'x-amz-credential',
  'x-amz-security-token',
  'x-amz-signature',
  'x-goog-credential',
  'x-goog-signature',
])
const REDACTED = 'REDACTED'

/** `query` without its `?`, the values of secret parameters replaced. Everything else stays byte for byte. */
export function redactQuery(query: string): string {
  if (!query.includes('=')) return query
  return query
    .split('&')
    .map((pair) => {
      const split = pair.indexOf('=')
      if (split === -1) return pair
      const name = pair.slice(0, split)
      return isSecret(name) ? `${name}=${REDACTED}` : pair
    })
    .join('&')
}

/** A target such as `/a?b=c` in its two parts, the query redacted; no query is an empty text. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const end = target.indexOf('#')
  const whole = end === -1 ? target : target.slice(0, end)
  const split = whole.indexOf('?')
  if (split === -1) return { path: whole, query: '' }
  return { path: whole.slice(0, split), query: redactQuery(whole.slice(split + 1)) }
}

/** A whole URL, fit for `url.full`: its credentials and secret parameters replaced. */
export function describeUrl(url: URL): string {
  const credentials = url.username === '' && url.password === '' ? '' : `${REDACTED}:${REDACTED}@`
  const query = url.search === '' ? '' : `?${redactQuery(url.search.slice(1))}`
  return `${url.protocol}//${credentials}${url.host}${url.pathname}${query}`
}

function isSecret(name: string): boolean {
  if (SECRET_PARAMETERS.has(name.toLowerCase()) || isSecretName(name)) return true
  if (!name.includes('%')) return false
  try {
    return isSecret(decodeURIComponent(name))
  } catch {
    return false
  }
}
