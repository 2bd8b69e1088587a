import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeUrl, redactQuery, splitTarget } from '../../../src/telemetry/instrumentation/url-redaction.ts'

const SECRET = 'zzs3cr3tzz'
const secretName = fc.constantFrom(
  'X-Amz-Signature',
  'sig',
  'Signature',
  'AWSAccessKeyId',
  'access_token',
  'password',
  'api_key',
  'key',
  'pass',
  'auth',
  'code',
  'SID',
  '%73ig',
  'pass%77ord',
  'api%5Fkey',
)
const pair = fc.oneof(
  secretName.map((name) => `${name}=${SECRET}`),
  fc.tuple(fc.webQueryParameters(), fc.constant('')).map(([text]) => text.replaceAll(SECRET, '')),
)

test('no value of a secret parameter is left, wherever it stands', () => {
  fc.assert(
    fc.property(fc.array(pair), (pairs) => {
      expect(redactQuery(pairs.join('&'))).not.toContain(SECRET)
    }),
  )
})

test('a query without secrets stays byte for byte', () => {
  for (const query of ['', 'a=b&c=d', 'flag', 'a=%7Bx%7D&&=&b==', 'tokenCount=5', 'q=sig%3Dx']) {
    expect(redactQuery(query)).toBe(query)
  }
})

test('a target is split at its first question mark, a fragment is no part of it', () => {
  expect(splitTarget('/a?b=c?d')).toEqual({ path: '/a', query: 'b=c?d' })
  expect(splitTarget('/a#b?c')).toEqual({ path: '/a', query: '' })
  expect(splitTarget('*')).toEqual({ path: '*', query: '' })
})

test('credentials of a URL are replaced', () => {
  expect(describeUrl(new URL('https://user:pw@shop.example/a?sig=1&b=2#c'))).toBe(
    'https://REDACTED:REDACTED@shop.example/a?sig=REDACTED&b=2',
  )
})
