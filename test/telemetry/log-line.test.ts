import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toLogRecord } from '../../src/telemetry/log-line.ts'

const line = (fields: object): string => JSON.stringify(fields)

test.for([
  [10, 1, 'TRACE'],
  [20, 5, 'DEBUG'],
  [30, 9, 'INFO'],
  [35, 9, 'INFO'],
  [40, 13, 'WARN'],
  [50, 17, 'ERROR'],
  [60, 21, 'FATAL'],
  [99, 21, 'FATAL'],
  [5, 1, 'TRACE'],
  ['warn', 13, 'WARN'],
] as const)('level %s is severity %i %s', ([level, severityNumber, severityText]) => {
  expect(toLogRecord(line({ level, msg: 'x' }))).toMatchObject({ severityNumber, severityText })
})

test('message, time and fields find their places; what the resource says is not repeated', () => {
  const record = toLogRecord(
    line({
      level: 30,
      time: 1_700_000_000_000,
      pid: 1,
      hostname: 'h',
      msg: 'hello',
      orderId: 'a1',
      nested: { deep: [1, null] },
    }),
  )
  expect(record).toMatchObject({ timestamp: 1_700_000_000_000, body: 'hello' })
  expect(record.attributes).toEqual({ orderId: 'a1', nested: { deep: [1, null] } })
})

test('an ISO time is understood', () => {
  expect(toLogRecord(line({ time: '2026-11-22T10:00:00.000Z', msg: '' })).timestamp).toBe(Date.UTC(2026, 10, 22, 10))
})

test('an error becomes the attributes of an exception', () => {
  const err = { type: 'RangeError', message: 'too far', stack: 'RangeError: too far\n  at x', code: 'E_FAR' }
  expect(toLogRecord(line({ level: 50, msg: 'failed', err })).attributes).toEqual({
    'exception.type': 'RangeError',
    'exception.message': 'too far',
    'exception.stacktrace': 'RangeError: too far\n  at x',
    'err.code': 'E_FAR',
  })
})

test('the trace of the line is the trace of the record, and one that is not valid is none', () => {
  const ids = { trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331', trace_flags: '01' }
  const of = (fields: object) =>
    trace.getSpanContext(toLogRecord(line({ msg: 'x', ...fields })).context ?? ROOT_CONTEXT)

  expect(of(ids)).toMatchObject({ traceId: ids.trace_id, spanId: ids.span_id, traceFlags: 1 })
  expect(of({ ...ids, trace_flags: 0 })?.traceFlags).toBe(0)
  expect(of({ ...ids, trace_id: 'nonsense' })).toBeUndefined()
  expect(of({})).toBeUndefined()
})

test('what is no JSON object is the body as it is', () => {
  expect(toLogRecord('Segmentation fault\n').body).toBe('Segmentation fault')
  expect(toLogRecord('[1,2]').body).toBe('[1,2]')
})

test('no line makes it throw', () => {
  const anyLine = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record(
        {
          level: fc.jsonValue(),
          time: fc.jsonValue(),
          msg: fc.jsonValue(),
          err: fc.jsonValue(),
          trace_id: fc.jsonValue(),
          span_id: fc.jsonValue(),
          trace_flags: fc.jsonValue(),
        },
        { requiredKeys: [] },
      )
      .map((fields) => JSON.stringify(fields)),
  )
  fc.assert(
    fc.property(anyLine, (text) => {
      expect(() => toLogRecord(text)).not.toThrow()
    }),
  )
})
