import { describe, expect, test } from 'vitest'
import { isSeaworthyError } from '../../src/core/seaworthy-error.ts'
import { decodeRequest } from '../../src/otlp/decode-request.ts'
import { encodeRequest } from '../../src/otlp/encode-request.ts'
import type { Signal } from '../../src/otlp/model.ts'
import { field, fixed32Field, fixed64Field, requestOf, tag, varint, varintField } from './wire.ts'

const name = field(5, 'GET /')

/** The message of the error that decoding ends with. */
function refusal(signal: Signal, bytes: Uint8Array): string {
  try {
    decodeRequest(signal, bytes)
  } catch (error) {
    if (isSeaworthyError(error, 'SEA_OTLP_MALFORMED')) return error.message
    throw error
  }
  return 'was taken'
}

test('an error names the field, the reason and the byte', () => {
  const spans = [
    requestSpan(name),
    requestSpan(name),
    requestSpan(name),
    requestSpan(field(5, Buffer.from([0xc3, 0x28]))),
  ]
  const bytes = field(1, field(2, ...spans))
  expect(refusal('traces', bytes)).toBe(
    'traces: resource_spans[0].scope_spans[0].spans[3].name: not valid UTF-8 (at byte 35 of 37)',
  )
})

function requestSpan(...fields: readonly Uint8Array[]): Buffer {
  return field(2, ...fields)
}

test('an error inside of metrics and logs is named by their own fields', () => {
  const point = field(7, varintField(1, 1))
  expect(refusal('metrics', requestOf(field(1, 'm'), field(5, field(1), field(1, point))))).toMatch(
    /^metrics: resource_metrics\[0\]\.scope_metrics\[0\]\.metrics\[0\]\.gauge\.data_points\[1\]\.attributes\[0\]\.key: wrong wire/,
  )
  expect(refusal('logs', requestOf(field(6, field(1, 'a')), field(6, field(2, varintField(1, 1)))))).toMatch(
    /^logs: resource_logs\[0\]\.scope_logs\[0\]\.log_records\[0\]\.attributes\[1\]\.value: wrong wire type \(varint\)/,
  )
})

test('a message never holds what a field held', () => {
  const secret = field(5, Buffer.concat([Buffer.from('password=hunter2'), Buffer.from([0xff])]))
  expect(refusal('traces', requestOf(secret))).not.toContain('hunter2')
})

