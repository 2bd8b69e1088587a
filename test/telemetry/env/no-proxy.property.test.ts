import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bypassesProxy } from '../../../src/telemetry/env/no-proxy.ts'

const LABEL = fc.stringMatching(/^[a-z]([a-z\d-]{0,8}[a-z\d])?$/)
const NAME = fc
  .array(LABEL, { minLength: 2, maxLength: 4 })
  .map((labels) => labels.join('.'))
  .filter((name) => URL.parse(`http://${name}`)?.hostname === name)
const PORT = fc.integer({ min: 1, max: 65_535 })
const IPV4 = fc.ipV4().filter((address) => !address.startsWith('127.'))

const bypasses = (url: string, list: string): boolean => bypassesProxy(new URL(url), list)

test.for<[url: string, list: string, expected: boolean]>([
  ['http://a.example', '', false],
  ['http://a.example', '*', true],
  ['http://a.example', 'a.example', true],
  ['http://a.example', 'A.EXAMPLE', true],
  ['http://a.example', 'example', true],
  ['http://a.example', '.example', true],
  ['http://a.example', '*.example', true],
  ['http://example', '.example', true],
  ['http://a.example', 'xample', false],
  ['http://a.example', 'a.example.', true],
  ['http://a.example.', 'a.example', true],
  ['http://a.example', 'b.example, a.example', true],
  ['http://a.example', 'b.example a.example', true],
  ['http://a.example:4318', 'a.example:4318', true],
  ['http://a.example:4318', 'a.example:4317', false],
  ['https://a.example', 'a.example:443', true],
  ['http://a.example', 'a.example:80', true],
  ['http://10.1.2.3', '10.1.2.3', true],
  ['http://10.1.2.3', '10.1.2.30', false],
  ['http://10.1.2.3', '2.3', false],
  ['http://10.1.2.3', '10.0.0.0/8', true],
  ['http://11.1.2.3', '10.0.0.0/8', false],
  ['http://10.1.2.3', '10.0.0.0/33', false],
  ['http://10.1.2.3', '10.0.0.0/', false],
  ['http://10.1.2.3:4318', '10.1.2.3:4318', true],
  ['http://[fd00::1]', 'fd00::/8', true],
  ['http://[fd00::1]', 'fd00:0::1', true],
  ['http://[fd00::1]:4318', '[fd00::1]:4318', true],
  ['http://[fd00::1]:4318', '[fd00::1]:1', false],
  ['http://[fd00::1]', '10.0.0.0/8', false],
  ['http://localhost:4318', '', true],
  ['http://otel.localhost', '', true],
  ['http://127.0.0.1', '', true],
  ['http://127.9.9.9', '', true],
  ['http://[::1]', '', true],
  ['http://127.example', '', false],
])('%s with the list "%s": %s', ([url, list, expected]) => {
  expect(bypasses(url, list)).toBe(expected)
})

test('a name is found wherever it is listed, and so is everything below it', () => {
  fc.assert(
    fc.property(
      NAME,
      fc.array(NAME),
      fc.array(NAME),
      LABEL,
      fc.constantFrom('', '.', '*.'),
      (name, a, b, label, before) => {
        const list = [...a, `${before}${name}`, ...b].join(', ')
        expect(bypasses(`http://${name}`, list)).toBe(true)
        expect(bypasses(`http://${label}.${name}`, list)).toBe(true)
      },
    ),
  )
})

test('a name that only ends alike is not the name', () => {
  fc.assert(
    fc.property(NAME, LABEL, (name, label) => {
      expect(bypasses(`http://${label}${name}.test`, `${name}.test`)).toBe(false)
    }),
  )
})

test('a port that is listed is the only one', () => {
  fc.assert(
    fc.property(NAME, PORT, PORT, (name, port, listed) => {
      expect(bypasses(`http://${name}:${port}`, `${name}:${listed}`)).toBe(port === listed)
    }),
  )
})

test('an address is in its own network of every size', () => {
  fc.assert(
    fc.property(IPV4, fc.integer({ min: 0, max: 32 }), (address, bits) => {
      expect(bypasses(`http://${address}`, `${address}/${bits}`)).toBe(true)
    }),
  )
})

test('no list and no URL makes it throw', () => {
  const anything = fc.oneof(fc.string(), fc.stringMatching(/^[\d.:/[\]%a-f*, ]{0,30}$/))
  fc.assert(
    fc.property(NAME, anything, (name, list) => {
      expect(typeof bypasses(`http://${name}`, list)).toBe('boolean')
    }),
  )
  fc.assert(
    fc.property(fc.oneof(fc.ipV6(), fc.ipV4()), anything, (address, list) => {
      const host = address.includes(':') ? `[${address}]` : address
      expect(typeof bypasses(`http://${host}`, list)).toBe('boolean')
    }),
  )
})
