// Vitest's equality takes a key named "constructor" for the class of an object.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NO_ATTRIBUTES } from '../../src/otlp/attribute-bag.ts'
import { decodeRequest } from '../../src/otlp/decode-request.ts'
import { encodeRequest } from '../../src/otlp/encode-request.ts'
import type { ExportRequest, Signal, SignalItem } from '../../src/otlp/model.ts'
import { decodeResponse, encodeResponse } from '../../src/otlp/response.ts'
import { requests, SIGNALS, text } from './arbitrary-requests.ts'
import { oracleDecode, oracleEncode, RESPONSES } from './oracle.ts'

/** Without the fields that the oracle is too old to know. */
const OLDER: { readonly [S in Signal]: (item: SignalItem[S]) => SignalItem[S] } = {
  traces: (span) => ({ ...span, flags: 0, links: span.links.map((link) => ({ ...link, flags: 0 })) }),
  metrics: (metric) => ({ ...metric, metadata: NO_ATTRIBUTES }),
  logs: (record) => ({ ...record, eventName: '' }),
}

function older<S extends Signal>(signal: S, request: ExportRequest<S>): ExportRequest<S> {
  return request.map((group) => ({
    ...group,
    scopes: group.scopes.map((scope) => ({ ...scope, items: scope.items.map((item) => OLDER[signal](item)) })),
  }))
}

test.each(SIGNALS)('%s that we encode, an independent decoder reads as they were', (signal) => {
  fc.assert(
    fc.property(requests[signal], (request) => {
      assert.deepEqual(oracleDecode(signal, encodeRequest(signal, request)), older(signal, request))
    }),
    { numRuns: 500 },
  )
})

test.each(SIGNALS)('%s that an independent encoder wrote, we read as they were', (signal) => {
  fc.assert(
    fc.property(requests[signal], (request) => {
      const expected = older(signal, request)
      assert.deepEqual(decodeRequest(signal, oracleEncode(signal, expected)), expected)
    }),
    { numRuns: 500 },
  )
})

const REJECTED = { traces: 'rejectedSpans', metrics: 'rejectedDataPoints', logs: 'rejectedLogRecords' } as const

test.each(SIGNALS)('responses to %s are the same to an independent codec, in both directions', (signal) => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), text, (rejectedCount, errorMessage) => {
      const ours = encodeResponse(signal, { rejectedCount, errorMessage })
      const read = RESPONSES[signal].decode(ours).partialSuccess
      expect(Number(read?.[REJECTED[signal]] ?? 0)).toBe(rejectedCount)
      expect(read?.errorMessage ?? '').toBe(errorMessage)

      const message = { partialSuccess: { [REJECTED[signal]]: rejectedCount, errorMessage } }
      const theirs = new Uint8Array(RESPONSES[signal].encode(message).finish())
      expect(decodeResponse(signal, theirs)).toEqual({ rejectedCount, errorMessage })
    }),
  )
})
