import fc, { type Arbitrary } from 'fast-check'
import { createAttributeBag } from '../../src/otlp/attribute-bag.ts'
import type {
  Attributes,
  AttributeValue,
  Exemplar,
  ExportRequest,
  LogRecord,
  Metric,
  MetricData,
  NumberPoint,
  NumberType,
  Resource,
  ResourceGroup,
  Scope,
  Signal,
  SignalItem,
  Span,
} from '../../src/otlp/model.ts'

/** Objects as the decoders make them: plain. */
function record<T>(fields: { [K in keyof T]: Arbitrary<T[K]> }): Arbitrary<T> {
  return fc.record(fields, { noNullPrototype: true })
}

/** Any text that has a UTF-8 form, keys such as `__proto__` among them. */
export const text: Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '__proto__',
      'constructor',
      '0',
      '',
      '\uFEFFbom',
      '\uFFFD',
      '👍🏽',
      'ß\u0000',
      '\u007F\u0080\u07FF\u0800',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 60, maxLength: 140 }) },
)

const int = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.constantFrom(0, 127, 128, -1, 2 ** 31, -(2 ** 31) - 1))
const bigInteger = fc.oneof(
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
)
const double = fc.oneof(fc.double(), fc.constantFrom(0, -0, Number.NaN, Infinity, -Infinity, 2 ** 53, 1e300))
const uint32 = fc.oneof(fc.constant(0), fc.nat(), fc.constantFrom(127, 128, 2 ** 31, 2 ** 32 - 1))
const enumNumber = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(-1, 2 ** 31 - 1, -(2 ** 31)))
const count = fc.oneof(fc.constantFrom(0, 1, 2 ** 32, 2 ** 53), fc.nat(), fc.maxSafeNat(), fc.constant(2 ** 64))
const time = fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))
const sint32 = fc.oneof(fc.constant(0), fc.integer(), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1))

function id(byteLength: number): Arbitrary<string> {
  const bytes = fc.uint8Array({ minLength: byteLength, maxLength: byteLength })
  const hex = bytes.map((bytes) => Buffer.from(bytes).toString('hex')).filter((hex) => !/^0+$/.test(hex))
  return fc.oneof({ weight: 1, arbitrary: fc.constant('') }, { weight: 4, arbitrary: hex })
}
const traceId = id(16)
const spanId = id(8)

function attributesOf(value: Arbitrary<AttributeValue>): Arbitrary<Attributes> {
  return fc.array(fc.tuple(text, value), { maxLength: 4 }).map((entries) => {
    const bag = createAttributeBag()
    for (const [key, value] of entries) bag[key] = value
    return bag
  })
}

const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    int,
    bigInteger,
    double,
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 9 }),
    fc.array(tie('value'), { maxLength: 3 }),
    attributesOf(tie('value')),
  ),
}))
const attributes = attributesOf(value)

const resource: Arbitrary<Resource> = record({ attributes, droppedAttributesCount: uint32 })
const scope: Arbitrary<Scope> = record({ name: text, version: text, attributes, droppedAttributesCount: uint32 })

const span: Arbitrary<Span> = record({
  traceId,
  spanId,
  traceState: text,
  parentSpanId: spanId,
  flags: uint32,
  name: text,
  kind: enumNumber,
  startTimeUnixNano: time,
  endTimeUnixNano: time,
  attributes,
  droppedAttributesCount: uint32,
  events: fc.array(record({ timeUnixNano: time, name: text, attributes, droppedAttributesCount: uint32 }), {
    maxLength: 2,
  }),
  droppedEventsCount: uint32,
  links: fc.array(
    record({ traceId, spanId, traceState: text, attributes, droppedAttributesCount: uint32, flags: uint32 }),
    { maxLength: 2 },
  ),
  droppedLinksCount: uint32,
  status: record({ code: enumNumber, message: text }),
})

