import type { ConfigPath } from './config-path.ts'
import type { Origin } from './origin.ts'

/** A value and where it came from. Objects and lists are taken apart, everything else is a leaf. */
export type ConfigNode = MapNode | ListNode | LeafNode

export interface MapNode {
  readonly kind: 'map'
  readonly origin: Origin
  readonly entries: ReadonlyMap<string, ConfigNode>
}
export interface ListNode {
  readonly kind: 'list'
  readonly origin: Origin
  readonly items: readonly ConfigNode[]
}
export interface LeafNode {
  readonly kind: 'leaf'
  readonly origin: Origin
  readonly value: unknown
}

/** Deeper than any configuration; what goes on below, such as an object inside itself, stays one value. */
const MAX_DEPTH = 64

/** Whether it is an object literal or what a parser makes, not an instance of a class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/** A value that code gave, all of one origin. What is `undefined` is not set. */
export function treeOf(value: unknown, origin: Origin, depth = 0): ConfigNode {
  if (depth < MAX_DEPTH && Array.isArray(value)) {
    return { kind: 'list', origin, items: value.map((item) => treeOf(item, origin, depth + 1)) }
  }
  if (depth < MAX_DEPTH && isPlainObject(value)) {
    const set = Object.entries(value).filter(([, item]) => item !== undefined)
    const entries = new Map(set.map(([key, item]) => [key, treeOf(item, origin, depth + 1)]))
    return { kind: 'map', origin, entries }
  }
  return { kind: 'leaf', origin, value }
}

/** A tree that sets only this path. */
export function treeAt(path: readonly string[], node: ConfigNode): ConfigNode {
  const [key, ...rest] = path
  if (key === undefined) return node
  return { kind: 'map', origin: node.origin, entries: new Map([[key, treeAt(rest, node)]]) }
}

/** Objects are merged key by key; anything else, lists too, is replaced by what lies higher. */
export function mergeTrees(lower: ConfigNode, upper: ConfigNode): ConfigNode {
  if (lower.kind !== 'map' || upper.kind !== 'map') return upper
  const entries = new Map(lower.entries)
  for (const [key, node] of upper.entries) {
    const below = entries.get(key)
    entries.set(key, below === undefined ? node : mergeTrees(below, node))
  }
  return { kind: 'map', origin: upper.origin, entries }
}

/** The value as a schema takes it: new objects and lists that nobody else holds. */
export function valueOf(node: ConfigNode): unknown {
  if (node.kind === 'leaf') return node.value
  if (node.kind === 'list') return node.items.map(valueOf)
  const value: Record<string, unknown> = {}
  for (const [key, child] of node.entries) {
    // A plain assignment to this one key would change the prototype instead.
    if (key !== '__proto__') value[key] = valueOf(child)
  }
  return value
}

export function nodeAt(root: ConfigNode, path: ConfigPath): ConfigNode | undefined {
  let node: ConfigNode | undefined = root
  for (const segment of path) {
    if (node?.kind === 'map') node = node.entries.get(String(segment))
    else if (node?.kind === 'list') node = node.items[Number(segment)]
    else return undefined
  }
  return node
}

/** The deepest node on the way to `path`, and how many segments of it lead there. */
export function nearestNode(root: ConfigNode, path: ConfigPath): { readonly node: ConfigNode; readonly depth: number } {
  for (let depth = path.length; depth > 0; depth--) {
    const node = nodeAt(root, path.slice(0, depth))
    if (node !== undefined) return { node, depth }
  }
  return { node: root, depth: 0 }
}

/** The tree without what is at `path`. */
export function withoutPath(root: ConfigNode, path: ConfigPath): ConfigNode {
  const [segment, ...rest] = path
  if (root.kind === 'list') {
    return { ...root, items: root.items.map((item, index) => (index === segment ? withoutPath(item, rest) : item)) }
  }
  const child = root.kind === 'map' ? root.entries.get(String(segment)) : undefined
  if (root.kind !== 'map' || child === undefined) return root
  const entries = new Map(root.entries)
  if (rest.length === 0) entries.delete(String(segment))
  else entries.set(String(segment), withoutPath(child, rest))
  return { ...root, entries }
}

/** Every leaf with its path, in order. An empty object or list has none. */
export function leavesOf(node: ConfigNode, path: ConfigPath = []): readonly (readonly [ConfigPath, LeafNode])[] {
  if (node.kind === 'leaf') return [[path, node]]
  const children: readonly (readonly [string | number, ConfigNode])[] =
    node.kind === 'list' ? [...node.items.entries()] : [...node.entries]
  return children.flatMap(([segment, child]) => leavesOf(child, [...path, segment]))
}
