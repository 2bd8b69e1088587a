import { describe, expect, test } from 'vitest'
import { decodeRequest } from '../../src/otlp/decode-request.ts'
import { encodeRequest } from '../../src/otlp/encode-request.ts'
import { TEMPORALITY, type LogRecord, type Metric, type Span } from '../../src/otlp/model.ts'
import { field, fixed32Field, fixed64Field, requestOf, tag, varint, varintField } from './wire.ts'

const bodyOf = (...value: readonly Uint8Array[]): LogRecord['body'] | undefined => logOf(field(5, ...value)).body

function first<T>(request: ReturnType<typeof decodeRequest>): T {
  return request[0]?.scopes[0]?.items[0] as T
}
const spanOf = (...fields: readonly Uint8Array[]): Span => first(decodeRequest('traces', requestOf(...fields)))
const logOf = (...fields: readonly Uint8Array[]): LogRecord => first(decodeRequest('logs', requestOf(...fields)))
const metricOf = (...fields: readonly Uint8Array[]): Metric => first(decodeRequest('metrics', requestOf(...fields)))

test('no bytes are a request with nothing in it', () => {
  expect(decodeRequest('traces', new Uint8Array())).toEqual([])
})

test('an empty span has the default of every field', () => {
  expect(decodeRequest('traces', requestOf())).toEqual([
    {
      resource: { attributes: {}, droppedAttributesCount: 0 },
      schemaUrl: '',
      scopes: [
        {
          scope: { name: '', version: '', attributes: {}, droppedAttributesCount: 0 },
          schemaUrl: '',
          items: [
            {
              traceId: '',
              spanId: '',
              traceState: '',
              parentSpanId: '',
              flags: 0,
              name: '',
              kind: 0,
              startTimeUnixNano: 0n,
              endTimeUnixNano: 0n,
              attributes: {},
              droppedAttributesCount: 0,
              events: [],
              droppedEventsCount: 0,
              links: [],
              droppedLinksCount: 0,
              status: { code: 0, message: '' },
            },
          ],
        },
      ],
    },
  ])
})

test('unknown fields of every wire type are skipped, at every level', () => {
  const unknown = Buffer.concat([
    varintField(100, 2n ** 64n - 1n),
    fixed64Field(101, 7n),
    field(102, 'later'),
    fixed32Field(103, 7),
    varintField(2 ** 29 - 1, 0),
  ])
  const event = field(11, unknown, field(2, 'event'), unknown)
  const attribute = field(9, unknown, field(1, 'key'), field(2, unknown, field(1, 'value'), unknown), unknown)
  const span = field(2, unknown, field(5, 'name'), event, attribute, unknown)
  const scope = field(2, unknown, field(1, unknown, field(1, 'scope')), span, unknown)
  const resource = field(1, unknown, field(1, field(1, 'r'), field(2, varintField(3, 1))), unknown)
  const request = decodeRequest('traces', Buffer.concat([unknown, field(1, unknown, resource, scope), unknown]))

  expect(request[0]?.resource.attributes).toEqual({ r: 1 })
  expect(request[0]?.scopes[0]?.scope.name).toBe('scope')
  expect(first(request)).toMatchObject({ name: 'name', events: [{ name: 'event' }], attributes: { key: 'value' } })
})

test('fields may come in any order', () => {
  const fields = [
    field(5, 'name'),
    varintField(6, 2),
    field(9, field(2, varintField(3, 1)), field(1, 'k')),
    fixed32Field(16, 257),
  ]
  expect(spanOf(...fields.toReversed())).toEqual(spanOf(...fields))
  expect(spanOf(...fields)).toMatchObject({ name: 'name', kind: 2, attributes: { k: 1 }, flags: 257 })
})

test('of a scalar that comes twice, the last one stays', () => {
  expect(spanOf(field(5, 'first'), field(5, 'last')).name).toBe('last')
  expect(bodyOf(field(1, 'text'), varintField(2, 1))).toBe(true)
})

