/** Between the keys of a path: `HTTP__PORT` is `http.port`. */
export const KEY_SEPARATOR = '__'

/** A variable with this at its end names a file that holds the value. */
export const FILE_SUFFIX = '_FILE'

const NAME = /^[A-Z][A-Z0-9_]*$/
const WORD = /^[A-Z0-9]+(?:_[A-Z0-9]+)*$/

/**
 * The parts of a variable's name that stand for keys, or `undefined` when it can't stand for any: lower case, or an
 * underscore too many. `HTTP__KEEP_ALIVE` has the parts `HTTP` and `KEEP_ALIVE`.
 */
export function splitVariableName(name: string): readonly string[] | undefined {
  if (!NAME.test(name)) return undefined
  const parts = name.split(KEY_SEPARATOR)
  return parts.every((part) => WORD.test(part)) ? parts : undefined
}

/** The key as it is usually written: `KEEP_ALIVE` is `keepAlive`. */
export function toKey(part: string): string {
  const [first = '', ...rest] = part.toLowerCase().split('_')
  return first + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

/**
 * The one of `keys` that a part of a variable's name stands for, however the key is spelled: `POOL_SIZE` is `poolSize`,
 * `pool_size`, `pool-size` or `PoolSize`. `undefined` when there is none, or several and none is `poolSize`.
 */
export function matchKey(part: string, keys: Iterable<string>): string | undefined {
  const usual = toKey(part)
  const matches: string[] = []
  for (const key of keys) {
    if (key === usual) return key
    if (bare(key) === bare(part)) matches.push(key)
  }
  return matches.length === 1 ? matches[0] : undefined
}

/** The variable that sets a path: `http.keepAlive` is set by `HTTP__KEEP_ALIVE`. */
export function toVariableName(path: readonly string[], prefix = ''): string {
  return prefix + path.map(toPart).join(KEY_SEPARATOR)
}

function toPart(key: string): string {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '')
    .toUpperCase()
}

/** A name without what its spellings differ in. */
export function bare(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase()
}
