import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { truncated, wrongType } from '../../../src/trial/reload/spoiled-texts.ts'

const BEFORE = '{\n  "colours": ["red", "blue"],\n  "level": 1\n}\n'

test('a text is cut off within what was changed', () => {
  const changed = BEFORE.replace('blue', 'green')
  expect(truncated(BEFORE, changed)).toBe('{\n  "colours": ["red", "g')
  expect(() => JSON.parse(truncated(BEFORE, changed)) as unknown).toThrow()
  expect(truncated('level: 1\n', 'level: 2\n')).toBe('level: ')
})

test.each([
  ['a.json', BEFORE, BEFORE.replace('blue', 'green'), { colours: ['red', { unexpected: true }], level: 1 }],
  ['a.json', BEFORE, BEFORE.replace('1', '2'), { colours: ['red', 'blue'], level: { unexpected: true } }],
  ['a.yml', 'a: # why\n  b: one\n', 'a: # why\n  b: two\n', { a: { b: { unexpected: true } } }],
  ['a.yaml', 'x: 1\n', 'x: 1\ny: 2\n', { x: 1, y: { unexpected: true } }],
])('%s gets a map where the changed value was', (file, before, changed, expected) => {
  expect(parse(wrongType(before, changed, file) ?? '')).toEqual(expected)
})

test('what is neither JSON nor YAML, broken or not changed is left alone', () => {
  expect(wrongType('a=1', 'a=2', 'a.properties')).toBeUndefined()
  expect(wrongType('{', '{"a":1}', 'a.json')).toBeUndefined()
  expect(wrongType('a: 1', 'a:  1', 'a.yaml')).toBeUndefined()
})
