import { nearestName } from '../core/nearest-name.ts'
import { type ConfigPath, formatPath } from './config-path.ts'
import type { ConfigSources } from './config-sources.ts'
import { type ConfigNode, nodeAt, valueOf } from './config-tree.ts'
import { describeOrigin } from './origin.ts'
import type { Problems } from './problem.ts'
import type { KeyLevel } from './schema-shape.ts'

/**
 * Finds the keys that the schema doesn't know, in every layer, so that a typo can't hide below a layer that covers it.
 * Returns their paths; each is a problem with the place where it was set.
 */
export async function findUnknownKeys(
  { layers, merged, shape }: ConfigSources,
  problems: Problems,
): Promise<readonly ConfigPath[]> {
  const value = valueOf(merged)
  const unknown: ConfigPath[] = []
  const visit = async (node: ConfigNode, path: ConfigPath): Promise<void> => {
    if (node.kind === 'list') {
      // A list that a higher layer replaced is in nobody's way, and its places are not those of the value.
      if (nodeAt(merged, path) !== node) return
      for (const [index, item] of node.items.entries()) await visit(item, [...path, index])
      return
    }
    const level = node.kind === 'map' ? await shape.levelAt(path, value) : undefined
    if (node.kind !== 'map' || level === undefined) return
    for (const [key, child] of node.entries) {
      if (!isUnknown(key, level)) await visit(child, [...path, key])
      else {
        unknown.push([...path, key])
        problems.add({
          subject: formatPath([...path, key]),
          from: describeOrigin(child.origin),
          what: 'there is no such key',
          suggestion: didYouMeanPath(path, key, level),
        })
      }
    }
  }
  for (const layer of layers) await visit(layer, [])
  return unknown
}

function isUnknown(key: string, level: KeyLevel): boolean {
  if (key === '__proto__') return true
  if (level.open || level.keys.has(key)) return false
  // Of a level that was seen in part, only what is obviously a typo: the rest is found once the other problems are gone.
  return level.complete || nearestName(key, level.keys) !== undefined
}

function didYouMeanPath(path: ConfigPath, key: string, level: KeyLevel): string {
  const nearest = nearestName(key, level.keys)
  return nearest === undefined ? '' : `Did you mean "${formatPath([...path, nearest])}"?`
}
