import { expect, test } from 'vitest'
import type { ValueType } from '../../src/config/schema-shape.ts'
import { possibleValues } from '../../src/config/text-values.ts'

const types = (...names: readonly ValueType[]): ReadonlySet<ValueType> => new Set(names)

test.each([
  ['8080', undefined, ['8080', 8080]],
  ['true', undefined, ['true', true]],
  ['["a"]', undefined, ['["a"]', ['a']]],
  ['{"a":1}', undefined, ['{"a":1}', { a: 1 }]],
  ['null', undefined, ['null']],
  ['text', undefined, ['text']],
  ['8080', types('number'), [8080]],
  ['007', types('string'), ['007']],
  ['8080', types('string', 'number'), ['8080', 8080]],
  ['8080', types('boolean'), ['8080']],
  [' False ', types('boolean'), [false]],
  ['yes', types('boolean'), ['yes']],
  ['1', types('boolean'), ['1']],
  ['null', types('number', 'null'), [null]],
  ['a,b', types('array'), ['a,b']],
  ['{"a":1}', types('array'), ['{"a":1}']],
  ['[1', types('array'), ['[1']],
])('"%s" for %j can mean %j', (text, allowed, values) => {
  expect(possibleValues(text, allowed)).toEqual(values)
})

test.each([
  ['0', 0],
  ['-1', -1],
  ['+1', 1],
  ['.5', 0.5],
  ['5.', 5],
  ['1e3', 1000],
  [' 1 ', 1],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
])('"%s" is the number %d', (text, number) => {
  expect(possibleValues(text, types('number'))).toEqual([number])
})

test.each(['9007199254740992', '0x10', '1_000', '1,5', 'Infinity', 'NaN', '1e999', '', '-', '.', '1 2', '٣'])(
  '"%s" is no number',
  (text) => {
    expect(possibleValues(text, types('number'))).toEqual([text])
  },
)
