import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quoteBigIntegers } from '../../src/otlp/quote-big-integers.ts'

test.each([
  ['{"a":1234567890123456}', '{"a":"1234567890123456"}'],
  ['{"a":-1234567890123456}', '{"a":"-1234567890123456"}'],
  ['{"a":123456789012345}', '{"a":123456789012345}'],
  ['[1234567890123456,\n 1234567890123457 ]', '["1234567890123456",\n "1234567890123457" ]'],
  ['[1234567890123456.5]', '[1234567890123456.5]'],
  ['[1234567890123456e3]', '[1234567890123456e3]'],
  ['[0.1234567890123456]', '[0.1234567890123456]'],
  ['[1e-1234567890123456]', '[1e-1234567890123456]'],
  ['["x,1234567890123456",1234567890123456]', '["x,1234567890123456","1234567890123456"]'],
  [String.raw`["\",1234567890123456"]`, String.raw`["\",1234567890123456"]`],
  [String.raw`["\\",1234567890123456]`, String.raw`["\\","1234567890123456"]`],
  [String.raw`[1234567890123456,"no end \"`, String.raw`["1234567890123456","no end \"`],
])('%s becomes %s', (json, quoted) => {
  expect(quoteBigIntegers(json)).toBe(quoted)
})

test('of any JSON, only whole numbers of 16 digits and more change', () => {
  const value = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' })
  const big = fc.bigInt({ min: 10n ** 15n, max: 2n ** 64n })
  fc.assert(
    fc.property(value, big, (value, big) => {
      const json = `{"big":${big},"value":${JSON.stringify(value)}}`
      const quoted = JSON.parse(quoteBigIntegers(json)) as { big: string; value: unknown }
      expect(quoted.big).toBe(String(big))
      const unquoted = JSON.stringify(quoted.value, (_, item: unknown) =>
        typeof item === 'string' && /^-?\d{16,}$/.test(item) ? Number(item) : item,
      )
      expect(JSON.parse(unquoted)).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})
