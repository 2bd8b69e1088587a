import { isSecretName } from '../core/secret-names.ts'
import { hideSecrets, hideSecretsOfValue } from '../core/secret-text.ts'
import { type ConfigPath, formatPath, isWithin } from './config-path.ts'
import { type ConfigNode, type LeafNode, isPlainObject, leavesOf } from './config-tree.ts'
import { isSecret } from './secret.ts'

export const SECRET_SHOWN = '[secret]'
const MAX_SHOWN_LENGTH = 60
/** A shorter secret would tear unrelated words apart; it is only replaced where it stands in quotes. */
const MIN_BARE_LENGTH = 4

/**
 * Knows which values of one configuration are secrets, and keeps them out of whatever is shown. A value is a secret when
 * its key or its variable is named like one, when it came from the file of a `…_FILE` variable, when it is a `Secret`,
 * or when the caller listed its path.
 */
export class SecretGuard {
  readonly #listed: readonly ConfigPath[]
  readonly #texts = new Set<string>()

  constructor(listed: readonly ConfigPath[]) {
    this.#listed = listed
  }

  /** Remembers the secrets of a tree, for {@link SecretGuard.scrub}. */
  learn(tree: ConfigNode): void {
    for (const [path, leaf] of leavesOf(tree)) {
      if (isSecret(leaf.value)) this.#texts.add(leaf.value.reveal())
      else if (this.isSecretLeaf(path, leaf)) this.#texts.add(String(leaf.value))
    }
    this.#texts.delete('')
  }

  isSecretLeaf(path: ConfigPath, { value, origin }: LeafNode): boolean {
    if (isSecret(value)) return true
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return false
    if (origin.source === 'environment' && (origin.file !== undefined || isSecretName(origin.variable))) return true
    return this.isSecretPath(path)
  }

  isSecretPath(path: ConfigPath): boolean {
    if (this.#listed.some((listed) => isWithin(path, listed))) return true
    const keys = path.filter((segment) => typeof segment === 'string')
    const last = keys.at(-1)
    if (last !== undefined && isSecretName(last)) return true
    // What is inside `apiKeys` or `credentials` is secret; what is inside `token` or `cookie` describes it.
    const containers = typeof path.at(-1) === 'number' ? keys : keys.slice(0, -1)
    return containers.some((key) => key.endsWith('s') && (isSecretName(key) || isSecretName(key.slice(0, -1))))
  }

  /** A text that others wrote, such as the message of a schema library, on one line and without secrets. */
  scrub(text: string): string {
    let safe = text.replaceAll(/\s*\n\s*/g, ' ')
    for (const secret of [...this.#texts].sort((a, b) => b.length - a.length)) {
      const quoted = JSON.stringify(secret)
      safe = safe.replaceAll(quoted, SECRET_SHOWN).replaceAll(`'${secret}'`, SECRET_SHOWN)
      if (secret.length < MIN_BARE_LENGTH) continue
      safe = safe.replaceAll(secret, SECRET_SHOWN).replaceAll(quoted.slice(1, -1), SECRET_SHOWN)
    }
    return hideSecretsOfValue(safe)
  }

  /** `http.port = "80a"`, for the subject of a problem; only the path when the value is no single one. */
  showLeaf(path: ConfigPath, leaf: LeafNode): string {
    const { value } = leaf
    if (this.isSecretLeaf(path, leaf)) return `${formatPath(path)} = ${SECRET_SHOWN}`
    if (typeof value === 'string') return `${formatPath(path)} = ${JSON.stringify(shorten(this.scrub(value)))}`
    if (value === null || typeof value === 'number' || typeof value === 'boolean')
      return `${formatPath(path)} = ${value}`
    return formatPath(path)
  }

  /** A value of the configuration as it may be shown: new objects and lists, secrets replaced. */
  redact(value: unknown, path: ConfigPath): unknown {
    if (isSecret(value)) return SECRET_SHOWN
    if (typeof value === 'string') return this.isSecretPath(path) ? SECRET_SHOWN : hideSecretsOfValue(value)
    if (typeof value === 'number' || typeof value === 'bigint') return this.isSecretPath(path) ? SECRET_SHOWN : value
    if (Array.isArray(value)) return value.map((item, index) => this.redact(item, [...path, index]))
    if (isPlainObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.redact(item, [...path, key])]))
    }
    if (value instanceof URL) return this.isSecretPath(path) ? SECRET_SHOWN : hideSecrets(value.href)
    if (value instanceof RegExp) return String(value)
    if (typeof value === 'function') return '[function]'
    if (value instanceof Date || typeof value !== 'object' || value === null) return value
    // What a class holds inside is its own affair.
    return `[${value.constructor?.name || 'object'}]`
  }
}

function shorten(text: string): string {
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text
}
