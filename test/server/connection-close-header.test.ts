import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type HeadersArgument, withConnectionClose } from '../../src/server/connection-close-header.ts'

test('each shape of headers keeps its shape, its order and every other header', () => {
  expect(withConnectionClose({ connection: 'keep-alive', 'X-A': '1', 'keep-alive': 'timeout=5' })).toEqual({
    'X-A': '1',
    Connection: 'close',
  })
  expect(withConnectionClose(['X-A', '1', 'CONNECTION', 'keep-alive', 'X-A', '2'])).toEqual([
    'X-A',
    '1',
    'X-A',
    '2',
    'Connection',
    'close',
  ])
  expect(
    withConnectionClose([
      ['Connection', 'upgrade'],
      ['X-A', ['1', '2']],
    ]),
  ).toEqual([
    ['X-A', ['1', '2']],
    ['Connection', 'close'],
  ])
  expect(withConnectionClose({})).toEqual({ Connection: 'close' })
  expect(withConnectionClose([])).toEqual(['Connection', 'close'])
})

test('whatever the headers, exactly one connection header comes out, and the argument is not changed', () => {
  const name = fc.oneof(fc.constantFrom('connection', 'Connection', 'Keep-Alive', 'KEEP-ALIVE'), fc.string())
  const pairs = fc.array(fc.tuple(name, fc.string()))
  fc.assert(
    fc.property(pairs, (given) => {
      for (const headers of [given, given.flat(), Object.fromEntries(given)] as HeadersArgument[]) {
        const before = structuredClone(headers)
        const after = withConnectionClose(headers)
        expect(headers).toEqual(before)
        const names = (
          !Array.isArray(after)
            ? Object.keys(after)
            : Array.isArray(after[0])
              ? after.map((pair) => (pair as [string])[0])
              : after.filter((_, index) => index % 2 === 0)
        ) as string[]
        expect(names.filter((each) => each.toLowerCase() === 'connection')).toEqual(['Connection'])
        expect(names.some((each) => each.toLowerCase() === 'keep-alive')).toBe(false)
      }
    }),
  )
})
