import { describe, expect, test } from 'vitest'
import { frozenCopy } from '../../src/config/frozen-copy.ts'

const AT = new Date('2026-01-01T00:00:00Z')

describe('what can not be changed', () => {
  test.each<[string, unknown, (copy: never) => unknown]>([
    ['an object', { a: 1 }, (copy: { a: number }) => (copy.a = 2)],
    ['a list inside', { list: [{ x: 1 }] }, (copy: { list: { x: number }[] }) => (copy.list[0] as { x: number }).x++],
    ['a Map', new Map([['a', 1]]), (copy: Map<string, number>) => copy.set('b', 2)],
    ['a Map, by delete', new Map([['a', 1]]), (copy: Map<string, number>) => copy.delete('a')],
    ['a Map, by clear', new Map([['a', 1]]), (copy: Map<string, number>) => copy.clear()],
    [
      'what a Map holds',
      new Map([['a', { x: 1 }]]),
      (copy: Map<string, { x: number }>) => Object.assign(copy.get('a') ?? {}, { x: 2 }),
    ],
    ['a Set', new Set([1]), (copy: Set<number>) => copy.add(2)],
    ['a Set, by delete', new Set([1]), (copy: Set<number>) => copy.delete(1)],
    ['a Set, by clear', new Set([1]), (copy: Set<number>) => copy.clear()],
    ['a Date', AT, (copy: Date) => copy.setFullYear(1999)],
    ['a Date, by its time', AT, (copy: Date) => copy.setTime(0)],
  ])('%s', (_what, value, change) => {
    const copy = frozenCopy(value)
    expect(() => change(copy as never)).toThrow(TypeError)
    expect(copy).toEqual(value)
    expect(copy).not.toBe(value)
  })
})

test('it is read as before, and what it was copied from can still be changed', () => {
  const key = { id: 1 }
  const original = { map: new Map([[key, 1]]), set: new Set(['a']), at: new Date(AT) }
  const copy = frozenCopy(original)
  expect(copy.map.get(key)).toBe(1)
  expect([...copy.set]).toEqual(['a'])
  expect(copy.at.toISOString()).toBe('2026-01-01T00:00:00.000Z')
  expect(structuredClone(copy)).toEqual(original)
  original.map.set(key, 2)
  original.set.add('b')
  original.at.setFullYear(2030)
  expect(copy.map.get(key)).toBe(1)
  expect(copy.set.has('b')).toBe(false)
  expect(copy.at).toEqual(AT)
})

test('instances of other classes, and of classes that extend these, stay what they are', () => {
  class Names extends Map<string, string> {}
  const original = { url: new URL('http://127.0.0.1/'), names: new Names(), pattern: /a/ }
  const copy = frozenCopy(original)
  expect(copy.url).toBe(original.url)
  expect(copy.names).toBe(original.names)
  expect(copy.pattern).toBe(original.pattern)
})

test('what is inside itself is so in the copy', () => {
  const original: { self?: unknown; map: Map<string, unknown> } = { map: new Map() }
  original.self = original
  original.map.set('map', original.map)
  const copy = frozenCopy(original)
  expect(copy.self).toBe(copy)
  expect(copy.map.get('map')).toBe(copy.map)
})