describe('a message that comes in pieces is merged:', () => {
  test('a status', () => {
    expect(spanOf(field(15, field(2, 'no')), field(15, varintField(3, 2))).status).toEqual({ code: 2, message: 'no' })
  })

  test('a resource and a scope', () => {
    const attribute = (key: string): Buffer => field(1, field(1, key), field(2, varintField(2, 1)))
    const scope = [field(1, field(1, 'name')), field(1, field(2, 'version'))]
    const bytes = field(1, field(1, attribute('a')), field(2, ...scope), field(1, attribute('b'), varintField(2, 3)))
    const [group] = decodeRequest('traces', bytes)
    expect(group?.resource).toEqual({ attributes: { a: true, b: true }, droppedAttributesCount: 3 })
    expect(group?.scopes[0]?.scope).toMatchObject({ name: 'name', version: 'version' })
  })

  test('the data of a metric, when it is of one kind', () => {
    const point = (value: bigint): Buffer => field(1, fixed64Field(6, value))
    expect(metricOf(field(7, point(1n), varintField(3, 1)), field(7, point(2n), varintField(2, 2))).data).toMatchObject(
      {
        type: 'sum',
        isMonotonic: true,
        aggregationTemporality: TEMPORALITY.cumulative,
        points: [{ value: 1 }, { value: 2 }],
      },
    )
    expect(metricOf(field(7, point(1n)), field(5, point(2n))).data).toMatchObject({
      type: 'gauge',
      points: [{ value: 2 }],
    })
  })

  test('a list and a map', () => {
    const element = (value: number): Buffer => field(1, varintField(3, value))
    const entry = (key: string): Buffer => field(1, field(1, key), field(2, varintField(2, 1)))
    expect(bodyOf(field(5, element(1)), field(5, element(2)))).toEqual([1, 2])
    expect(bodyOf(field(6, entry('a')), field(6, entry('b')))).toEqual({ a: true, b: true })
    expect(bodyOf(field(6, entry('a')), field(5, element(2)))).toEqual([2])
  })

  test('what is merged in one place leaves shared defaults alone', () => {
    bodyOf(field(6), field(6, field(1, field(1, 'leak'))))
    bodyOf(field(5), field(5, field(1)))
    expect(bodyOf(field(6))).toEqual({})
    expect(bodyOf(field(5))).toEqual([])
  })
})

test('of attributes with the same key, the last one stays', () => {
  const attribute = (value: number): Buffer => field(9, field(1, 'k'), field(2, varintField(3, value)))
  expect(spanOf(attribute(1), attribute(2)).attributes).toEqual({ k: 2 })
})

test('keys with a meaning in JavaScript are plain keys', () => {
  const attribute = (key: string): Buffer => field(9, field(1, key), field(2, varintField(3, 7)))
  const { attributes } = spanOf(attribute('__proto__'), attribute('constructor'), attribute('toString'))
  expect(Object.entries(attributes)).toEqual([
    ['__proto__', 7],
    ['constructor', 7],
    ['toString', 7],
  ])
  expect(({} as Record<string, unknown>)['k']).toBeUndefined()
  expect('hasOwnProperty' in spanOf(attribute('k')).attributes).toBe(false)
})

test('an attribute without a value is null, one without a key has the empty key', () => {
  expect(spanOf(field(9, field(1, 'k')), field(9, field(2, varintField(3, 1)))).attributes).toEqual({ k: null, '': 1 })
})

test('ids of zeros only are absent ids', () => {
  const span = spanOf(field(1, Buffer.alloc(16)), field(2, Buffer.alloc(8)), field(4, Buffer.alloc(8)))
  expect(span).toMatchObject({ traceId: '', spanId: '', parentSpanId: '' })
})

test('each span has its own trace id, whether it equals that of the span before or not', () => {
  const id = (last: number): Buffer => field(1, Buffer.from([...Array.from({ length: 15 }, () => 0xab), last]))
  const spans = [1, 1, 2, 1].map((last) => field(2, id(last)))
  const request = decodeRequest('traces', field(1, field(2, ...spans)))
  expect(request[0]?.scopes[0]?.items.map((span) => span.traceId.slice(-4))).toEqual(['ab01', 'ab01', 'ab02', 'ab01'])
})

test('text keeps every character: a BOM, U+FFFD, NUL, and pairs of surrogates', () => {
  const text = '\uFEFFa\u0000\uFFFD👍🏽ß'
  expect(spanOf(field(5, text)).name).toBe(text)
})

test('bytes are a copy, also of a Buffer', () => {
  const bytes = requestOf(field(5, field(7, Buffer.from([1, 2, 3]))))
  const { body } = first<LogRecord>(decodeRequest('logs', bytes))
  bytes.fill(0)
  expect(body).toEqual(new Uint8Array([1, 2, 3]))
})

test('a request in the middle of a larger buffer is read from there', () => {
  const bytes = Buffer.concat([Buffer.alloc(5, 0xff), requestOf(fixed64Field(7, 99n)), Buffer.alloc(5, 0xff)])
  const span = first<Span>(decodeRequest('traces', bytes.subarray(5, -5)))
  expect(span.startTimeUnixNano).toBe(99n)
})

