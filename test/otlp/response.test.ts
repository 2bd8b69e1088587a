import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeResponseJson, encodeResponseJson } from '../../src/otlp/response-json.ts'
import { decodeResponse, encodeResponse } from '../../src/otlp/response.ts'
import { SIGNALS, text } from './arbitrary-requests.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test.each(SIGNALS)('complete success for %s is no bytes, and an empty object', (signal) => {
  expect(encodeResponse(signal, { rejectedCount: 0, errorMessage: '' })).toEqual(new Uint8Array())
  expect(encodeResponseJson(signal, { rejectedCount: 0, errorMessage: '' })).toBe('{}')
  expect(decodeResponse(signal, new Uint8Array())).toEqual({ rejectedCount: 0, errorMessage: '' })
  expect(decodeResponseJson(signal, '{}')).toEqual({ rejectedCount: 0, errorMessage: '' })
})

test('partial success has the bytes that the official exporter was seen to understand', () => {
  expect(hex(encodeResponse('traces', { rejectedCount: 2, errorMessage: 'no' }))).toBe('0a06080212026e6f')
  expect(decodeResponse('traces', Buffer.from('0a06080212026e6f', 'hex'))).toEqual({
    rejectedCount: 2,
    errorMessage: 'no',
  })
})

test('a warning rejects nothing', () => {
  expect(hex(encodeResponse('logs', { rejectedCount: 0, errorMessage: 'hm' }))).toBe('0a041202686d')
  expect(encodeResponseJson('logs', { rejectedCount: 0, errorMessage: 'hm' })).toBe(
    '{"partialSuccess":{"errorMessage":"hm"}}',
  )
})

test.each([
  ['traces', 'rejectedSpans'],
  ['metrics', 'rejectedDataPoints'],
  ['logs', 'rejectedLogRecords'],
] as const)('in JSON, what is rejected of %s is called %s', (signal, name) => {
  expect(encodeResponseJson(signal, { rejectedCount: 2, errorMessage: 'no' })).toBe(
    `{"partialSuccess":{"${name}":"2","errorMessage":"no"}}`,
  )
  expect(decodeResponseJson(signal, `{"partialSuccess":{"${name}":2,"later":{}}}`).rejectedCount).toBe(2)
  expect(decodeResponseJson(signal, '{"partialSuccess":null}').rejectedCount).toBe(0)
})

test.each(SIGNALS)('every response to %s comes back as it was', (signal) => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), text, (rejectedCount, errorMessage) => {
      const response = { rejectedCount, errorMessage }
      expect(decodeResponse(signal, encodeResponse(signal, response))).toEqual(response)
      expect(decodeResponseJson(signal, encodeResponseJson(signal, response))).toEqual(response)
    }),
  )
})

describe('refused is', () => {
  test.each(['0a05080212026e6f', '0a020a00', '0a021001', '08020a', '0a0a08ffffffffffffffffff02'])('%s', (bytes) => {
    expect(() => decodeResponse('traces', Buffer.from(bytes, 'hex'))).toThrow(
      expect.objectContaining({ code: 'SEA_OTLP_MALFORMED', message: expect.stringMatching(/^traces response: /) }),
    )
  })

  test.each(['', '[]', '{"partialSuccess":1}', '{"partialSuccess":{"rejectedSpans":"many"}}'])('%j', (text) => {
    expect(() => decodeResponseJson('traces', text)).toThrow(expect.objectContaining({ code: 'SEA_OTLP_MALFORMED' }))
  })
})
