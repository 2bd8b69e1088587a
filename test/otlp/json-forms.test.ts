import { describe, expect, test } from 'vitest'
import { decodeRequestJson } from '../../src/otlp/decode-request-json.ts'
import { encodeRequestJson } from '../../src/otlp/encode-request-json.ts'
import type { AttributeValue, LogRecord, MetricData, Span } from '../../src/otlp/model.ts'

const traces = (span: string): string => `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`
const spanOf = (span: string): Span => decodeRequestJson('traces', traces(span))[0]?.scopes[0]?.items[0] as Span
const logs = (record: string): string => `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${record}]}]}]}`
const logOf = (record: string): LogRecord =>
  decodeRequestJson('logs', logs(record))[0]?.scopes[0]?.items[0] as LogRecord
const bodyOf = (value: string): AttributeValue => logOf(`{"body":${value}}`).body
const dataOf = (data: string): MetricData | undefined => {
  const text = `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[${data}]}]}]}`
  return decodeRequestJson('metrics', text)[0]?.scopes[0]?.items[0]?.data
}

/** The example of the specification's repository. */
const SPECIFICATION_EXAMPLE = `{"resourceSpans":[{
  "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"my.service"}}]},
  "scopeSpans":[{
    "scope":{"name":"my.library","version":"1.0.0",
      "attributes":[{"key":"my.scope.attribute","value":{"stringValue":"some scope attribute"}}]},
    "spans":[{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174",
      "parentSpanId":"EEE19B7EC3C1B173","name":"I'm a server span",
      "startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000","kind":2,
      "attributes":[{"key":"my.span.attr","value":{"stringValue":"some value"}}]}]}]}]}`

test('the example of the specification is read', () => {
  expect(decodeRequestJson('traces', SPECIFICATION_EXAMPLE)).toMatchObject([
    {
      resource: { attributes: { 'service.name': 'my.service' } },
      scopes: [
        {
          scope: { name: 'my.library', version: '1.0.0', attributes: { 'my.scope.attribute': 'some scope attribute' } },
          items: [
            {
              traceId: '5b8efff798038103d269b633813fc60c',
              spanId: 'eee19b7ec3c1b174',
              parentSpanId: 'eee19b7ec3c1b173',
              name: "I'm a server span",
              kind: 2,
              startTimeUnixNano: 1_544_712_660_000_000_000n,
              endTimeUnixNano: 1_544_712_661_000_000_000n,
              attributes: { 'my.span.attr': 'some value' },
            },
          ],
        },
      ],
    },
  ])
})

test('what we write is what the specification asks for', () => {
  const text = encodeRequestJson('logs', [
    {
      resource: { attributes: { 'service.name': 'shop' }, droppedAttributesCount: 0 },
      schemaUrl: '',
      scopes: [
        {
          scope: { name: '', version: '', attributes: {}, droppedAttributesCount: 0 },
          schemaUrl: 'https://opentelemetry.io/schemas/1.44.0',
          items: [
            {
              timeUnixNano: 1_764_000_000_123_456_789n,
              observedTimeUnixNano: 0n,
              severityNumber: 9,
              severityText: 'INFO',
              body: {
                n: 1,
                d: 1.5,
                nan: Number.NaN,
                no: null,
                list: ['a', true],
                bytes: new Uint8Array([251, 255]),
                map: {},
              },
              attributes: { big: 2n ** 60n },
              droppedAttributesCount: 0,
              flags: 1,
              traceId: '5b8efff798038103d269b633813fc60c',
              spanId: '',
              eventName: '',
            },
          ],
        },
      ],
    },
  ])
  expect(JSON.parse(text)).toEqual({
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeLogs: [
          {
            scope: {},
            schemaUrl: 'https://opentelemetry.io/schemas/1.44.0',
            logRecords: [
              {
                timeUnixNano: '1764000000123456789',
                severityNumber: 9,
                severityText: 'INFO',
                body: {
                  kvlistValue: {
                    values: [
                      { key: 'n', value: { intValue: '1' } },
                      { key: 'd', value: { doubleValue: 1.5 } },
                      { key: 'nan', value: { doubleValue: 'NaN' } },
                      { key: 'no', value: {} },
                      { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { boolValue: true }] } } },
                      { key: 'bytes', value: { bytesValue: '+/8=' } },
                      { key: 'map', value: { kvlistValue: {} } },
                    ],
                  },
                },
                attributes: [{ key: 'big', value: { intValue: '1152921504606846976' } }],
                flags: 1,
                traceId: '5b8efff798038103d269b633813fc60c',
              },
            ],
          },
        ],
      },
    ],
  })
})