describe('integers:', () => {
  test.each<[bigint, number | bigint]>([
    [0n, 0],
    [127n, 127],
    [128n, 128],
    [2n ** 32n, 2 ** 32],
    [2n ** 53n - 1n, Number.MAX_SAFE_INTEGER],
    [2n ** 53n, 2n ** 53n],
    [2n ** 63n - 1n, 2n ** 63n - 1n],
    [-1n, -1],
    [-(2n ** 53n) + 1n, Number.MIN_SAFE_INTEGER],
    [-(2n ** 53n), -(2n ** 53n)],
    [-(2n ** 63n), -(2n ** 63n)],
  ])('%s in 64 bits is %s', (written, read) => {
    expect(bodyOf(varintField(3, written))).toBe(read)
    const { data } = metricOf(field(5, field(1, fixed64Field(6, written))))
    expect(data).toMatchObject({ points: [{ value: read, valueType: 'int' }] })
  })

  test('a varint may be padded up to ten bytes', () => {
    const padded = Buffer.from([0x83, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00])
    expect(spanOf(tag(6, 0), padded).kind).toBe(3)
    expect(spanOf(Buffer.from([0xb0, 0x80, 0x00]), varint(3)).kind).toBe(3)
  })

  test('of a number too long for 32 bits, the low 32 are taken, as every parser does', () => {
    expect(spanOf(varintField(10, 2n ** 35n + 5n)).droppedAttributesCount).toBe(5)
  })

  test('enums keep numbers without a name, negative ones too', () => {
    expect(spanOf(varintField(6, 99)).kind).toBe(99)
    expect(spanOf(varintField(6, -5n)).kind).toBe(-5)
  })

  test('any number but zero is true', () => {
    expect(bodyOf(varintField(2, 2n ** 40n))).toBe(true)
    expect(bodyOf(varintField(2, 0))).toBe(false)
  })

  test('times are exact to the nanosecond, up to 64 bits', () => {
    expect(spanOf(fixed64Field(7, 1_764_000_000_123_456_789n)).startTimeUnixNano).toBe(1_764_000_000_123_456_789n)
    expect(spanOf(fixed64Field(7, 2n ** 64n - 1n)).startTimeUnixNano).toBe(2n ** 64n - 1n)
  })
})

describe('repeated numbers may be packed, single, or both:', () => {
  const double = (value: number): Buffer => {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleLE(value)
    return bytes
  }
  const eight = (value: number): Buffer => Buffer.from([value, 0, 0, 0, 0, 0, 0, 0])

  test('in histograms', () => {
    const counts = [field(6, eight(1), eight(2)), tag(6, 1), eight(3)]
    const bounds = [tag(7, 1), double(0.5), field(7, double(1.5))]
    expect(metricOf(field(9, field(1, ...counts, ...bounds))).data).toMatchObject({
      points: [{ bucketCounts: [1, 2, 3], explicitBounds: [0.5, 1.5] }],
    })
  })

  test('in exponential histograms', () => {
    const positive = field(8, varintField(1, 3), varintField(2, 1), field(2, varint(2), varint(300)))
    expect(metricOf(field(10, field(1, varintField(6, 1), positive))).data).toMatchObject({
      points: [{ scale: -1, positive: { offset: -2, bucketCounts: [1, 2, 300] }, negative: { offset: 0 } }],
    })
  })
})

describe('fields that the oracle is too old for are read and written:', () => {
  const nothing = { resource: { attributes: {}, droppedAttributesCount: 0 }, schemaUrl: '' }
  const scope = { scope: { name: '', version: '', attributes: {}, droppedAttributesCount: 0 }, schemaUrl: '' }

  test('flags of spans and links', () => {
    const bytes = [field(13, fixed32Field(6, 0x301)), fixed32Field(16, 0xffff_ffff)]
    const span = spanOf(...bytes)
    expect(span).toMatchObject({ flags: 0xffff_ffff, links: [{ flags: 0x301 }] })
    const written = encodeRequest('traces', [{ ...nothing, scopes: [{ ...scope, items: [span] }] }])
    expect(Buffer.from(written).toString('hex')).toContain(Buffer.concat(bytes).toString('hex'))
  })

  test('metadata of a metric', () => {
    const bytes = field(12, field(1, 'k'), field(2, field(1, 'v')))
    const metric = metricOf(bytes)
    expect(metric.metadata).toEqual({ k: 'v' })
    const written = encodeRequest('metrics', [{ ...nothing, scopes: [{ ...scope, items: [metric] }] }])
    expect(Buffer.from(written).toString('hex')).toContain(bytes.toString('hex'))
  })

  test('the event name of a log record', () => {
    const bytes = field(12, 'checkout')
    const record = logOf(bytes)
    expect(record.eventName).toBe('checkout')
    const written = encodeRequest('logs', [{ ...nothing, scopes: [{ ...scope, items: [record] }] }])
    expect(Buffer.from(written).toString('hex')).toContain(bytes.toString('hex'))
  })
})

test('a number point without a value says so', () => {
  const { data } = metricOf(field(5, field(1, varintField(8, 1))))
  expect(data).toMatchObject({ type: 'gauge', points: [{ flags: 1, value: Number.NaN, valueType: 'none' }] })
})

test('a double that is whole stays a double in a point', () => {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(2)
  const { data } = metricOf(field(5, field(1, tag(4, 1), bytes)))
  expect(data).toMatchObject({ points: [{ value: 2, valueType: 'double' }] })
})