const logRecord: Arbitrary<LogRecord> = record({
  timeUnixNano: time,
  observedTimeUnixNano: time,
  severityNumber: enumNumber,
  severityText: text,
  body: value,
  attributes,
  droppedAttributesCount: uint32,
  flags: uint32,
  traceId,
  spanId,
  eventName: text,
})

const number: Arbitrary<{ value: number | bigint; valueType: NumberType }> = fc.oneof(
  record({ value: fc.oneof(int, bigInteger), valueType: fc.constant('int' as const) }),
  record({ value: double, valueType: fc.constant('double' as const) }),
  fc.constant({ value: Number.NaN, valueType: 'none' as const }),
)
const exemplar: Arbitrary<Exemplar> = fc
  .tuple(record({ filteredAttributes: attributes, timeUnixNano: time, traceId, spanId }), number)
  .map(([rest, number]) => ({ ...rest, ...number }))
const exemplars = fc.array(exemplar, { maxLength: 2 })
const pointFields = { attributes, startTimeUnixNano: time, timeUnixNano: time, flags: uint32 }
const statistics = {
  count,
  sum: fc.option(double, { nil: undefined }),
  min: fc.option(double, { nil: undefined }),
  max: fc.option(double, { nil: undefined }),
}
const counts = fc.array(count, { maxLength: 5 })
const buckets = record({ offset: sint32, bucketCounts: counts })

const numberPoint: Arbitrary<NumberPoint> = fc
  .tuple(record({ ...pointFields, exemplars }), number)
  .map(([rest, number]) => ({ ...rest, ...number }))
const numberPoints = fc.array(numberPoint, { maxLength: 2 })
const histogramPoint = record({
  ...pointFields,
  ...statistics,
  bucketCounts: counts,
  explicitBounds: fc.array(double, { maxLength: 5 }),
  exemplars,
})
const exponentialHistogramPoint = record({
  ...pointFields,
  ...statistics,
  scale: sint32,
  zeroCount: count,
  zeroThreshold: double,
  positive: buckets,
  negative: buckets,
  exemplars,
})
const summaryPoint = record({
  ...pointFields,
  count,
  sum: double,
  quantileValues: fc.array(record({ quantile: double, value: double }), { maxLength: 3 }),
})

const data: Arbitrary<MetricData> = fc.oneof(
  fc.constant({ type: 'none' as const }),
  record({ type: fc.constant('gauge' as const), points: numberPoints }),
  record({
    type: fc.constant('sum' as const),
    points: numberPoints,
    aggregationTemporality: enumNumber,
    isMonotonic: fc.boolean(),
  }),
  record({
    type: fc.constant('histogram' as const),
    points: fc.array(histogramPoint, { maxLength: 2 }),
    aggregationTemporality: enumNumber,
  }),
  record({
    type: fc.constant('exponentialHistogram' as const),
    points: fc.array(exponentialHistogramPoint, { maxLength: 2 }),
    aggregationTemporality: enumNumber,
  }),
  record({ type: fc.constant('summary' as const), points: fc.array(summaryPoint, { maxLength: 2 }) }),
)
const metric: Arbitrary<Metric> = record({ name: text, description: text, unit: text, metadata: attributes, data })

function requestOf<T>(item: Arbitrary<T>): Arbitrary<readonly ResourceGroup<T>[]> {
  const scopes = fc.array(record({ scope, schemaUrl: text, items: fc.array(item, { maxLength: 3 }) }), {
    maxLength: 2,
  })
  return fc.array(record({ resource, schemaUrl: text, scopes }), { maxLength: 2 })
}

/** Requests of each signal that use every field of the model. */
export const requests: { readonly [S in Signal]: Arbitrary<ExportRequest<S>> } = {
  traces: requestOf<SignalItem['traces']>(span),
  metrics: requestOf<SignalItem['metrics']>(metric),
  logs: requestOf<SignalItem['logs']>(logRecord),
}

export const SIGNALS = ['traces', 'metrics', 'logs'] as const
