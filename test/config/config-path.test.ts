import { expect, test } from 'vitest'
import { formatPath, isWithin, parseDottedPath, pathId } from '../../src/config/config-path.ts'

test.each([
  [['http', 'port'], 'http.port'],
  [['servers', 0, 'url'], 'servers[0].url'],
  [['labels', 'app.kubernetes.io/name'], 'labels["app.kubernetes.io/name"]'],
  [['pool-size'], 'pool-size'],
  [['a', ''], 'a[""]'],
  [['a', '0'], 'a["0"]'],
  [[], 'the whole configuration'],
])('%j is written as %s', (path, text) => {
  expect(formatPath(path)).toBe(text)
})

test('two paths have the same id only when they are the same', () => {
  expect(pathId(['a.b'])).not.toBe(pathId(['a', 'b']))
  expect(pathId(['a', 0])).not.toBe(pathId(['a', '0']))
})

test('a dotted path names keys, none of them empty', () => {
  expect(parseDottedPath('database.url')).toEqual(['database', 'url'])
  expect(parseDottedPath('database..url')).toBeUndefined()
  expect(parseDottedPath('')).toBeUndefined()
})

test('a path is within itself and within what it begins with', () => {
  expect(isWithin(['a', 'b'], ['a'])).toBe(true)
  expect(isWithin(['a'], ['a'])).toBe(true)
  expect(isWithin(['a'], ['a', 'b'])).toBe(false)
  expect(isWithin(['ab'], ['a'])).toBe(false)
})
