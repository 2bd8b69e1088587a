import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toLogRecord } from '../../../src/telemetry/log-line.ts'
import type { LogRecordProcessor } from '../../../src/telemetry/logs/log-record-processor.ts'
import { Logs, NOW_MS } from './logs-fixture.ts'

const line = (fields: object): string => `${JSON.stringify(fields)}\n`

function emitted(text: string, logs = new Logs()) {
  logs.provider.getLineLogger('seaworthy').emit(text)
  return logs.records()
}

test('a line of pino becomes a record: severity, time, message, attributes, trace', () => {
  const record = emitted(
    line({
      level: 40,
      time: 1_700_000_000_123,
      pid: 1,
      hostname: 'h',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      span_id: 'b7ad6b7169203331',
      trace_flags: '01',
      orderId: 'a1',
      nested: { deep: [1, null] },
      msg: 'hello',
    }),
  )
  expect(record).toEqual([
    {
      timeUnixNano: 1_700_000_000_123_000_000n,
      observedTimeUnixNano: BigInt(NOW_MS) * 1_000_000n,
      severityNumber: 13,
      severityText: 'WARN',
      body: 'hello',
      attributes: { orderId: 'a1', nested: { deep: [1, null] } },
      droppedAttributesCount: 0,
      flags: 1,
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      eventName: '',
    },
  ])
})

test('an error in a line becomes the attributes of an exception, once', () => {
  const err = { type: 'RangeError', message: 'too far', stack: 'RangeError: too far\n  at x', code: 'E_FAR' }
  const own = { 'exception.type': 'mine', 'err.code': 'mine', 'err.type': 'mine' }
  expect(emitted(line({ level: 50, msg: 'failed', ...own, err }))[0]?.attributes).toEqual({
    'err.type': 'mine',
    'exception.type': 'RangeError',
    'exception.message': 'too far',
    'exception.stacktrace': 'RangeError: too far\n  at x',
    'err.code': 'E_FAR',
  })
  expect(emitted(line({ err: 'text', 'exception.message': 'mine' }))[0]?.attributes).toEqual({
    'exception.message': 'text',
  })
})

test('what an error says itself counts once against the limit of attributes', () => {
  const logs = new Logs({ limits: { count: 2, valueLength: 100 } })
  const [text] = emitted(line({ err: 'text', 'exception.message': 'mine', b: 1 }), logs)
  expect(text).toMatchObject({ attributes: { 'exception.message': 'text', b: 1 }, droppedAttributesCount: 0 })
  const [error] = emitted(line({ err: { message: 'text' }, 'exception.message': 'mine', b: 1 }), logs)
  expect(error).toMatchObject({ attributes: { 'exception.message': 'text', b: 1 }, droppedAttributesCount: 0 })
})

test('what is no JSON object is the body as it is', () => {
  expect(emitted('Segmentation fault\n')[0]).toMatchObject({ body: 'Segmentation fault', severityNumber: 0 })
})

test('processors of third parties get a record of each line', () => {
  const bodies: unknown[] = []
  const processor: LogRecordProcessor = {
    onEmit: (record) => void bodies.push(record.body, record.attributes),
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  expect(emitted(line({ msg: 'hello', a: 1 }), new Logs({ processors: [processor] }))).toMatchObject([
    { body: 'hello' },
  ])
  expect(bodies).toEqual(['hello', { a: 1 }])
})

test('a line goes out exactly as the record would that a logger makes of it, and nothing makes it throw', () => {
  const key = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom('err.code', 'exception.type', 'exception.message', '__proto__'),
  )
  const error = fc.oneof(
    fc.jsonValue(),
    fc.record(
      { type: fc.jsonValue(), message: fc.string(), stack: fc.string(), code: fc.jsonValue() },
      { requiredKeys: [] },
    ),
  )
  const fields = fc.record(
    {
      level: fc.oneof(fc.constantFrom(10, 20, 30, 40, 50, 60, 35, 'info', 'WARN'), fc.jsonValue()),
      time: fc.oneof(
        fc.integer({ min: 1e12, max: 2e12 }),
        fc.constant('2026-11-22T10:00:00.000Z'),
        fc.constant('soon'),
      ),
      msg: fc.oneof(fc.string(), fc.jsonValue()),
      err: error,
      trace_id: fc.oneof(fc.constant('0af7651916cd43dd8448eb211c80319c'), fc.jsonValue()),
      span_id: fc.oneof(fc.constant('b7ad6b7169203331'), fc.jsonValue()),
      trace_flags: fc.oneof(fc.constantFrom('01', 1, 'x'), fc.jsonValue()),
    },
    { requiredKeys: [] },
  )
  const anyLine = fc.oneof(
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: fc.json() },
    {
      weight: 6,
      arbitrary: fc
        .tuple(fields, fc.dictionary(key, fc.jsonValue(), { maxKeys: 4 }))
        .map(([known, others]) => JSON.stringify({ ...others, ...known })),
    },
  )
  fc.assert(
    fc.property(anyLine, (text) => {
      const logs = new Logs()
      logs.provider.getLogger('seaworthy').emit(toLogRecord(text))
      expect(emitted(text)).toEqual(logs.records())
    }),
    { numRuns: 500 },
  )
})
