import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffConfig } from '../../../src/config/reload/config-diff.ts'
import { toSecret } from '../../../src/config/secret.ts'

const told = (previous: unknown, next: unknown): readonly string[] =>
  diffConfig(previous, next).map(({ kind, name }) => `${kind} ${name}`)

test('values that were added, changed and removed are named, objects key by key and lists as a whole', () => {
  expect(told({ a: 1, b: { c: 1, d: 2 }, e: [1] }, { a: 1, b: { c: 2, x: 3 }, e: [1, 2] })).toEqual([
    'changed b.c',
    'removed b.d',
    'added b.x',
    'changed e',
  ])
})

test('an object that comes, goes or turns into a value is told by each of its values', () => {
  expect(told({ a: 1 }, { tls: { cert: 'c', key: { file: 'f' } }, a: 1 })).toEqual([
    'added tls.cert',
    'added tls.key.file',
  ])
  expect(told({ a: { b: 1 } }, { a: false })).toEqual(['added a', 'removed a.b'])
  expect(told({ a: {} }, { a: { b: 1 } })).toEqual(['added a.b'])
  expect(told({}, { a: {} })).toEqual(['added a'])
})

test('secrets are compared by their text, and never told', () => {
  expect(told({ p: toSecret('x') }, { p: toSecret('x') })).toEqual([])
  expect(told({ p: toSecret('x') }, { p: 'x' })).toEqual(['changed p'])
  const changes = diffConfig(
    { p: toSecret('hunter2'), l: [toSecret('hunter3')] },
    { p: toSecret('b'), l: [toSecret('c')] },
  )
  expect(changes.map(({ name }) => name)).toEqual(['l', 'p'])
  expect(JSON.stringify(changes)).not.toContain('hunter')
})

class Opaque {
  readonly #state: number
  constructor(state: number) {
    this.#state = state
  }
  reveal(): number {
    return this.#state
  }
}

test.each([
  ['dates', new Date(1), new Date(1), new Date(2)],
  ['URLs', new URL('http://a/'), new URL('http://a/'), new URL('http://b/')],
  ['patterns', /a/g, /a/g, /a/],
  ['bytes', Buffer.from('a'), Buffer.from('a'), Buffer.from('b')],
  ['maps', new Map([['a', toSecret('1')]]), new Map([['a', toSecret('1')]]), new Map([['a', toSecret('2')]])],
  ['sets', new Set([1]), new Set([1]), new Set([2])],
  ['lists of objects', [{ a: [1] }], [{ a: [1] }], [{ a: [2] }]],
  ['not-a-numbers', Number.NaN, Number.NaN, 0],
  ['big integers', 1n, 1n, 2n],
])('%s are compared by what they hold', (_, value, same, other) => {
  expect(told({ value }, { value: same })).toEqual([])
  expect(told({ value }, { value: other })).toEqual(['changed value'])
})

test('what can not be looked into counts as changed, unless it is the same', () => {
  const opaque = new Opaque(1)
  expect(told({ opaque }, { opaque })).toEqual([])
  expect(told({ opaque }, { opaque: new Opaque(1) })).toEqual(['changed opaque'])
  expect(told({ f: () => 1 }, { f: () => 1 })).toEqual(['changed f'])
})

test('a configuration differs from a copy of itself in nothing, and both directions name the same paths', () => {
  const config = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 3 }))
  fc.assert(
    fc.property(config, config, (a, b) => {
      expect(diffConfig(a, structuredClone(a))).toEqual([])
      const names = (list: ReturnType<typeof diffConfig>): readonly string[] => list.map(({ name }) => name).sort()
      expect(names(diffConfig(a, b))).toEqual(names(diffConfig(b, a)))
    }),
  )
})
