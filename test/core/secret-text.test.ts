import { expect, test } from 'vitest'
import { hideSecrets, hideSecretsOfValue } from '../../src/core/secret-text.ts'

test.each([
  ['postgres://app:s3cret@db:5432/orders', 'postgres://app:***@db:5432/orders'],
  ['cannot reach postgres://app:s3cret@db/x: refused', 'cannot reach postgres://app:***@db/x: refused'],
  ['redis://:s3cret@cache:6379', 'redis://:***@cache:6379'],
  ['mongodb+srv://u:p@ss@h/db', 'mongodb+srv://u:***@h/db'],
  ['Invalid URL: postgres://app:s3/cret@db/x', 'Invalid URL: postgres://app:***@db/x'],
  ['postgres://app:s3#c?ret@db/x', 'postgres://app:***@db/x'],
  ['a postgres://u:p@h b amqp://v:q@i c', 'a postgres://u:***@h b amqp://v:***@i c'],
  ['https://ghp_0123456789@github.com/o/r', 'https://***@github.com/o/r'],
  ['GET /x?api_key=abc&page=2', 'GET /x?api_key=***&page=2'],
  ['Server=db;User=sa;Password=abc;', 'Server=db;User=sa;Password=***;'],
  ['/cb?access_token=eyJhbGciOi.J9==&state=1', '/cb?access_token=***&state=1'],
  ['authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.x', 'authorization: Bearer ***'],
  ['authorization: bearer eyJhbGciOiJIUzI1NiJ9.e30.x', 'authorization: bearer ***'],
  ['AUTHORIZATION: BEARER eyJhbGciOiJIUzI1NiJ9.e30.x', 'AUTHORIZATION: BEARER ***'],
  ['authorization: Basic dXNlcjpwYXNz', 'authorization: Basic ***'],
  ['key: -----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY-----\nnext', 'key: ***\nnext'],
  ['cut off: -----BEGIN PRIVATE KEY-----\\nMHcCAQ', 'cut off: ***'],
])('%s becomes %s', (text, safe) => {
  expect(hideSecrets(text)).toBe(safe)
})

test.each([
  'http://api:8080/users/@me',
  'http://127.0.0.1:4318/v1/traces?owner=a@b',
  'https://unpkg.com/@scope/package@1.2.3',
  'ssh://git@github.com/o/r',
  'mail a@b.c about http://x.y/z',
  'Bearer authentication is required',
  'Basic authentication is required',
  'page=2&tokenCount=7',
  '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----',
  'no secrets here',
])('%s stays as it is', (text) => {
  expect(hideSecrets(text)).toBe(text)
})

test('a password with a quote is hidden inside JSON text, and the text stays JSON', () => {
  const line = JSON.stringify({ msg: 'failed: postgres://app:s3"cr\\et@db/x', next: 'u@v' })

  expect(JSON.parse(hideSecrets(line))).toEqual({ msg: 'failed: postgres://app:***@db/x', next: 'u@v' })
})

test('a long line without an end to its URL costs no more than its length', () => {
  const hostile = `@ x://a:${'b'.repeat(200_000)} ${'x://a:'.repeat(20_000)} ${'a='.repeat(50_000)}`

  expect(hideSecrets(hostile)).toHaveLength(hostile.length)
})

test.each([
  ['postgres//app:s3cr3t@db', 'postgres//app:***@db'],
  ['postgres:/ /app:s3cr3t@db/orders', 'postgres:/ /app:***@db/orders'],
  ['postgres:i/app:s3cr3t@db', 'postgres:i/app:***@db'],
  ['postgres://app:s3cr3t', 'postgres://app:***'],
  ['url = "amqp://app:s3cr3t" (line 3)', 'url = "amqp://app:***" (line 3)'],
])('a value that is no URL any more, %s, becomes %s', (value, safe) => {
  expect(hideSecretsOfValue(value)).toBe(safe)
})

test.each([
  'http://api:8080',
  'http://api:8080/users/@me',
  'http://127.0.0.1:4318/v1/traces?owner=a@b',
  'http://[::1]:8080',
  'mongodb://a:27017,b:27017',
  'registry.example:5000/shop/orders:1.2@sha256:0f3c',
  'mailto:ann@shop.example',
  'git@github.com:o/r.git',
])('a value that holds no secret, %s, stays as it is', (value) => {
  expect(hideSecretsOfValue(value)).toBe(value)
})

test('a long value costs no more than its length', () => {
  const hostile = `${'/a:'.repeat(50_000)}${'x://a:'.repeat(20_000)}${'b'.repeat(200_000)}`

  expect(hideSecretsOfValue(hostile)).toHaveLength(hostile.length)
})
