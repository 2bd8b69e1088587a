import { type ConfigPath, formatPath } from './config-path.ts'
import { type ConfigNode, isPlainObject, nearestNode, nodeAt, valueOf } from './config-tree.ts'
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
  /** What lower layers say for the same path, the nearest first; of the schema's own defaults nothing is known. */
  readonly overrode?: readonly OverriddenValue[]
}

/** A value that a higher layer has replaced. */
export interface OverriddenValue extends Pick<ConfigEntry, 'source' | 'variable' | 'file' | 'line' | 'column'> {
  /** As the source says it, redacted like {@link ConfigEntry.value}. */
  readonly value: unknown
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

  /** @param layers what `input` was merged from, lowest first */
  constructor(value: unknown, input: ConfigNode, guard: SecretGuard, layers: readonly ConfigNode[]) {
    const explained: Explained[] = []
    const visit = (item: unknown, path: ConfigPath): void => {
      if (isPlainObject(item) && Object.keys(item).length > 0) {
        for (const [key, child] of Object.entries(item)) visit(child, [...path, key])
      } else if (item !== undefined) explained.push(explain(item, path, { input, guard, layers }))
    }
    visit(value, [])
    this.#explained = explained.sort((a, b) => (a.entry.path < b.entry.path ? -1 : 1))
  }

  entries(): readonly ConfigEntry[] {
    return this.#explained.map(({ entry }) => entry)
  }

  table(): string {
    const rows = this.#explained.map(({ entry, origin }) => {
      return [entry.path, showValue(entry.value), describeOrigin(origin)] as const
    })
    const pathWidth = Math.max(0, ...rows.map(([path]) => path.length))
    const valueWidth = Math.max(0, ...rows.map(([, value]) => value.length))
    return rows
      .map(([path, value, from]) => `${path.padEnd(pathWidth)}  ${value.padEnd(valueWidth)}  ${from}`)
      .join('\n')
  }
}

interface Sources {
  readonly input: ConfigNode
  readonly guard: SecretGuard
  readonly layers: readonly ConfigNode[]
}

function explain(value: unknown, path: ConfigPath, sources: Sources): Explained {
  const { input, guard } = sources
  const { node, depth } = nearestNode(input, path)
  // Above an object that was given, something was left to the schema; above a value, the schema took it apart.
  const isGiven = depth === path.length || node.kind !== 'map'
  const origin = isGiven ? node.origin : SCHEMA
  const isSecretInput = node.kind === 'leaf' && guard.isSecretLeaf(path.slice(0, depth), node)
  const shown = isSecretInput ? SECRET_SHOWN : guard.redact(value, path)
  const overrode = isGiven ? overridden(node, path.slice(0, depth), sources, shown === SECRET_SHOWN) : []
  const entry: ConfigEntry = {
    path: formatPath(path),
    ...place(origin),
    value: shown,
    ...(overrode.length === 0 ? {} : { overrode }),
  }
  return { entry: Object.freeze(entry), origin }
}

/** What the layers below the one that `winner` is of say at its place. A secret stays one, whichever layer says it. */
function overridden(
  winner: ConfigNode,
  path: ConfigPath,
  { guard, layers }: Sources,
  isSecret: boolean,
): readonly OverriddenValue[] {
  const found = layers.map((layer) => nodeAt(layer, path))
  const below = found.slice(0, Math.max(0, found.lastIndexOf(winner))).reverse()
  return below.flatMap((node) => {
    if (node === undefined) return []
    const isHidden = isSecret || (node.kind === 'leaf' && guard.isSecretLeaf(path, node))
    return Object.freeze({ ...place(node.origin), value: isHidden ? SECRET_SHOWN : guard.redact(valueOf(node), path) })
  })
}

function place(origin: Origin): Pick<ConfigEntry, 'source' | 'variable' | 'file' | 'line' | 'column'> {
  return {
    source: origin.source,
    ...(origin.source === 'environment' ? { variable: origin.variable } : {}),
    ...('file' in origin ? { file: origin.file } : {}),
    ...(origin.source === 'file' ? { line: origin.line, column: origin.column } : {}),
  }
}

/** A value of an entry on one line, cut where it is long. */
export function showValue(value: unknown): string {
  const isPlain = value === SECRET_SHOWN || typeof value === 'bigint'
  const text = isPlain ? String(value) : (JSON.stringify(value) ?? String(value))
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH - 1)}…` : text
}
