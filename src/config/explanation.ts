import { type ConfigPath, formatPath } from './config-path.ts'
import { type ConfigNode, isPlainObject, nearestNode } from './config-tree.ts'
import { type ConfigSource, describeOrigin, type Origin } from './origin.ts'
import { type SecretGuard, SECRET_SHOWN } from './secret-guard.ts'

/** One value of the configuration and where it came from. */
export interface ConfigEntry {
  /** `http.port`. A list is one entry. */
  readonly path: string
  /** The highest layer that sets it; `schema` for a default of the schema or what it worked out itself. */
  readonly source: ConfigSource
  /** As the program gets it, with secrets as `[secret]` and passwords in URLs as `***`. */
  readonly value: unknown
  /** The variable, when `source` is `environment`. */
  readonly variable?: string
  /** The file, when `source` is `file`, or when the variable names one. As it was written, not resolved. */
  readonly file?: string
  /** From 1, of the key in the file. */
  readonly line?: number
  readonly column?: number
}

const SCHEMA: Origin = { source: 'schema' }
const MAX_VALUE_LENGTH = 60

interface Explained {
  readonly entry: ConfigEntry
  readonly origin: Origin
}

/** Every value of the configuration in alphabetical order of its path, and the same as a table. */
export class Explanation {
  readonly #explained: readonly Explained[]

  constructor(value: unknown, input: ConfigNode, guard: SecretGuard) {
    const explained: Explained[] = []
    const visit = (item: unknown, path: ConfigPath): void => {
      if (isPlainObject(item) && Object.keys(item).length > 0) {
        for (const [key, child] of Object.entries(item)) visit(child, [...path, key])
      } else if (item !== undefined) explained.push(explain(item, path, input, guard))
    }
    visit(value, [])
    this.#explained = explained.sort((a, b) => (a.entry.path < b.entry.path ? -1 : 1))
  }

  entries(): readonly ConfigEntry[] {
    return this.#explained.map(({ entry }) => entry)
  }

  table(): string {
    const rows = this.#explained.map(({ entry, origin }) => {
      return [entry.path, shorten(toText(entry.value)), describeOrigin(origin)] as const
    })
    const pathWidth = Math.max(0, ...rows.map(([path]) => path.length))
    const valueWidth = Math.max(0, ...rows.map(([, value]) => value.length))
    return rows
      .map(([path, value, from]) => `${path.padEnd(pathWidth)}  ${value.padEnd(valueWidth)}  ${from}`)
      .join('\n')
  }
}

function explain(value: unknown, path: ConfigPath, input: ConfigNode, guard: SecretGuard): Explained {
  const { node, depth } = nearestNode(input, path)
  // Above an object that was given, something was left to the schema; above a value, the schema took it apart.
  const origin = depth === path.length || node.kind !== 'map' ? node.origin : SCHEMA
  const isSecretInput = node.kind === 'leaf' && guard.isSecretLeaf(path.slice(0, depth), node)
  const entry: ConfigEntry = {
    path: formatPath(path),
    source: origin.source,
    value: isSecretInput ? SECRET_SHOWN : guard.redact(value, path),
    ...(origin.source === 'environment' ? { variable: origin.variable } : {}),
    ...('file' in origin ? { file: origin.file } : {}),
    ...(origin.source === 'file' ? { line: origin.line, column: origin.column } : {}),
  }
  return { entry: Object.freeze(entry), origin }
}

function toText(value: unknown): string {
  if (value === SECRET_SHOWN) return value
  if (typeof value === 'bigint') return String(value)
  return JSON.stringify(value) ?? String(value)
}

function shorten(text: string): string {
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH - 1)}…` : text
}