describe('refused is', () => {
  const tenBytes = (last: number): Buffer => Buffer.from([...Array.from({ length: 9 }, () => 0xff), last])

  test.each<[string, Buffer, RegExp]>([
    ['a tag cut off', Buffer.from([0x8a]), /ends in the middle of a number/],
    ['a length cut off', Buffer.from([0x0a, 0x80]), /ends in the middle of a number/],
    ['no length at all', Buffer.from([0x0a]), /ends in the middle of a number/],
    ['a length beyond the end', Buffer.from([0x0a, 0x05, 0x00]), /the length says 5 bytes, 1 are left/],
    ['a length of 2^63', Buffer.concat([tag(1, 2), varint(2n ** 63n)]), /the length says 9223372036854776000 bytes/],
    [
      'a length of 2^64 - 1',
      Buffer.concat([tag(1, 2), varint(2n ** 64n - 1n)]),
      /the length says 18446744073709552000/,
    ],
    ['a length beyond its message', field(1, field(2, Buffer.from([0x12, 0x03, 0x01]))), /says 3 bytes, 1 are left/],
    [
      'a length beyond its message, but not beyond the end',
      Buffer.concat([field(1, field(2, Buffer.from([0x12, 0x03, 0x01]))), field(99, 'behind')]),
      /says 3 bytes, 1 are left/,
    ],
    ['a varint that leaves its message', Buffer.concat([requestOf(tag(6, 0)), varint(1)]), /runs past the end/],
    ['64 bits that leave their message', Buffer.concat([requestOf(tag(7, 1)), Buffer.alloc(8)]), /runs past the end/],
    ['64 bits cut off', requestOf(tag(7, 1), Buffer.alloc(7)), /message ends too early/],
    ['32 bits cut off', requestOf(tag(16, 5), Buffer.alloc(3)), /message ends too early/],
    ['unknown 64 bits cut off', requestOf(tag(99, 1), Buffer.alloc(7)), /message ends too early/],
    ['an unknown varint cut off', requestOf(tag(99, 0), Buffer.from([0x80])), /ends in the middle of a number/],
    ['a number of 11 bytes', requestOf(tag(6, 0), tenBytes(0xff), Buffer.from([1])), /more than 64 bits/],
    ['a number of 65 bits', requestOf(tag(6, 0), tenBytes(0x02)), /more than 64 bits/],
    ['an unknown number of 65 bits', requestOf(tag(99, 0), tenBytes(0x7f)), /more than 64 bits/],
    ['field number 0 with a length', Buffer.from([0x02, 0x00]), /field number 0/],
    ['field number 0 as varint', requestOf(Buffer.from([0x00, 0x00])), /field number 0/],
    ['field number 0 in two bytes', requestOf(Buffer.from([0x80, 0x00])), /field number 0/],
    ['a field number beyond 2^29', requestOf(tag(2 ** 29, 0), varint(1)), /field number beyond 2\^29/],
    ['the start of a group', requestOf(tag(99, 3), tag(99, 4)), /wire type not allowed here \(group start\)/],
    ['the end of a group', requestOf(tag(99, 4)), /wire type not allowed here \(group end\)/],
    ['wire type 6', requestOf(tag(99, 6)), /wire type not allowed here \(6\)/],
    ['wire type 7', requestOf(tag(99, 7)), /wire type not allowed here \(7\)/],
    ['text as a number', requestOf(varintField(5, 1)), /spans\[0\]\.name: wrong wire type \(varint\)/],
    ['a time as a varint', requestOf(varintField(7, 1)), /start_time_unix_nano: wrong wire type \(varint\)/],
    ['an enum as text', requestOf(field(6, 'SERVER')), /kind: wrong wire type \(length-delimited\)/],
    ['a message as 32 bits', requestOf(fixed32Field(15, 1)), /status: wrong wire type \(32-bit\)/],
    ['an id as 64 bits', requestOf(fixed64Field(2, 1n)), /span_id: wrong wire type \(64-bit\)/],
    ['resources as a number', varintField(1, 1), /^traces: resource_spans\[0\]: wrong wire type \(varint\)/],
    ['a trace id of 15 bytes', requestOf(field(1, Buffer.alloc(15, 1))), /trace_id: an id of 15 bytes, expected 16/],
    ['a trace id of 17 bytes', requestOf(field(1, Buffer.alloc(17, 1))), /trace_id: an id of 17 bytes, expected 16/],
    ['a span id of 16 bytes', requestOf(field(2, Buffer.alloc(16, 1))), /span_id: an id of 16 bytes, expected 8/],
    ['a parent id of 1 byte', requestOf(field(4, Buffer.alloc(1, 1))), /parent_span_id: an id of 1 bytes, expected 8/],
    ['a lone continuation byte', requestOf(field(5, Buffer.from([0x80]))), /not valid UTF-8/],
    ['an overlong "/"', requestOf(field(5, Buffer.from([0xc0, 0xaf]))), /not valid UTF-8/],
    ['a surrogate in UTF-8', requestOf(field(5, Buffer.from([0xed, 0xa0, 0x80]))), /not valid UTF-8/],
    ['a code point beyond U+10FFFF', requestOf(field(5, Buffer.from([0xf4, 0x90, 0x80, 0x80]))), /not valid UTF-8/],
    ['half a character at the end', requestOf(field(5, Buffer.from([0x61, 0xe2, 0x82]))), /not valid UTF-8/],
    ['bad UTF-8 beside a real U+FFFD', requestOf(field(5, '\uFFFD', Buffer.from([0xff]))), /not valid UTF-8/],
    ['bad UTF-8 in a key', requestOf(field(9, field(1, Buffer.from([0xff])))), /attributes\[0\]\.key: not valid UTF-8/],
    ['bad UTF-8 in a value', requestOf(field(9, field(2, field(1, Buffer.from([0xff]))))), /\.value: not valid UTF-8/],
  ])('%s', (_, bytes, reason) => {
    expect(refusal('traces', bytes)).toMatch(reason)
  })

  test.each<[string, Buffer, RegExp]>([
    ['packed bounds of 9 bytes', field(9, field(1, field(7, Buffer.alloc(9)))), /explicit_bounds: .*(?:past|early)/],
    [
      'a packed count cut off',
      field(10, field(1, field(8, field(2, Buffer.from([0x80]))))),
      /bucket_counts: .*(?:past|middle)/,
    ],
    ['bounds as varints', field(9, field(1, varintField(7, 1))), /explicit_bounds: wrong wire type/],
    ['a gauge with a temporality', field(5, varintField(1, 1)), /gauge\.data_points\[0\]: wrong wire type/],
  ])('in metrics, %s', (_, data, reason) => {
    expect(refusal('metrics', Buffer.concat([requestOf(data), field(99, 'behind')]))).toMatch(reason)
  })
})

test('whatever a request is cut off at, it is an error or a shorter request, never a crash', () => {
  const bytes = encodeRequest('traces', [
    {
      resource: { attributes: { 'service.name': 'shop' }, droppedAttributesCount: 0 },
      schemaUrl: '',
      scopes: [
        { scope: { name: 's', version: '', attributes: {}, droppedAttributesCount: 0 }, schemaUrl: '', items: [] },
      ],
    },
  ])
  for (let length = 1; length < bytes.length; length++) {
    expect(refusal('traces', bytes.subarray(0, length))).toMatch(/resource_spans\[0\]: the (?:length|message)/)
  }
})
