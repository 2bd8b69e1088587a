import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeRequest } from '../../src/otlp/decode-request.ts'
import { TextCache } from '../../src/otlp/text-cache.ts'
import { field, requestOf } from './wire.ts'

const nameOf = (bytes: Uint8Array): string | undefined =>
  decodeRequest('traces', requestOf(field(5, bytes)))[0]?.scopes[0]?.items[0]?.name

test('a text that was seen is found again, one text for all', () => {
  const cache = new TextCache()
  const bytes = Buffer.from('..http.route..')
  expect(cache.find(bytes, 2, 12)).toBeUndefined()
  cache.add(bytes, 2, 12, 'http.route')
  expect(cache.find(Buffer.from('http.route'), 0, 10)).toBe('http.route')
  expect(cache.find(Buffer.from('http.routes'), 0, 11)).toBeUndefined()
})

test('a long text is never kept', () => {
  const cache = new TextCache()
  const bytes = Buffer.alloc(41, 'a')
  cache.add(bytes, 0, 41, bytes.toString())
  expect(cache.find(bytes, 0, 41)).toBeUndefined()
})

test('texts that differ in one place are told apart', () => {
  const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 5 }), { maxLength: 40 })
  fc.assert(
    fc.property(texts, (texts) => {
      const cache = new TextCache()
      for (const text of texts) {
        const bytes = Buffer.from(text)
        const found = cache.find(bytes, 0, bytes.length)
        expect(found ?? text).toBe(text)
        cache.add(bytes, 0, bytes.length, text)
      }
    }),
  )
})

test('bytes that are no UTF-8 are refused, also when a known text has characters with their numbers', () => {
  expect(nameOf(Buffer.from('\u00C3\u00A4'))).toBe('\u00C3\u00A4')
  expect(nameOf(Buffer.from('\u00C3'))).toBe('\u00C3')
  expect(() => nameOf(Buffer.from([0xc3]))).toThrow(/not valid UTF-8/)
  expect(nameOf(Buffer.from([0xc3, 0xa4]))).toBe('ä')
})

test('only ASCII is kept: of other texts, no bytes with their numbers are ever taken for them', () => {
  const cache = new TextCache()
  const letters = ['a', 'b', '\u0080', '\u00C3', '\u00FF']
  for (let number = 0; number < 5 ** 6; number++) {
    const text = number.toString(5).replace(/\d/g, (digit) => letters[Number(digit)] as string)
    const utf8 = Buffer.from(text, 'utf8')
    const latin1 = Buffer.from(text, 'latin1')
    if (utf8.length === latin1.length) continue
    cache.add(utf8, 0, utf8.length, text)
    expect(cache.find(latin1, 0, latin1.length)).toBeUndefined()
  }
})
