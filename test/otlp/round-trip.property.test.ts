// Vitest's equality takes a key named "constructor" for the class of an object.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import { decodeRequestJson } from '../../src/otlp/decode-request-json.ts'
import { decodeRequest } from '../../src/otlp/decode-request.ts'
import { encodeRequestJson } from '../../src/otlp/encode-request-json.ts'
import { encodeRequest } from '../../src/otlp/encode-request.ts'
import { requests, SIGNALS } from './arbitrary-requests.ts'

test.each(SIGNALS)('%s in protobuf come back as they were', (signal) => {
  fc.assert(
    fc.property(requests[signal], (request) => {
      assert.deepEqual(decodeRequest(signal, encodeRequest(signal, request)), request)
    }),
    { numRuns: 300 },
  )
})

test.each(SIGNALS)('%s in JSON come back as they were', (signal) => {
  fc.assert(
    fc.property(requests[signal], (request) => {
      assert.deepEqual(decodeRequestJson(signal, encodeRequestJson(signal, request)), request)
    }),
    { numRuns: 300 },
  )
})

test.each(SIGNALS)('%s that were read can be encoded again, to the same bytes', (signal) => {
  fc.assert(
    fc.property(requests[signal], (request) => {
      const bytes = encodeRequest(signal, request)
      assert.deepEqual(encodeRequest(signal, decodeRequest(signal, bytes)), bytes)
    }),
  )
})

test.each(SIGNALS)('two requests of %s, one after the other, are one request with both', (signal) => {
  fc.assert(
    fc.property(requests[signal], requests[signal], (first, second) => {
      const joined = Buffer.concat([encodeRequest(signal, first), encodeRequest(signal, second)])
      assert.deepEqual(decodeRequest(signal, joined), [...first, ...second])
    }),
    { numRuns: 50 },
  )
})
