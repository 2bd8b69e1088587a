import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeAttributes } from '../../src/otlp/encode-value.ts'
import type { AttributeValue } from '../../src/otlp/model.ts'
import { ProtobufWriter } from '../../src/otlp/protobuf-writer.ts'
import { text } from './arbitrary-requests.ts'

const key = fc.oneof(text, fc.constantFrom('', 'a', 'a'.repeat(64), 'a'.repeat(65), 'a'.repeat(121), 'a'.repeat(130)))
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(0, -0, 1, 127, 128, 2 ** 28 - 1, 2 ** 28, 2 ** 31, 2 ** 53, Number.NaN),
)

/** What the way without shortcuts writes. */
function plainly(tag: number, key: string, value: AttributeValue): Uint8Array {
  const writer = new ProtobufWriter()
  encodeAttributes(writer, tag, Object.defineProperty({}, key, { value, enumerable: true }))
  return writer.finish()
}

test('a pair of a key and a text, number or truth value is written as any attribute is', () => {
  fc.assert(
    fc.property(fc.constantFrom(10, 74, 146), key, fc.oneof(key, number, fc.boolean()), (tag, key, value) => {
      const writer = new ProtobufWriter(1)
      if (typeof value === 'string') writer.textPair(tag, key, value)
      else if (typeof value === 'number') writer.numberPair(tag, key, value)
      else writer.booleanPair(tag, key, value)
      expect(writer.finish()).toEqual(plainly(tag, key, value))
    }),
    { numRuns: 2000 },
  )
})

test.each([0, 1, 126, 127, 128, 129, 16_382, 16_383, 16_384, 2_097_151, 2_097_152])(
  'a message of %i bytes is the same with one and with two bytes left for its length',
  (length) => {
    const content = new Uint8Array(length).fill(7)
    const narrow = new ProtobufWriter()
    const start = narrow.open(18)
    narrow.raw(content)
    narrow.close(start)
    const wide = new ProtobufWriter(1)
    const wideStart = wide.openWide(18)
    wide.raw(content)
    wide.closeWide(wideStart)
    expect(Buffer.compare(wide.finish(), narrow.finish())).toBe(0)
  },
)

test('what was rewound is as if it had never been written', () => {
  const writer = new ProtobufWriter()
  writer.text(10, 'kept')
  const kept = writer.finish()
  const { position } = writer
  writer.textPair(74, 'a', 'b')
  writer.rewind(position)
  expect(writer.finish()).toEqual(kept)
})

test('ids as numbers are the same bytes as ids as text', () => {
  const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
  fc.assert(
    fc.property(word, word, word, word, (a, b, c, d) => {
      const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0')
      const byNumbers = new ProtobufWriter()
      byNumbers.traceId(10, a, b, c, d)
      byNumbers.spanId(18, a, b)
      const byText = new ProtobufWriter()
      byText.id(10, hex(a) + hex(b) + hex(c) + hex(d), 16)
      byText.id(18, hex(a) + hex(b), 8)
      expect(byNumbers.finish()).toEqual(byText.finish())
    }),
  )
})
