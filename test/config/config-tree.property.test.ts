import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type ConfigNode,
  isPlainObject,
  leavesOf,
  mergeTrees,
  nodeAt,
  treeOf,
  valueOf,
  withoutPath,
} from '../../src/config/config-tree.ts'

const key = fc.constantFrom('a', 'b', 'c', 'd')
const { tree: value } = fc.letrec((tie) => ({
  tree: fc.dictionary(
    key,
    fc.oneof({ maxDepth: 3 }, fc.integer(), fc.string(), fc.constant(null), tie('list'), tie('tree')),
    {
      noNullPrototype: true,
    },
  ),
  list: fc.array(fc.oneof({ maxDepth: 3 }, fc.integer(), tie('tree')), { maxLength: 3 }),
}))

const lower = (item: unknown): ConfigNode => treeOf(item, { source: 'defaults' })
const upper = (item: unknown): ConfigNode => treeOf(item, { source: 'overrides' })

/** What the merge is meant to be, in a few lines. */
function merged(below: unknown, above: unknown): unknown {
  if (!isPlainObject(below) || !isPlainObject(above)) return above
  const keys = [...Object.keys(below), ...Object.keys(above)]
  return Object.fromEntries(
    keys.map((name) => [
      name,
      name in above && name in below ? merged(below[name], above[name]) : (above[name] ?? below[name] ?? null),
    ]),
  )
}

test('objects are merged key by key at every depth, anything else is replaced', () => {
  fc.assert(
    fc.property(value, value, (below, above) => {
      expect(valueOf(mergeTrees(lower(below), upper(above)))).toEqual(merged(below, above))
    }),
  )
})

test('every value keeps the origin of the layer that it came from', () => {
  fc.assert(
    fc.property(value, value, (below, above) => {
      const tree = mergeTrees(lower(below), upper(above))
      for (const [path, leaf] of leavesOf(tree)) {
        const isFromAbove = nodeAt(upper(above), path) !== undefined
        expect(leaf.origin.source).toBe(isFromAbove ? 'overrides' : 'defaults')
      }
    }),
  )
})

test('a tree gives back the value that it was made of, as a copy', () => {
  fc.assert(
    fc.property(value, (item) => {
      const copy = valueOf(lower(item))
      expect(copy).toEqual(item)
      expect(copy).not.toBe(item)
    }),
  )
})

test('taking a path out takes out nothing else', () => {
  fc.assert(
    fc.property(value, fc.nat(), (item, pick) => {
      const tree = lower(item)
      const paths = leavesOf(tree).filter(([path]) => path.every((segment) => typeof segment === 'string'))
      const [path] = paths[pick % Math.max(1, paths.length)] ?? []
      if (path === undefined) return
      const rest = leavesOf(withoutPath(tree, path))
      expect(rest).toEqual(leavesOf(tree).filter(([other]) => other.join('.') !== path.join('.')))
    }),
  )
})

test('what is not set, an instance of a class and an object inside itself do no harm', () => {
  const self: Record<string, unknown> = { date: new Date(0), none: undefined }
  self['self'] = self
  const tree = lower(self)
  expect(nodeAt(tree, ['none'])).toBeUndefined()
  expect(nodeAt(tree, ['self', 'self', 'date'])).toMatchObject({ kind: 'leaf', value: new Date(0) })
})

test('a key that would change the prototype is left out of the value', () => {
  const tree = lower(JSON.parse('{"a": {"__proto__": {"admin": true}}}'))
  const copy = valueOf(tree) as { readonly a: { readonly admin?: boolean } }
  expect(copy.a.admin).toBeUndefined()
  expect(Object.getPrototypeOf(copy.a)).toBe(Object.prototype)
})