test('an empty object is a request with nothing in it', () => {
  expect(decodeRequestJson('traces', '{}')).toEqual([])
})

describe('tolerated is', () => {
  test('an unknown field anywhere, whatever it holds', () => {
    const deep = '['.repeat(900) + ']'.repeat(900)
    const text = `{"later":${deep},"resourceSpans":[{"later":1,"scopeSpans":[{"spans":[{"later":{},"name":"n"}]}]}]}`
    expect(decodeRequestJson('traces', text)[0]?.scopes[0]?.items[0]?.name).toBe('n')
  })

  test('null for any field, which is its default', () => {
    const fields = [
      'traceId', 'spanId', 'parentSpanId', 'traceState', 'name', 'kind', 'startTimeUnixNano', 'endTimeUnixNano',
      'attributes', 'droppedAttributesCount', 'events', 'links', 'status', 'flags',
    ] // prettier-ignore
    expect(spanOf(`{${fields.map((name) => `"${name}":null`).join()}}`)).toEqual(spanOf('{}'))
    expect(decodeRequestJson('logs', '{"resourceLogs":[{"resource":null,"scopeLogs":null}]}')[0]?.scopes).toEqual([])
  })

  test.each(['{"stringValue":null}', '{"intValue":null}', '{"arrayValue":null}', '{"kvlistValue":null}', '{}', 'null'])(
    'an empty value: %s',
    (value) => {
      expect(bodyOf(value)).toBeNull()
    },
  )

  test('a value of a newer version, which is an empty value', () => {
    expect(bodyOf('{"stringValueStrindex":7}')).toBeNull()
  })

  test.each<[string, number | bigint]>([
    ['42', 42],
    ['"42"', 42],
    ['-42', -42],
    ['"-42"', -42],
    ['0', 0],
    ['-0', 0],
    ['4.2e1', 42],
    ['"4.2e1"', 42],
    ['42.0', 42],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9007199254740993', 9_007_199_254_740_993n],
    ['"9007199254740993"', 9_007_199_254_740_993n],
    ['9223372036854775807', 2n ** 63n - 1n],
    ['-9223372036854775808', -(2n ** 63n)],
    ['"-9223372036854775808"', -(2n ** 63n)],
  ])('%s as an integer of 64 bits', (written, read) => {
    expect(bodyOf(`{"intValue":${written}}`)).toBe(read)
    expect(bodyOf(`{"intValue" :  ${written}  }`)).toBe(read)
  })

  test.each(['1764000000123456789', '"1764000000123456789"'])('%s as a time, exact to the nanosecond', (written) => {
    expect(spanOf(`{"startTimeUnixNano":${written}}`).startTimeUnixNano).toBe(1_764_000_000_123_456_789n)
  })

  test('large numbers in a list, and texts that only look like them', () => {
    const text = '{"name":"[1764000000123456789,\\"1764000000123456789\\\\","count":1}'
    expect(spanOf(text).name).toBe('[1764000000123456789,"1764000000123456789\\')
    const point =
      '{"bucketCounts":[9007199254740991,"9007199254740991", 18446744073709551615],"count":18446744073709551615}'
    expect(dataOf(`{"histogram":{"dataPoints":[${point}]}}`)).toMatchObject({
      points: [{ bucketCounts: [2 ** 53 - 1, 2 ** 53 - 1, 2 ** 64], count: 2 ** 64 }],
    })
  })

  test.each<[string, number]>([
    ['1.5', 1.5],
    ['"1.5"', 1.5],
    ['12345678901234567890', 1.2345678901234567e19],
    ['1234567890123456.5', 1_234_567_890_123_456.5],
    ['1e400', Infinity],
    ['"NaN"', Number.NaN],
    ['"Infinity"', Infinity],
    ['"-Infinity"', -Infinity],
    ['"-0"', -0],
    ['null', Number.NaN],
  ])('%s as a double', (written, read) => {
    expect(bodyOf(`{"doubleValue":${written}}`)).toBe(read)
    expect(dataOf(`{"gauge":{"dataPoints":[{"asDouble":${written}}]}}`)).toMatchObject({
      points: [{ value: read, valueType: 'double' }],
    })
  })

  test('null for an optional double, which is absent then', () => {
    const point = '{"count":1,"sum":null,"min":0,"bucketCounts":["1"]}'
    expect(dataOf(`{"histogram":{"dataPoints":[${point}]}}`)).toMatchObject({
      points: [{ sum: undefined, min: 0, max: undefined }],
    })
  })

  test.each(['5B8EFFF798038103D269B633813FC60C', '5b8efff798038103d269b633813fc60c'])('the id %s', (id) => {
    expect(spanOf(`{"traceId":"${id}"}`).traceId).toBe('5b8efff798038103d269b633813fc60c')
  })

  test('an id of zeros, which is absent', () => {
    expect(spanOf(`{"traceId":"${'0'.repeat(32)}","parentSpanId":"${'0'.repeat(16)}"}`)).toMatchObject({
      traceId: '',
      parentSpanId: '',
    })
  })

  test.each(['+/8=', '+/8', '-_8', '-_8='])('%s as bytes', (base64) => {
    expect(bodyOf(`{"bytesValue":"${base64}"}`)).toEqual(new Uint8Array([251, 255]))
  })

  test('half a surrogate pair, as cut texts have it: it becomes U+FFFD, as in protobuf', () => {
    expect(spanOf(String.raw`{"name":"cut \ud83d"}`).name).toBe('cut \uFFFD')
  })

  test('a key that is special in JavaScript', () => {
    const attribute = '{"key":"__proto__","value":{"stringValue":"x"}}'
    expect(Object.entries(spanOf(`{"__proto__":{"name":"no"},"attributes":[${attribute}]}`).attributes)).toEqual([
      ['__proto__', 'x'],
    ])
    expect(spanOf('{"__proto__":{"name":"no"}}').name).toBe('')
  })

  test('a point without a value, and one with both: the integer stays', () => {
    expect(
      dataOf('{"sum":{"dataPoints":[{"flags":1},{"asDouble":1.5,"asInt":"2"}],"isMonotonic":true}}'),
    ).toMatchObject({
      points: [
        { valueType: 'none', value: Number.NaN, flags: 1 },
        { valueType: 'int', value: 2 },
      ],
      isMonotonic: true,
    })
  })
})

