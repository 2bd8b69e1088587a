/** Last words of a name that make its value a secret: `dbPassword`, `GITHUB_TOKEN`, `proxy-authorization`. */
const SECRET_WORDS = new Set([
  'authorization',
  'bearer',
  'cookie',
  'cookies',
  'credential',
  'credentials',
  'dsn',
  'jwt',
  'passphrase',
  'passwd',
  'password',
  'pwd',
  'secret',
  'secrets',
  'token',
])

/** The same, for names that only mean a secret as a whole or as their last words: `x-api-key`, `stripePrivateKey`. */
const SECRET_ENDINGS = [
  'accesskey',
  'apikey',
  'apisecret',
  'apitoken',
  'authkey',
  'clientsecret',
  'connectionstring',
  'connectionuri',
  'connstr',
  'dbpass',
  'encryptionkey',
  'masterkey',
  'password',
  'passwd',
  'privatekey',
  'secretkey',
  'sharedkey',
  'signingkey',
  'smtppass',
  'userpass',
]

/**
 * Whether a value under this name is a secret by its name alone, whatever the spelling: `apiKey`, `API_KEY` and
 * `x-api-key` are the same. What is counted or described is not (`tokenCount`, `promptTokens`, `passwordless`).
 *
 * It is a net under typed secrets and never the only guard: a name can hide anything.
 */
export function isSecretName(name: string): boolean {
  const known = answers.get(name)
  if (known !== undefined) return known
  const answer = meansSecret(name)
  if (answers.size < MAX_ANSWERS && name.length <= MAX_CACHED_LENGTH) answers.set(name, answer)
  return answer
}

/** Log lines ask for the same few names again and again. The first ones stay; later ones are worked out each time. */
const answers = new Map<string, boolean>()
const MAX_ANSWERS = 2_000
const MAX_CACHED_LENGTH = 64

function meansSecret(name: string): boolean {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '')
  const last = words.at(-1)
  if (last === undefined) return false
  if (SECRET_WORDS.has(last)) return true
  if (last === 'pass') return words.length > 1
  const joined = words.join('')
  return SECRET_ENDINGS.some((ending) => joined.endsWith(ending))
}
