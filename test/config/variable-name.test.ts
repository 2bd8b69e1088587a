import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchKey, splitVariableName, toKey, toVariableName } from '../../src/config/variable-name.ts'

test.each([
  ['HTTP__PORT', ['http', 'port']],
  ['DISCOUNT_RATIO', ['discountRatio']],
  ['HTTP__KEEP_ALIVE', ['http', 'keepAlive']],
  ['S3__BUCKET_2_NAME', ['s3', 'bucket2Name']],
])('%s stands for %j', (name, path) => {
  expect(splitVariableName(name)?.map(toKey)).toEqual(path)
})

test.each(['http__port', 'Http', '', '_', '__A', 'A__', 'A___B', 'A__B_', 'A__B__', '1A', 'A-B', 'A B'])(
  '"%s" stands for no path',
  (name) => {
    expect(splitVariableName(name)).toBeUndefined()
  },
)

test.each([
  ['POOL_SIZE', ['poolSize', 'pool_size'], 'poolSize'],
  ['POOL_SIZE', ['pool_size'], 'pool_size'],
  ['POOL_SIZE', ['pool-size', 'other'], 'pool-size'],
  ['API_URL', ['apiURL'], 'apiURL'],
  ['APIURL', ['apiURL'], 'apiURL'],
  ['POOL_SIZE', ['pool_size', 'pool-size'], undefined],
  ['POOL_SIZE', ['pool'], undefined],
])('%s is, of %j, %s', (part, keys, key) => {
  expect(matchKey(part, keys)).toBe(key)
})

test.each([
  [['http', 'keepAlive'], 'HTTP__KEEP_ALIVE'],
  [['apiURL'], 'API_URL'],
  [['HTTPServer', 'pool-size'], 'HTTP_SERVER__POOL_SIZE'],
  [['max_age'], 'MAX_AGE'],
])('%j is set by %s', (path, name) => {
  expect(toVariableName(path)).toBe(name)
})

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/)
/** `poolSize`, as keys are usually written: a capital begins each word after the first, and is followed by a letter. */
const usualKey = fc
  .tuple(word, fc.array(fc.stringMatching(/^[A-Z][a-z][a-z0-9]{0,5}$/), { maxLength: 3 }))
  .map(([first, rest]) => first + rest.join(''))

test('the variable of a path stands for that path again', () => {
  fc.assert(
    fc.property(fc.array(usualKey, { minLength: 1, maxLength: 4 }), (path) => {
      expect(splitVariableName(toVariableName(path))?.map(toKey)).toEqual(path)
    }),
  )
})

test('however a key is spelled, its variable finds it again among others', () => {
  const spelling = fc.constantFrom(
    (words: readonly string[]) => words.join('_'),
    (words: readonly string[]) => words.join('-'),
    (words: readonly string[]) => words.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join(''),
    (words: readonly string[]) => words.join('_').toUpperCase(),
  )
  const letters = fc.stringMatching(/^[a-z]{2,6}$/)
  fc.assert(
    fc.property(fc.array(letters, { minLength: 1, maxLength: 3 }), spelling, (words, spell) => {
      const key = spell(words)
      const [part = ''] = splitVariableName(toVariableName([key])) ?? []
      expect(matchKey(part, ['zzzzzzzzzzzzzzzzzzzzzzzz', key])).toBe(key)
    }),
  )
})
