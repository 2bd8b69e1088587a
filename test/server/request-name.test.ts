import type { IncomingMessage } from 'node:http'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTarget, pathOf, requestName, upgradeName } from '../../src/server/request-name.ts'

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

const incoming = (fields: Partial<IncomingMessage>): IncomingMessage => ({ headers: {}, ...fields }) as IncomingMessage

test('a request is named by its route, by its path where there is none, and also when looking for it throws', () => {
  const request = incoming({ method: 'POST', url: '/orders/7?card=4111' })
  expect(requestName(request, () => '/orders/:id')).toBe('POST /orders/:id')
  expect(requestName(request, () => undefined)).toBe('POST /orders/7')
  const broken = (): never => {
    throw new Error('no route here')
  }
  expect(requestName(request, broken)).toBe('POST /orders/7')
})

test('an upgraded connection is named by its protocol, CONNECT by its method', () => {
  expect(upgradeName(incoming({ method: 'GET', url: '/chat?t=1', headers: { upgrade: 'WebSocket' } }))).toBe(
    'websocket /chat',
  )
  expect(upgradeName(incoming({ method: 'CONNECT', url: 'a.example:443' }))).toBe('CONNECT a.example:443')
})
