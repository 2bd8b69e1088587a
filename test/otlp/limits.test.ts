import { describe, expect, test } from 'vitest'
import { decodeRequestJson } from '../../src/otlp/decode-request-json.ts'
import { decodeRequest } from '../../src/otlp/decode-request.ts'
import { encodeRequestJson } from '../../src/otlp/encode-request-json.ts'
import { encodeRequest } from '../../src/otlp/encode-request.ts'
import {
  MAX_ITEMS,
  MAX_JSON_STRUCTURES,
  MAX_LISTED_COUNTS,
  MAX_VALUE_DEPTH,
  MAX_VALUES,
} from '../../src/otlp/limits.ts'
import type { AttributeValue, ExportRequest, LogRecord } from '../../src/otlp/model.ts'
import { field, requestOf, varintField } from './wire.ts'

function logs(body: AttributeValue): ExportRequest<'logs'> {
  const record: LogRecord = {
    timeUnixNano: 0n,
    observedTimeUnixNano: 0n,
    severityNumber: 0,
    severityText: '',
    body,
    attributes: {},
    droppedAttributesCount: 0,
    flags: 0,
    traceId: '',
    spanId: '',
    eventName: '',
  }
  const nothing = { attributes: {}, droppedAttributesCount: 0 }
  const scope = { scope: { name: '', version: '', ...nothing }, schemaUrl: '', items: [record] }
  return [{ resource: nothing, schemaUrl: '', scopes: [scope] }]
}

/** Each of `depth` levels holds the next, lists and maps in turn. */
function nested(depth: number): AttributeValue {
  let value: AttributeValue = 'bottom'
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { in: value }
  return value
}

function nestedBytes(depth: number): Buffer {
  let value = field(1, 'bottom')
  for (let level = 0; level < depth; level++) {
    value = level % 2 === 0 ? field(5, field(1, value)) : field(6, field(1, field(1, 'in'), field(2, value)))
  }
  return requestOf(field(5, value))
}

function nestedJson(depth: number): string {
  const body = '{"arrayValue":{"values":['.repeat(depth) + ']}}'.repeat(depth)
  return `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${body}}]}]}]}`
}

const bodyOf = (request: ExportRequest<'logs'>): AttributeValue | undefined => request[0]?.scopes[0]?.items[0]?.body

describe(`a value nested ${MAX_VALUE_DEPTH} levels deep is taken, one of ${MAX_VALUE_DEPTH + 1} is refused:`, () => {
  test('by the decoder of protobuf', () => {
    expect(bodyOf(decodeRequest('logs', nestedBytes(MAX_VALUE_DEPTH)))).toEqual(nested(MAX_VALUE_DEPTH))
    expect(() => decodeRequest('logs', nestedBytes(MAX_VALUE_DEPTH + 1))).toThrow(
      /log_records\[0\]\.body: a value nested more than 64 levels deep/,
    )
  })

  test('by the decoder of JSON', () => {
    expect(bodyOf(decodeRequestJson('logs', nestedJson(MAX_VALUE_DEPTH)))).toBeInstanceOf(Array)
    expect(() => decodeRequestJson('logs', nestedJson(MAX_VALUE_DEPTH + 1))).toThrow(/nested more than 64 levels deep/)
  })

  test('by both encoders', () => {
    expect(bodyOf(decodeRequest('logs', encodeRequest('logs', logs(nested(MAX_VALUE_DEPTH)))))).toEqual(
      nested(MAX_VALUE_DEPTH),
    )
    const refused = expect.objectContaining({ code: 'SEA_OTLP_NOT_ENCODABLE' })
    expect(() => encodeRequest('logs', logs(nested(MAX_VALUE_DEPTH + 1)))).toThrow(refused)
    expect(() => encodeRequestJson('logs', logs(nested(MAX_VALUE_DEPTH + 1)))).toThrow(refused)
  })
})

test('nesting far beyond the limit ends as quickly, without a deep stack', () => {
  expect(() => decodeRequest('logs', nestedBytes(3000))).toThrow(/nested more than 64 levels deep/)
  expect(() => decodeRequestJson('logs', nestedJson(240))).toThrow(/nested more than 64 levels deep/)
  expect(() => decodeRequestJson('logs', nestedJson(1_000_000))).toThrow(/nested more than 1000 levels deep/)
})

test('a value that holds itself is refused, not followed forever', () => {
  const list: AttributeValue[] = []
  list.push(list)
  expect(() => encodeRequest('logs', logs(list))).toThrow(/nested more than 64 levels deep/)
  expect(() => encodeRequestJson('logs', logs(list))).toThrow(/nested more than 64 levels deep/)
})

