import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pathOf } from '../../src/server/request-description.ts'
import { parseTarget } from '../../src/server/request-target.ts'

test.each([
  ['/orders/7?token=secret', '/orders/7'],
  ['/a#b', '/a'],
  ['?x', '/'],
  ['', '/'],
  [undefined, '/'],
  ['http://shop.example/orders?x', '/orders'],
  ['HTTPS://shop.example', '/'],
  ['shop.example:443', 'shop.example:443'],
  ['*', '*'],
])('the path of %j is %j', (target, path) => {
  expect(pathOf(target)).toBe(path)
})

test('a query never gets into a path, and no target makes it throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (path, query) => {
      expect(pathOf(`/${path}?${query}`)).not.toContain('?')
      parseTarget(path)
    }),
  )
})

test('the query of a target is read from its first question mark', () => {
  expect(parseTarget('http://a/readyz?verbose&x=1?2').query.get('x')).toBe('1?2')
  expect(parseTarget('/readyz?verbose').query.has('verbose')).toBe(true)
})
