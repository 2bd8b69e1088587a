import { expect, test } from 'vitest'
import { classifyChanges } from '../../../src/config/reload/classify.ts'
import { diffConfig } from '../../../src/config/reload/config-diff.ts'
import { MAX_ABSENT, ObservedReads } from '../../../src/config/reload/observed-reads.ts'
import { PathPattern } from '../../../src/config/reload/path-pattern.ts'
import { frozenCopy } from '../../../src/config/frozen-copy.ts'

const patterns = (...texts: string[]): readonly PathPattern[] => texts.flatMap((text) => PathPattern.parse(text) ?? [])

interface Config {
  readonly db: { readonly url: string; readonly pool: { readonly max: number } }
  readonly limits: Readonly<Record<string, { readonly rps: number }>>
  readonly tags: readonly string[]
  readonly level: string
  readonly tls: { readonly cert: string } | undefined
}

const BEFORE = frozenCopy<Config>({
  db: { url: 'a', pool: { max: 5 } },
  limits: { user: { rps: 1 } },
  tags: ['x'],
  level: 'info',
  tls: undefined,
})

/** What a change of `patch` needs, after a component has done `read`. */
function restartsFor(
  read: (config: Config) => unknown,
  patch: object,
  lists: { hot?: string[]; restart?: string[] } = {},
) {
  const observed = new ObservedReads()
  read(observed.observe(BEFORE, 'pool'))
  const after = { ...BEFORE, ...patch }
  const rules = { hot: patterns(...(lists.hot ?? [])), restart: patterns(...(lists.restart ?? [])), observed }
  return classifyChanges(diffConfig(BEFORE, after), rules, BEFORE, after).restart.map(
    ({ name, because }) => `${name}: ${because}`,
  )
}

const OTHER_URL = { db: { ...BEFORE.db, url: 'b' } }

test('what a component has read at its start needs a restart, and names it; the rest is hot', () => {
  expect(restartsFor((config) => config.db.url, OTHER_URL)).toEqual(['db.url: read at the start of pool'])
  expect(restartsFor((config) => config.db.pool.max, OTHER_URL)).toEqual([])
  expect(restartsFor((config) => config.db, OTHER_URL)).toEqual([])
})

test.each<[string, (config: Config) => unknown]>([
  ['JSON.stringify', (config) => JSON.stringify(config)],
  ['a spread of its object', (config) => ({ ...config.db })],
  ['Object.entries', (config) => Object.entries(config.db)],
  ['a kept part that is read later', ({ db }) => db.url],
  ['destructuring', ({ db: { url } }) => url],
])('a read by %s is seen', (_, read) => {
  expect(restartsFor(read, OTHER_URL)).toHaveLength(1)
})

test('a key that was asked for and not there is known, and so are the keys that were listed', () => {
  const withTls = { tls: { cert: 'c' } }
  expect(restartsFor((config) => config.tls?.cert, withTls)).toHaveLength(1)
  expect(restartsFor((config) => 'tls' in config, withTls)).toHaveLength(1)
  const another = { limits: { ...BEFORE.limits, guest: { rps: 2 } } }
  expect(restartsFor((config) => Object.keys(config.limits), another)).toHaveLength(1)
  expect(restartsFor((config) => config.limits['guest'], another)).toHaveLength(1)
  expect(restartsFor((config) => config.limits['user'], another)).toEqual([])
  // Which keys there are is the same, only a value is another.
  expect(restartsFor((config) => Object.keys(config.limits), { limits: { user: { rps: 9 } } })).toEqual([])
})

test('an object whose presence was looked at needs a restart when it goes, not when it changes inside', () => {
  const looked = (config: Config): boolean => config.db !== undefined
  expect(restartsFor(looked, { db: null })).not.toEqual([])
  expect(restartsFor(looked, OTHER_URL)).toEqual([])
})

test('the lists go before what was observed, the one that names more keys before the other, and restart on a tie', () => {
  const read = (config: Config): unknown => config.db.url
  expect(restartsFor(read, OTHER_URL, { hot: ['db.url'] })).toEqual([])
  expect(restartsFor(() => {}, OTHER_URL, { restart: ['db'] })).toEqual(['db.url: listed as restart: db'])
  expect(restartsFor(() => {}, OTHER_URL, { restart: ['db'], hot: ['db.url'] })).toEqual([])
  expect(restartsFor(() => {}, OTHER_URL, { restart: ['db.*'], hot: ['db'] })).toHaveLength(1)
  expect(restartsFor(() => {}, OTHER_URL, { restart: ['**'], hot: ['db'] })).toEqual([])
})

test.each([
  ['a', ['a'], true],
  ['a', ['a', 'b'], true],
  ['a.b', ['a'], false],
  ['*.b', ['a', 'b'], true],
  ['*.b', ['a', 'x', 'b'], false],
  ['**.b', ['a', 'x', 'b', 'y'], true],
  ['**.b', ['b'], true],
  ['**.b', ['a'], false],
  ['a.**', ['a'], true],
  ['**', ['a', 'b'], true],
])('the pattern %s and the path %j: %s', (text, path, expected) => {
  expect(PathPattern.parse(text)?.matches(path)).toBe(expected)
})

test('a pattern with an empty part is none', () => {
  expect(PathPattern.parse('a..b')).toBeUndefined()
  expect(PathPattern.parse('')).toBeUndefined()
})

test('an observed configuration behaves as the frozen object that it stands for', () => {
  const seen = new ObservedReads().observe(BEFORE, 'pool')
  expect(JSON.stringify(seen)).toBe(JSON.stringify(BEFORE))
  expect({ ...seen }).toEqual({ ...BEFORE })
  expect(seen).toEqual(BEFORE)
  expect(Object.keys(seen)).toEqual(Object.keys(BEFORE))
  expect('db' in seen && !('no' in seen)).toBe(true)
  expect(Array.isArray(seen.tags)).toBe(true)
  expect(Object.isFrozen(seen) && Object.isFrozen(seen.db)).toBe(true)
  expect(seen.db).toBe(seen.db)
  expect(Object.prototype.toString.call(seen)).toBe('[object Object]')
  expect(() => Object.assign(seen, { level: 'debug' })).toThrow(TypeError)
  expect(Object.getPrototypeOf(seen)).toBe(Object.prototype)
})

test('keys that are not there are remembered up to a bound', () => {
  const observed = new ObservedReads()
  const seen = observed.observe<Record<string, unknown>>(frozenCopy({}), 'pool')
  for (let at = 0; at <= MAX_ABSENT; at++) void seen[`k${at}`]
  const readersOf = (key: string): readonly string[] =>
    observed.readersOf({ path: [key], name: key, kind: 'added' }, {}, { [key]: 1 })
  expect(readersOf('k1')).toEqual(['pool'])
  expect(readersOf(`k${MAX_ABSENT}`)).toEqual([])
})