describe('refused is', () => {
  test.each<[string, string, string]>([
    ['no text', '', 'traces: not valid JSON'],
    ['half a text', '{"resourceSpans":', 'traces: not valid JSON'],
    ['a list', '[]', 'traces: expected an object, got a list'],
    ['null', 'null', 'traces: expected an object, got null'],
    ['resources that are no list', '{"resourceSpans":{}}', 'traces: resourceSpans: expected a list, got an object'],
    ['null in a list', '{"resourceSpans":[null]}', 'traces: resourceSpans[0]: expected an object, got null'],
    [
      'a resource that is text',
      '{"resourceSpans":[{"resource":"x"}]}',
      '[0].resource: expected an object, got a string',
    ],
    ['a number as a name', traces('{"name":1}'), 'spans[0].name: expected a string, got a number'],
    ['a name of an enum', traces('{"kind":"SPAN_KIND_SERVER"}'), 'spans[0].kind: expected an integer, got a string'],
    ['an enum as text', traces('{"kind":"2"}'), 'spans[0].kind: expected an integer, got a string'],
    ['a fraction as an enum', traces('{"kind":1.5}'), 'kind: expected an integer from -2147483648 to 2147483647'],
    ['a negative time', traces('{"startTimeUnixNano":"-1"}'), 'expected an integer from 0 to 18446744073709551615'],
    ['a time beyond 64 bits', traces('{"startTimeUnixNano":18446744073709551616}'), 'expected an integer from 0 to'],
    [
      'a fraction as a time',
      traces('{"startTimeUnixNano":1.5}'),
      'startTimeUnixNano: expected an integer, got a number',
    ],
    [
      'a date as a time',
      traces('{"endTimeUnixNano":"2026-11-22"}'),
      'endTimeUnixNano: expected an integer, got a string',
    ],
    [
      'a negative count',
      traces('{"droppedEventsCount":-1}'),
      'droppedEventsCount: expected an integer from 0 to 4294967295',
    ],
    [
      'an id of 31 digits',
      traces(`{"traceId":"${'a'.repeat(31)}"}`),
      'traceId: expected 32 hexadecimal digits or none, got 31',
    ],
    ['an id in base64', traces('{"spanId":"7uGbfsPBsXM="}'), 'spanId: expected 16 hexadecimal digits or none, got 12'],
    [
      'an id of other letters',
      traces(`{"spanId":"${'g'.repeat(16)}"}`),
      'spanId: expected 16 hexadecimal digits or none',
    ],
    ['a status that is a number', traces('{"status":2}'), 'status: expected an object, got a number'],
    ['a map as attributes', traces('{"attributes":{"a":1}}'), 'spans[0].attributes: expected a list, got an object'],
    [
      'a key that is a number',
      traces('{"attributes":[{},{"key":1}]}'),
      'attributes[1].key: expected a string, got a number',
    ],
    [
      'a bare value',
      traces('{"attributes":[{"key":"a","value":1}]}'),
      'attributes[0].value: expected an object, got a number',
    ],
  ])('%s', (_, text, reason) => {
    expect(() => decodeRequestJson('traces', text)).toThrow(
      expect.objectContaining({ code: 'SEA_OTLP_MALFORMED', message: expect.stringContaining(reason) }),
    )
  })

  test.each<[string, string]>([
    ['{"boolValue":"true"}', 'body.boolValue: expected true or false, got a string'],
    ['{"stringValue":7}', 'body.stringValue: expected a string, got a number'],
    ['{"intValue":1.5}', 'body.intValue: expected an integer, got a number'],
    ['{"intValue":"0x10"}', 'body.intValue: expected an integer, got a string'],
    ['{"intValue":"9223372036854775808"}', 'body.intValue: expected an integer from -9223372036854775808 to'],
    ['{"doubleValue":"fast"}', 'body.doubleValue: expected a number, got a string'],
    ['{"doubleValue":true}', 'body.doubleValue: expected a number, got a boolean'],
    ['{"bytesValue":"*"}', 'body.bytesValue: expected base64, got a string'],
    ['{"bytesValue":"AAAAA"}', 'body.bytesValue: expected base64, got a string'],
    ['{"arrayValue":[]}', 'body.arrayValue: expected an object, got a list'],
    ['{"arrayValue":{"values":[1]}}', 'body.arrayValue.values[0]: expected an object, got a number'],
    ['{"kvlistValue":{"values":{}}}', 'body.kvlistValue.values: expected a list, got an object'],
  ])('the value %s', (value, reason) => {
    expect(() => bodyOf(value)).toThrow(reason)
  })

  test('bad JSON, without a word of it in the error', () => {
    const text = '{"resourceLogs":[{"password":"hunter2" oops}]}'
    expect(() => decodeRequestJson('logs', text)).toThrow(/^logs: not valid JSON near character \d+$/)
    expect(() => decodeRequestJson('logs', text)).toThrow(expect.not.objectContaining({ cause: expect.anything() }))
  })
})
