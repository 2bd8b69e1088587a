import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { identifySeries } from '../../../src/telemetry/metrics/series-attributes.ts'
import { SeriesPaths } from '../../../src/telemetry/metrics/series-paths.ts'

const key = fc.constantFrom('a', 'b', 'c', '0', '__proto__', 'constructor', '')
const plain = fc.oneof(
  fc.constantFrom<unknown>(0, -0, 1, '1', 1n, true, false, 'true', null, undefined, Number.NaN, 'n', ''),
  fc.string({ maxLength: 2 }),
)
const nested = fc.oneof(
  fc.array(plain, { maxLength: 2 }),
  fc.uint8Array({ maxLength: 2 }),
  fc.dictionary(fc.constantFrom('x', 'y'), plain, { maxKeys: 2, noNullPrototype: true }),
)
const attributes = fc.array(fc.tuple(key, fc.oneof({ weight: 6, arbitrary: plain }, nested)), { maxLength: 4 }).map(
  // Defined, because to assign "__proto__" would set something else.
  (entries) => {
    const object = {}
    for (const [name, value] of entries) {
      Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
    }
    return object
  },
)

test('whatever is remembered, attributes lead to their own series or to none', () => {
  fc.assert(
    fc.property(fc.array(attributes, { maxLength: 30 }), fc.constantFrom(5, 1000), (list, maxPlaces) => {
      const paths = new SeriesPaths<string>(maxPlaces)
      for (const item of list) {
        const { key } = identifySeries(item)
        expect([key, undefined]).toContain(paths.find(item))
        paths.remember(item, key)
      }
    }),
    { numRuns: 1000 },
  )
})

test('with keys left out, attributes lead to the series without them, whatever their values', () => {
  const keeps = (key: string): boolean => key !== 'b' && key !== '0'
  fc.assert(
    fc.property(fc.array(attributes, { maxLength: 30 }), (list) => {
      const paths = new SeriesPaths<string>(1000, keeps)
      for (const item of list) {
        const { key } = identifySeries(item, keeps)
        expect([key, undefined]).toContain(paths.find(item))
        paths.remember(item, key)
      }
    }),
    { numRuns: 500 },
  )
})

test('equal attributes in another order are one series, different ones never', () => {
  fc.assert(
    fc.property(attributes, attributes, (one, other) => {
      const reversed = Object.fromEntries(Object.entries(one).reverse())
      if (!Object.hasOwn(one, '__proto__')) assert.equal(identifySeries(reversed).key, identifySeries(one).key)
      const isSame = identifySeries(one).key === identifySeries(other).key
      let isEqual = true
      try {
        assert.deepStrictEqual(identifySeries(one).attributes, identifySeries(other).attributes)
      } catch {
        isEqual = false
      }
      expect(isSame || !isEqual).toBe(true)
      // A comparison tells -0 from 0; a series does not, and neither does the wire.
      if (isSame && !isEqual) expect(inspect([one, other], { depth: Infinity })).toContain('-0')
    }),
    { numRuns: 1000 },
  )
})

test('values that look alike are told apart, those that are the same on the wire are not', () => {
  const keyOf = (a: unknown): string => identifySeries({ a }).key
  const different = [
    1,
    '1',
    true,
    't',
    'true',
    null,
    'n',
    'null',
    '',
    [1],
    ['1'],
    [],
    {},
    '[]',
    new Uint8Array([1]),
    'x01',
  ]
  expect(new Set(different.map(keyOf)).size).toBe(different.length)
  expect(keyOf(1n)).toBe(keyOf(1))
  expect(keyOf(-0)).toBe(keyOf(0))
  expect(keyOf(undefined)).toBe(identifySeries({}).key)
})

test('attributes that are found once are found again without being read in full', () => {
  const paths = new SeriesPaths<string>(100)
  paths.remember({ a: 1, b: 'x' }, 'found')
  expect(paths.find({ a: 1, b: 'x' })).toBe('found')
  expect(paths.find({ b: 'x', a: 1 })).toBeUndefined()
  expect(paths.find({ a: '1', b: 'x' })).toBeUndefined()
  expect(paths.find({ a: 1 })).toBeUndefined()
})

test('values that can change under us are never remembered', () => {
  const paths = new SeriesPaths<string>(100)
  const list = ['x']
  paths.remember({ a: list }, 'found')
  expect(paths.find({ a: list })).toBeUndefined()
})

test('it forgets everything when it is full, and takes new paths then', () => {
  const paths = new SeriesPaths<number>(10)
  for (let value = 0; value < 100; value++) paths.remember({ value }, value)
  expect(paths.find({ value: 0 })).toBeUndefined()
  expect(paths.find({ value: 99 })).toBe(99)
})

test('attributes with a getter that throws are read as far as they can be', () => {
  const broken = {
    a: 1,
    get b(): string {
      throw new Error('not today')
    },
  }
  const paths = new SeriesPaths<string>(10)
  paths.remember(broken, 'found')
  expect(paths.find(broken)).toBeUndefined()
  paths.remember({ a: 1, b: 'x' }, 'found')
  expect(paths.find(broken)).toBeUndefined()
  expect({ ...identifySeries(broken).attributes }).toEqual({ a: 1 })
})

test('what has no form in OTLP is left out, what refers to itself ends somewhere', () => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = [cycle, cycle]
  const { attributes } = identifySeries({ f: () => {}, s: Symbol('s'), u: undefined, big: 2n ** 70n, n: null, cycle })
  expect(Object.keys(attributes)).toEqual(['big', 'cycle', 'n'])
  expect(attributes['big']).toBe(String(2n ** 70n))
})