test(`${MAX_ITEMS} items are taken, one more is refused`, () => {
  // Resource and scope are items, too.
  const span = field(2, field(5, 'n'))
  const spans = (count: number): Buffer => requestWith(Buffer.alloc(count * span.length, span))
  expect(decodeRequest('traces', spans(MAX_ITEMS - 2))[0]?.scopes[0]?.items.length).toBe(MAX_ITEMS - 2)
  expect(() => decodeRequest('traces', spans(MAX_ITEMS - 1))).toThrow(
    /^traces: resource_spans\[0\]\.scope_spans\[0\]\.spans\[999998\]: more than 1000000 items in one request/,
  )
})

test(`more than ${MAX_VALUES} values are refused, in one list or in many`, () => {
  const list = field(5, Buffer.alloc((MAX_VALUES + 1) * 2, field(1)))
  expect(() => decodeRequest('logs', requestOf(field(5, list)))).toThrow(/more than 4000000 attributes and values/)
  const attributes = Buffer.alloc((MAX_VALUES + 1) * 2, field(9))
  expect(() => decodeRequest('traces', requestOf(attributes))).toThrow(/more than 4000000 attributes and values/)
})

test(`more than ${MAX_LISTED_COUNTS} bucket counts are refused`, () => {
  const positive = field(8, field(2, Buffer.alloc(MAX_LISTED_COUNTS + 1)))
  expect(() => decodeRequest('metrics', requestOf(field(10, field(1, positive))))).toThrow(
    /positive\.bucket_counts: more than 8000000 bucket counts in one request/,
  )
})

test('a message in very many pieces takes no longer than in one', () => {
  const pieces = (piece: Buffer): Buffer => Buffer.alloc(200_000 * piece.length, piece)
  const metric = decodeRequest('metrics', requestOf(pieces(field(5, field(1)))))[0]?.scopes[0]?.items[0]
  expect(metric?.data).toMatchObject({ type: 'gauge', points: { length: 200_000 } })

  const point = field(1, pieces(field(8, varintField(2, 7))))
  const data = decodeRequest('metrics', requestOf(field(10, point)))[0]?.scopes[0]?.items[0]?.data
  expect(data).toMatchObject({ points: [{ positive: { bucketCounts: { length: 200_000 } } }] })

  expect(bodyOf(decodeRequest('logs', requestOf(field(5, pieces(field(5, field(1)))))))).toHaveLength(200_000)
})

test('a place behind very many fields is only named by its byte', () => {
  const unknown = (count: number): Buffer => Buffer.alloc(count * 2, Buffer.from([0x78, 0]))
  const bad = varintField(1, 1)
  expect(() => decodeRequest('traces', Buffer.concat([unknown(999_999), bad]))).toThrow(
    'traces: resource_spans[0]: wrong wire type (varint) (at byte 1999998 of 2000000)',
  )
  expect(() => decodeRequest('traces', Buffer.concat([unknown(1_000_000), bad]))).toThrow(
    'traces: wrong wire type (varint) (at byte 2000000 of 2000002)',
  )
})

test('a JSON request with too many objects is refused before it is parsed', () => {
  const text = `{"resourceSpans":[${'{},'.repeat(MAX_JSON_STRUCTURES)}{}]}`
  expect(() => decodeRequestJson('traces', text)).toThrow(
    /^traces: more than 4000000 objects and lists in one request$/,
  )
})

test('a JSON request nested 1000 levels deep is taken, wherever that is, one of 1001 is refused', () => {
  const text = (depth: number): string => `{"later":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
  expect(decodeRequestJson('traces', text(1000))).toEqual([])
  expect(() => decodeRequestJson('traces', text(1001))).toThrow(
    'traces: objects and lists nested more than 1000 levels deep',
  )
})

test('brackets inside of texts do not count', () => {
  const text = JSON.stringify({ later: `"[\\${'[{'.repeat(MAX_JSON_STRUCTURES)}` })
  expect(decodeRequestJson('traces', text)).toEqual([])
})

test('a JSON request with too many items is refused', () => {
  const text = `{"resourceSpans":[${'{},'.repeat(MAX_ITEMS)}{}]}`
  expect(() => decodeRequestJson('traces', text)).toThrow(/\[1000000\]: more than 1000000 items in one request$/)
})

function requestWith(spans: Buffer): Buffer {
  return field(1, field(2, spans))
}
