import { isSecretName } from './secret-names.ts'

/** What stands where a secret stood. */
export const HIDDEN = '***'

// Each pattern also works inside JSON text, where a quote or a backslash is escaped. Every repetition has a bound, so
// that a hostile line costs time in proportion to its length.
const ESCAPED = String.raw`\\["\\/]`
/** `scheme://user:password@`, the password without `/`, as a valid URL has it. */
const URL_PASSWORD = new RegExp(String.raw`(:\/\/[^\s"\\/?#@:]{0,256}:)((?:[^\s"\\/?#]|${ESCAPED}){0,1024})@`, 'g')
/**
 * The same with a `/`, `?` or `#` in the password: no valid URL, and just therefore what `Invalid URL: …` prints. What
 * begins like a port is left alone.
 */
const BROKEN_URL_PASSWORD = new RegExp(
  String.raw`(:\/\/[^\s"\\/?#@:]{0,256}:)(?!\*\*\*@|\d{1,5}[/?#])((?:[^\s"\\]|${ESCAPED}){0,1024})@`,
  'g',
)
/** `https://token@host`: over HTTP a user without a password is a token. */
const URL_TOKEN = /(https?:\/\/)([^\s"\\/?#@:]{1,1024})@/g
/** A URL that is mistyped: `postgres//app:password@db`, `postgres:/ /app:…`. An image with its digest is none. */
const MISTYPED_URL_PASSWORD = /([:/][^\s"\\@:]{0,256}:)(?!\*\*\*@|\d{1,5}[/?#])([^\s"\\@]{1,1024})@(?!sha256:)/g
/** A URL that is cut off within its password: what follows the colon is no port. */
const CUT_URL_PASSWORD =
  /(:\/\/[^\s"\\/?#@:[]{0,256}:)(?!\*\*\*|\d{1,5}(?:$|[\s"/?#,]))([^\s"\\/?#@]{1,1024})(?=$|[\s"])/g
/** `name=value` of a query or of a `key=value;` connection text. */
const PAIR = /(?<![\w.-])([\w.-]{2,64})=([^&;,\s"\\]{1,4096})/g
const BEARER = /\b(Bearer\s{1,4})[\w.~+/-]{16,4096}={0,2}/gi
const BASIC = /\b(Basic\s{1,4})(?=[\w+/]{0,256}(?:[\d=+/]|[a-z][A-Z]))[\w+/]{8,4096}={0,2}/g
/** A private key in PEM, as far as it goes. */
const PRIVATE_KEY =
  /-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----(?:(?!-----END)[\s\S]){0,32768}(?:-----END [A-Z ]{0,32}PRIVATE KEY-----)?/g

/**
 * The text without the credentials in it: passwords and tokens in URLs (`postgres://app:***@db`), values of secret names
 * in queries and connection texts (`?api_key=***`), what follows `Bearer` and `Basic`, and private keys. The rest stays
 * as it is.
 *
 * A net for texts that other people's code made, such as messages of errors. It can't know a secret that stands alone.
 */
export function hideSecrets(text: string): string {
  let safe = text
  // What is asked for first, and what a word is asked for by, is what few lines have: the search for it is then fast.
  if (safe.includes('@') && safe.includes('://')) {
    safe = safe
      .replace(URL_PASSWORD, `$1${HIDDEN}@`)
      .replace(BROKEN_URL_PASSWORD, `$1${HIDDEN}@`)
      .replace(URL_TOKEN, `$1${HIDDEN}@`)
  }
  if (safe.includes('=')) {
    safe = safe.replace(PAIR, (pair: string, name: string) => (isSecretName(name) ? `${name}=${HIDDEN}` : pair))
  }
  if (safe.includes('Bearer ') || safe.includes('bearer ') || safe.includes('BEARER ')) {
    safe = safe.replace(BEARER, `$1${HIDDEN}`)
  }
  if (safe.includes('Basic ')) safe = safe.replace(BASIC, `$1${HIDDEN}`)
  if (safe.includes('PRIVATE KEY')) safe = safe.replace(PRIVATE_KEY, HIDDEN)
  return safe
}

/** The same for a value or what is said of one, which may be a URL that is mistyped. In a line of a log too much looks like one. */
export function hideSecretsOfValue(value: string): string {
  const safe = hideSecrets(value)
  return safe.replace(MISTYPED_URL_PASSWORD, `$1${HIDDEN}@`).replace(CUT_URL_PASSWORD, `$1${HIDDEN}`)
}

/**
 * A value of JSON with `hide` done to every text in it, names of fields among them. Whatever `hide` replaces, it stays a
 * value of JSON; a number that is a secret becomes a text.
 */
export function hideInJson(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === 'string') return hideInText(value, hide)
  if (typeof value === 'number') {
    const text = hide(String(value))
    // One with a secret somewhere in its digits is a figure, and no secret.
    return /\d/.test(text) ? value : text
  }
  if (Array.isArray(value)) return value.map((item) => hideInJson(item, hide))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [hideInText(name, hide), hideInJson(item, hide)]),
  )
}

/** As JSON writes it, on one line: there also a secret of several lines is found. */
function hideInText(text: string, hide: (text: string) => string): string {
  const written = JSON.stringify(text)
  const safe = hide(written)
  if (safe === written) return text
  // It was the whole of it, with its quotes.
  if (!safe.startsWith('"')) return safe
  try {
    return String(JSON.parse(safe))
  } catch {
    // What was found began within `\n` or the like.
    return text.split('\n').map(hide).join('\n')
  }
}
