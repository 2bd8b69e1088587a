import { expect, test } from 'vitest'
import { encodeRequestJson } from '../../src/otlp/encode-request-json.ts'
import { encodeRequest } from '../../src/otlp/encode-request.ts'
import { decodeRequest } from '../../src/otlp/decode-request.ts'
import { decodeRequestJson } from '../../src/otlp/decode-request-json.ts'
import type { AttributeValue, ExportRequest, Span } from '../../src/otlp/model.ts'
import { requestOf } from './wire.ts'

const [emptySpan] = decodeRequest('traces', requestOf())[0]?.scopes[0]?.items ?? []

function traces(changes: Partial<Span>): ExportRequest<'traces'> {
  const nothing = { attributes: {}, droppedAttributesCount: 0 }
  const span = { ...(emptySpan as Span), ...changes }
  const scope = { scope: { name: '', version: '', ...nothing }, schemaUrl: '', items: [span] }
  return [{ resource: nothing, schemaUrl: '', scopes: [scope] }]
}
const attribute = (value: unknown): Partial<Span> => ({ attributes: { secret: value as AttributeValue } })

test.each<[string, Partial<Span>, RegExp]>([
  ['an id of the wrong length', { traceId: 'abc' }, /an id that is not 32 hexadecimal digits/],
  ['an id of other characters', { spanId: 'x'.repeat(16) }, /an id that is not 16 hexadecimal digits/],
  ['a time before 1970', { startTimeUnixNano: -1n }, /a time before 1970 or beyond 64 bits/],
  ['a time beyond 64 bits', { endTimeUnixNano: 2n ** 64n }, /a time before 1970 or beyond 64 bits/],
  ['a fraction as an enum', { kind: 1.5 }, /a number that is not whole or not from -2147483648 to 2147483647/],
  ['a negative count', { droppedEventsCount: -1 }, /a number that is not whole or not from 0 to 4294967295/],
  ['flags beyond 32 bits', { flags: 2 ** 32 }, /a number that is not whole or not from 0 to 4294967295/],
  ['NaN as a count', { droppedLinksCount: Number.NaN }, /a number that is not whole or not from 0 to 4294967295/],
  ['an integer of 65 bits', attribute(2n ** 63n), /an integer beyond 64 bits/],
  ['a function', attribute(() => 0), /a function as an attribute value/],
  ['a symbol', attribute(Symbol('s')), /a symbol as an attribute value/],
])('%s is refused by both encoders', (_, changes, reason) => {
  const refused = expect.objectContaining({
    code: 'SEA_OTLP_NOT_ENCODABLE',
    message: expect.stringMatching(reason),
  })
  expect(() => encodeRequest('traces', traces(changes))).toThrow(refused)
  expect(() => encodeRequestJson('traces', traces(changes))).toThrow(refused)
})

test('half a surrogate pair goes out as U+FFFD, in keys and values, short and long', () => {
  const long = 'x'.repeat(200)
  const request = traces({ name: 'cut \ud83d', traceState: `${long}\udc00`, attributes: { 'k\ud83d': 'v\ud83d' } })
  const expected = { name: 'cut \uFFFD', traceState: `${long}\uFFFD`, attributes: { 'k\uFFFD': 'v\uFFFD' } }
  expect(decodeRequest('traces', encodeRequest('traces', request))).toMatchObject(traces(expected))
  expect(decodeRequestJson('traces', encodeRequestJson('traces', request))).toMatchObject(traces(expected))
})

test('ids go out in either case and come back in lowercase', () => {
  const request = traces({ traceId: '5B8EFFF798038103D269B633813FC60C', spanId: 'EEE19B7EC3C1B174' })
  const expected = { traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174' }
  expect(decodeRequest('traces', encodeRequest('traces', request))).toMatchObject(traces(expected))
  expect(decodeRequestJson('traces', encodeRequestJson('traces', request))).toMatchObject(traces(expected))
})

test('text of every length around the sizes of its length prefix comes back', () => {
  for (const length of [0, 1, 63, 64, 65, 126, 127, 128, 129, 5461, 5462, 16_383, 16_384, 2_097_151, 2_097_152]) {
    for (const character of ['a', '\u0080', 'ß', '€', '👍']) {
      const name = character.repeat(Math.ceil(length / character.length))
      const [group] = decodeRequest('traces', encodeRequest('traces', traces({ name })))
      expect(group?.scopes[0]?.items[0]?.name === name).toBe(true)
    }
  }
})
