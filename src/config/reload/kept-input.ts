import type { ConfigPath } from '../config-path.ts'
import { type ConfigNode, nodeAt, treeAt, withoutPath } from '../config-tree.ts'

/** The input with what `previous` says at these paths, and nothing there where that says nothing. */
export function withKeptPaths(input: ConfigNode, paths: readonly ConfigPath[], previous: ConfigNode): ConfigNode {
  return paths.reduce((kept, path) => {
    const before = nodeAt(previous, path)
    const rest = withoutEmptied(kept, path, previous)
    return before === undefined ? rest : withNode(rest, path, before)
  }, input)
}

/** Without this path, and without what only held it: objects that `previous` has not are not left behind empty. */
function withoutEmptied(input: ConfigNode, path: ConfigPath, previous: ConfigNode): ConfigNode {
  let rest = withoutPath(input, path)
  for (let length = path.length - 1; length > 0; length--) {
    const parent = path.slice(0, length)
    const node = nodeAt(rest, parent)
    if (node?.kind !== 'map' || node.entries.size > 0 || nodeAt(previous, parent) !== undefined) break
    rest = withoutPath(rest, parent)
  }
  return rest
}

function withNode(root: ConfigNode, path: ConfigPath, node: ConfigNode): ConfigNode {
  const [segment, ...rest] = path
  if (segment === undefined) return node
  const key = String(segment)
  const keys = rest.map(String)
  if (root.kind !== 'map') return treeAt([key, ...keys], node)
  const child = root.entries.get(key)
  const entries = new Map(root.entries)
  entries.set(key, child === undefined ? treeAt(keys, node) : withNode(child, rest, node))
  return { ...root, entries }
}
