import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NamePattern } from '../../../src/telemetry/sampling/name-pattern.ts'
import { PathPattern } from '../../../src/telemetry/sampling/path-pattern.ts'

test.for([
  ['/health/*', ['/health', '/health/', '/health/live', '/health/a/b'], ['/healthy', '/', '', '/x/health']],
  ['/users/:id', ['/users/1', '/users/1/'], ['/users', '/users/', '/users/1/orders', '/Users/1', 'users/1']],
  ['/users/:id/orders', ['/users/1/orders'], ['/users//orders', '/users/1/order', '/users/1/orders2']],
  ['/a/*/c', ['/a/b/c'], ['/a/c', '/a/b/b/c']],
  ['/', ['/', ''], ['/a', '//a']],
  ['/*', ['/', '/a', '/a/b', ''], ['a']],
] as const)('the path %s matches these and not those', ([pattern, matching, other]) => {
  const path = new PathPattern(pattern)
  expect(matching.filter((one) => !path.matches(one))).toEqual([])
  expect(other.filter((one) => path.matches(one))).toEqual([])
})

test('a name pattern matches what the same regular expression does', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 })
  const name = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 })
  fc.assert(
    fc.property(letters, name, (pattern, text) => {
      const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text)
      expect(new NamePattern(pattern).matches(text)).toBe(expected)
    }),
    { numRuns: 1000 },
  )
})
