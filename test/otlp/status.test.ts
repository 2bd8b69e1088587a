import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeStatus, encodeStatus, encodeStatusJson, GRPC_STATUS } from '../../src/otlp/status.ts'
import { text } from './arbitrary-requests.ts'
import { field, varintField } from './wire.ts'

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo'

test('a status has code 1 and message 2', () => {
  expect(Buffer.from(encodeStatus({ code: 3, message: 'bad' }))).toEqual(
    Buffer.concat([varintField(1, 3), field(2, 'bad')]),
  )
  expect(encodeStatusJson({ code: 3, message: 'bad' })).toBe('{"code":3,"message":"bad"}')
})

test('a delay becomes a RetryInfo among the details', () => {
  const duration = field(1, varintField(1, 1), varintField(2, 500_000_000))
  expect(Buffer.from(encodeStatus({ code: 8, message: 'full', retryDelayMs: 1500 }))).toEqual(
    Buffer.concat([varintField(1, 8), field(2, 'full'), field(3, field(1, RETRY_INFO), field(2, duration))]),
  )
})

test.each([
  [0, '0s'],
  [1, '0.001s'],
  [1500, '1.5s'],
  [30_000, '30s'],
  [0.25, '0.00025s'],
])('in JSON, %d ms are "%s"', (retryDelayMs, retryDelay) => {
  expect(JSON.parse(encodeStatusJson({ code: 14, message: '', retryDelayMs }))).toEqual({
    code: 14,
    message: '',
    details: [{ '@type': RETRY_INFO, retryDelay }],
  })
})

test('every status comes back as it was', () => {
  const delay = fc.option(fc.integer({ min: 0, max: 1e9 }), { nil: undefined })
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(GRPC_STATUS)), text, delay, (code, message, retryDelayMs) => {
      const status = retryDelayMs === undefined ? { code, message } : { code, message, retryDelayMs }
      expect(decodeStatus(encodeStatus(status))).toEqual(status)
    }),
  )
})

test('details of other types are passed over, before and after a RetryInfo', () => {
  const other = field(3, field(1, 'type.googleapis.com/google.rpc.DebugInfo'), field(2, Buffer.from([0xff])))
  const retry = field(3, field(2, field(1, varintField(1, 7))), field(1, RETRY_INFO))
  expect(decodeStatus(Buffer.concat([other, retry, varintField(1, 14), other]))).toEqual({
    code: 14,
    message: '',
    retryDelayMs: 7000,
  })
})

test('a negative delay is none at all', () => {
  const retry = field(3, field(1, RETRY_INFO), field(2, field(1, varintField(1, -7n))))
  expect(decodeStatus(retry).retryDelayMs).toBe(0)
})

describe('refused is', () => {
  test.each<[string, Buffer]>([
    ['a status cut off', Buffer.from([0x12, 0x05])],
    ['a code as text', field(1, '14')],
    ['a message that is not UTF-8', field(2, Buffer.from([0xff]))],
    ['a RetryInfo cut off', field(3, field(1, RETRY_INFO), field(2, Buffer.from([0x0a, 0x09])))],
    ['a delay as text', field(3, field(1, RETRY_INFO), field(2, field(1, field(1, 'soon'))))],
  ])('%s', (_, bytes) => {
    expect(() => decodeStatus(bytes)).toThrow(expect.objectContaining({ code: 'SEA_OTLP_MALFORMED' }))
  })

  test.each([-1, Number.NaN, Infinity, 1e18])('a delay of %d ms', (retryDelayMs) => {
    expect(() => encodeStatus({ code: 14, message: '', retryDelayMs })).toThrow(
      expect.objectContaining({ code: 'SEA_OTLP_NOT_ENCODABLE' }),
    )
  })
})
