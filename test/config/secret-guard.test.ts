import { expect, test } from 'vitest'
import { treeOf } from '../../src/config/config-tree.ts'
import { Secret } from '../../src/config/secret.ts'
import { SecretGuard } from '../../src/config/secret-guard.ts'

const guard = new SecretGuard([['license']])

test.each([
  [['database', 'password']],
  [['apiKey']],
  [['credentials', 'user']],
  [['apiKeys', 0]],
  [['tokens', 'github']],
  [['password', 0]],
  [['license']],
  [['license', 'blob']],
])('what is at %j is a secret', (path) => {
  expect(guard.isSecretPath(path)).toBe(true)
  expect(guard.redact('x', path)).toBe('[secret]')
  expect(guard.redact(7, path)).toBe('[secret]')
  expect(guard.redact(true, path)).toBe(true)
})

test.each([
  [['token', 'issuer']],
  [['cookie', 'domain']],
  [['passwordPolicy', 'minLength']],
  [['maxTokens']],
  [['tls', 'key']],
  [['servers', 0, 'url']],
  [['status', 'page']],
])('what is at %j is none by its name', (path) => {
  expect(guard.isSecretPath(path)).toBe(false)
})

test('passwords and private keys are taken out of values whatever their name', () => {
  const shown = guard.redact(
    {
      url: 'postgres://u:p@h/d',
      list: [{ dsn: 'x', at: new URL('redis://:p@h') }],
      key: '-----BEGIN PRIVATE KEY-----\nx',
    },
    [],
  )
  expect(shown).toEqual({ url: 'postgres://u:***@h/d', list: [{ dsn: '[secret]', at: 'redis://:***@h' }], key: '***' })
})

test('what is no data is named, not shown', () => {
  class Pool {
    readonly text = 'hunter2'
  }
  const shown = guard.redact({ pool: new Pool(), run: () => 'hunter2', at: new Map([['a', 'hunter2']]), is: /a/ }, [])
  expect(shown).toEqual({ pool: '[Pool]', run: '[function]', at: '[Map]', is: '/a/' })
})

test('learned secrets are taken out of the texts of others, also escaped, and the longest first', () => {
  const learned = new SecretGuard([])
  learned.learn(
    treeOf(
      { password: 'a"b\\c', token: new Secret('long-token'), secret: 'long-token-too', pwd: 'x', apiKey: 1234 },
      { source: 'overrides' },
    ),
  )
  expect(learned.scrub('"a\\"b\\\\c" a"b\\c')).toBe('[secret] [secret]')
  expect(learned.scrub('long-token-too, long-token, 1234')).toBe('[secret], [secret], [secret]')
  expect(learned.scrub('"x" is not max')).toBe('[secret] is not max')
  expect(learned.scrub('two\n  lines')).toBe('two lines')
})
