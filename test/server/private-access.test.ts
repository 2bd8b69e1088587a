import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { type AccessOptions, createAccess } from '../../src/server/private-access.ts'

interface Asker {
  readonly from?: string
  readonly headers?: Record<string, string>
}

function mayKnow(options: AccessOptions, { from = '10.0.0.7', headers = {} }: Asker): boolean {
  return createAccess(options)({ socket: { remoteAddress: from }, headers } as unknown as IncomingMessage)
}

test.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])('%s is this machine', (from) => {
  expect(mayKnow({}, { from })).toBe(true)
})

test.each([
  '10.0.0.7',
  '::ffff:10.0.0.7',
  'fe80::1',
  '128.0.0.1',
  '',
  '::ffff:1270:1',
  '127.0.0.6',
  '::ffff:127.0.0.6',
])('%j is not', (from) => {
  expect(mayKnow({}, { from })).toBe(false)
})

test('a request that came through a proxy is not of this machine', () => {
  const ofSidecars = ['x-forwarded-proto', 'x-forwarded-client-cert', 'x-envoy-attempt-count', 'l5d-client-id']
  for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip', ...ofSidecars]) {
    expect(mayKnow({}, { from: '127.0.0.1', headers: { [name]: '1.2.3.4' } })).toBe(false)
  }
  expect(mayKnow({}, { from: '127.0.0.1', headers: { 'x-request-id': '1', accept: '*/*' } })).toBe(true)
})

test.each([
  ['localhost:9091', true],
  ['[::1]:9091', true],
  ['127.0.0.1', true],
  ['app.localhost', true],
  ['rebound.example:9091', false],
  ['localhost.example', false],
  ['0.0.0.0:9091', true],
  ['127.0.0.1.example', false],
  ['10.1.2.3:9091', false],
  ['[fd00::7]:9091', false],
])('a page that asks this machine as %s may know: %s', (host, may) => {
  expect(mayKnow({}, { from: '127.0.0.1', headers: { host } })).toBe(may)
})

test('the token opens from anywhere and under any policy; anything else does not', () => {
  for (const details of ['loopback', 'never'] as const) {
    const withHeader = (authorization: string) =>
      mayKnow({ details, token: 'correct horse'.replace(' ', '-') }, { headers: { authorization } })
    expect(withHeader('Bearer correct-horse')).toBe(true)
    expect(withHeader('bearer correct-horse')).toBe(true)
    expect(withHeader('Bearer correct-hors')).toBe(false)
    expect(withHeader('Bearer correct-horses')).toBe(false)
    expect(withHeader('Basic correct-horse')).toBe(false)
    expect(withHeader('Bearer ')).toBe(false)
    expect(withHeader('')).toBe(false)
  }
})

test('without a token, or with an empty one, no header opens', () => {
  for (const token of [undefined, '', () => undefined, () => '']) {
    expect(mayKnow({ token }, { headers: { authorization: 'Bearer ' } })).toBe(false)
    expect(mayKnow({ token }, { headers: { authorization: 'Bearer undefined' } })).toBe(false)
  }
})

test('a token that changes is read for each request', () => {
  let current = 'old'
  const access = createAccess({ details: 'never', token: () => current })
  const request = { socket: {}, headers: { authorization: 'Bearer new' } } as unknown as IncomingMessage
  expect(access(request)).toBe(false)
  current = 'new'
  expect(access(request)).toBe(true)
})

test('always is everybody, never is nobody on this machine either', () => {
  expect(mayKnow({ details: 'always' }, {})).toBe(true)
  expect(mayKnow({ details: 'never' }, { from: '127.0.0.1' })).toBe(false)
})
