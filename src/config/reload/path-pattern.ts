import { type ConfigPath, parseDottedPath } from '../config-path.ts'

/**
 * A place in the configuration, or many: `http.port`, `limits.*.max` where `*` is any one key, `**.timeout` where `**`
 * is any number of keys. Like every path it stands for all that is inside, too: `database` covers `database.pool.max`.
 */
export class PathPattern {
  readonly text: string
  /** How many keys it names: of two that match, the one that names more says more. */
  readonly literalCount: number
  readonly #keys: readonly string[]

  private constructor(text: string, keys: readonly string[]) {
    this.text = text
    this.#keys = keys
    this.literalCount = keys.filter((key) => key !== '*' && key !== '**').length
  }

  /** `undefined` when a part of it is empty. */
  static parse(text: string): PathPattern | undefined {
    const keys = parseDottedPath(text)
    return keys === undefined ? undefined : new PathPattern(text, keys)
  }

  matches(path: ConfigPath): boolean {
    return matchesFrom(this.#keys, 0, path, 0)
  }
}

function matchesFrom(keys: readonly string[], keyAt: number, path: ConfigPath, pathAt: number): boolean {
  const key = keys[keyAt]
  if (key === undefined) return true
  if (key === '**') {
    for (let from = pathAt; from <= path.length; from++) if (matchesFrom(keys, keyAt + 1, path, from)) return true
    return false
  }
  if (pathAt >= path.length) return false
  return (key === '*' || key === String(path[pathAt])) && matchesFrom(keys, keyAt + 1, path, pathAt + 1)
}

/** The one that says most about a path. */
export function bestMatch(patterns: readonly PathPattern[], path: ConfigPath): PathPattern | undefined {
  let best: PathPattern | undefined
  for (const pattern of patterns) {
    if (!pattern.matches(path)) continue
    if (best === undefined || pattern.literalCount > best.literalCount) best = pattern
  }
  return best
}
