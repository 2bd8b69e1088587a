import { type LogRecord, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AttributeLimits } from '../../../src/telemetry/env/limits-env.ts'
import { text } from '../../otlp/arbitrary-requests.ts'
import { Logs, NO_LIMITS, stockRecord } from './logs-fixture.ts'

const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, Number.NaN, Infinity, 2 ** 63),
)
// The stock SDK loses a member that is called __proto__.
const key = text.filter((one) => one !== '__proto__')
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    number,
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.uint8Array({ maxLength: 9 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
}))
/** A member without a value is left out of a body as it is out of an attribute; the stock SDK keeps it there, empty. */
const body = value.map((one) => (typeof one === 'object' && one !== null ? withoutUndefined(one) : one))

function withoutUndefined(one: unknown): unknown {
  if (Array.isArray(one)) return one.map((element) => withoutUndefined(element))
  if (typeof one !== 'object' || one === null || one instanceof Uint8Array) return one
  const entries = Object.entries(one).filter(([, member]) => member !== undefined)
  return Object.fromEntries(entries.map(([name, member]) => [name, withoutUndefined(member)]))
}

/** What is no value in the eyes of the specification. */
const oddity = fc.constantFrom<unknown>(1n, Symbol('s'), () => 0, new Date(0), new Map(), [() => 0], { a: 1n })

const attributes = fc.dictionary(key, fc.oneof({ weight: 5, arbitrary: value }, { weight: 1, arbitrary: oddity }), {
  maxKeys: 8,
})

const seconds = fc.integer({ min: 1_000_000_000, max: 4_000_000_000 })
const time = fc.oneof(
  fc.tuple(seconds, fc.integer({ min: 0, max: 999_999_999 })),
  seconds.map((one) => one * 1000 + 7),
  seconds.map((one) => new Date(one * 1000)),
)
const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`))
const context = fc
  .record({ traceId: hex(32), spanId: hex(16), traceFlags: fc.integer({ min: 0, max: 3 }) })
  .map((spanContext) => trace.setSpanContext(ROOT_CONTEXT, spanContext))

const record: fc.Arbitrary<LogRecord> = fc.record(
  {
    severityNumber: fc.integer({ min: 0, max: 24 }),
    severityText: text,
    body,
    attributes,
    eventName: text,
    exception: fc.oneof(
      text,
      fc.integer({ min: 1 }),
      // Of an object without a prototype the stock SDK throws into the service.
      fc.record({ name: text, message: text, stack: text }, { requiredKeys: [], noNullPrototype: true }),
    ),
  },
  { requiredKeys: [] },
)

const limits: fc.Arbitrary<AttributeLimits> = fc.oneof(
  fc.constant(NO_LIMITS),
  fc.record({ count: fc.nat(6), valueLength: fc.nat(8) }),
)

/** -0 and 0 are told apart by nobody who reads it; a double of a whole number is one thing with an integer. */
const plain = (one: unknown): unknown =>
  JSON.parse(
    JSON.stringify(one, (_, part: unknown) => {
      if (typeof part === 'bigint') return Number(part)
      if (part instanceof Uint8Array) return { bytes: [...part] }
      return typeof part === 'number' && !Number.isFinite(part) ? String(part) : part
    }),
  )

test('what goes out is what the stock SDK and its exporter make of the same record', () => {
  fc.assert(
    fc.property(record, time, time, context, limits, (partial, timestamp, observedTimestamp, inside, limit) => {
      const whole: LogRecord = { ...partial, timestamp, observedTimestamp, context: inside }
      const logs = new Logs({ limits: limit })
      logs.provider.getLogger('test').emit(whole)
      expect(plain(logs.records())).toEqual(plain([stockRecord(whole, limit)]))
    }),
    { numRuns: 500 },
  )
})

test('the same through a processor of a third party', () => {
  const processor = { onEmit: () => {}, forceFlush: async () => {}, shutdown: async () => {} }
  fc.assert(
    fc.property(record, time, time, context, limits, (partial, timestamp, observedTimestamp, inside, limit) => {
      const whole: LogRecord = { ...partial, timestamp, observedTimestamp, context: inside }
      const logs = new Logs({ limits: limit, processors: [processor] })
      logs.provider.getLogger('test').emit(whole)
      expect(plain(logs.records())).toEqual(plain([stockRecord(whole, limit)]))
    }),
    { numRuns: 200 },
  )
})

test('an independent decoder reads every record, whatever was in it', () => {
  const anything = fc.record(
    {
      timestamp: fc.anything(),
      observedTimestamp: fc.anything(),
      severityNumber: fc.anything(),
      severityText: fc.anything(),
      body: fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withNullPrototype: true,
        withTypedArray: true,
      }),
      attributes: fc.oneof(fc.anything(), fc.dictionary(text, fc.anything({ withBigInt: true, withDate: true }))),
      eventName: fc.anything(),
      exception: fc.anything(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 5 }), (records) => {
      const logs = new Logs()
      const logger = logs.provider.getLogger('test')
      for (const one of records) logger.emit(one as LogRecord)
      const { pending, created, dropped } = logs.ledger.account
      expect(created).toBe(records.length)
      expect(created).toBe(pending + (dropped.encode_failed ?? 0))
      expect(dropped.encode_failed ?? 0).toBe(0)
      expect(logs.oracleRecords()).toHaveLength(records.length)
    }),
    { numRuns: 500 },
  )
})
