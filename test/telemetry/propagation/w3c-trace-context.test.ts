import { trace } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { FAST_ROOT } from '../../../src/telemetry/context/fast-context.ts'
import { suppressTracing } from '../../../src/telemetry/context-keys.ts'
import { TraceContextPropagator } from '../../../src/telemetry/propagation/trace-context-propagator.ts'
import { type Carrier, describeSpanContext, extractSpanContext, inject, injectSpanContext } from './carriers.ts'

/** The cases of the test suite of the specification, at its strictest level: https://github.com/w3c/trace-context/tree/main/test */

const TRACE_ID = '12345678901234567890123456789012'
const SPAN_ID = '1234567890123456'
const VALID = `00-${TRACE_ID}-${SPAN_ID}-01`
const propagator = new TraceContextPropagator()

const extracted = (carrier: Carrier): unknown => describeSpanContext(extractSpanContext(propagator, carrier))

/** `tracestate` after a hop, as the next service gets it; `undefined` when the header is not sent. */
function passedOn(...headers: string[]): unknown {
  const spanContext = extractSpanContext(propagator, { traceparent: VALID, tracestate: headers })
  if (spanContext === undefined) throw new Error('the traceparent is lost')
  return injectSpanContext(propagator, spanContext)['tracestate']
}

describe('traceparent', () => {
  test.each([
    ['as it should be', VALID],
    ['a future version of the same length', `cc-${TRACE_ID}-${SPAN_ID}-01`],
    ['a future version with more fields', `cc-${TRACE_ID}-${SPAN_ID}-01-what-the-future-will-be-like`],
    ['a future version with an empty field more', `01-${TRACE_ID}-${SPAN_ID}-01-`],
    ['a space before', ` ${VALID}`],
    ['a tab before', `\t${VALID}`],
    ['a space after', `${VALID} `],
    ['white space all around', `\t ${VALID} \t`],
    ['white space around a future version', ` cc-${TRACE_ID}-${SPAN_ID}-01 `],
  ])('is continued: %s', (_case, traceparent) => {
    const expected = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1, isRemote: true, traceState: '' }
    expect(extracted({ traceparent })).toEqual(expected)
    expect(extracted({ traceparent: [traceparent] })).toEqual(expected)
  })

  test.each([
    ['empty', ''],
    ['nothing but white space', ' \t'],
    ['version 00 with a character more', `${VALID}.`],
    ['version 00 with a field more', `${VALID}-what-the-future-will-be-like`],
    ['a future version that does not go on with a dash', `cc-${TRACE_ID}-${SPAN_ID}-01.what`],
    ['version ff', `ff-${TRACE_ID}-${SPAN_ID}-01`],
    ['version ff with more fields', `ff-${TRACE_ID}-${SPAN_ID}-01-more`],
    ['a version in upper case', `CC-${TRACE_ID}-${SPAN_ID}-01`],
    ['an illegal character first in the version', `.0-${TRACE_ID}-${SPAN_ID}-01`],
    ['an illegal character last in the version', `0.-${TRACE_ID}-${SPAN_ID}-01`],
    ['a version too long', `000-${TRACE_ID}-${SPAN_ID}-01`],
    ['a version much too long', `0000-${TRACE_ID}-${SPAN_ID}-01`],
    ['a version too short', `0-${TRACE_ID}-${SPAN_ID}-01`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN_ID}-01`],
    ['an illegal character first in the trace id', `00-.${TRACE_ID.slice(1)}-${SPAN_ID}-01`],
    ['an illegal character last in the trace id', `00-${TRACE_ID.slice(1)}.-${SPAN_ID}-01`],
    ['a trace id in upper case', `00-${'A'.repeat(32)}-${SPAN_ID}-01`],
    ['a trace id beyond ASCII', `00-${'é'.repeat(32)}-${SPAN_ID}-01`],
    ['a trace id whose codes end as digits do', `00-${'\u0161'.repeat(32)}-${SPAN_ID}-01`],
    ['a trace id too long', `00-${TRACE_ID}3-${SPAN_ID}-01`],
    ['a trace id too short', `00-${TRACE_ID.slice(1)}-${SPAN_ID}-01`],
    ['a span id of zeros', `00-${TRACE_ID}-${'0'.repeat(16)}-01`],
    ['an illegal character first in the span id', `00-${TRACE_ID}-.${SPAN_ID.slice(1)}-01`],
    ['an illegal character last in the span id', `00-${TRACE_ID}-${SPAN_ID.slice(1)}.-01`],
    ['a span id in upper case', `00-${TRACE_ID}-${'B'.repeat(16)}-01`],
    ['a span id too long', `00-${TRACE_ID}-${SPAN_ID}7-01`],
    ['a span id too short', `00-${TRACE_ID}-${SPAN_ID.slice(1)}-01`],
    ['an illegal character first in the flags', `00-${TRACE_ID}-${SPAN_ID}-.0`],
    ['an illegal character last in the flags', `00-${TRACE_ID}-${SPAN_ID}-0.`],
    ['flags in upper case', `00-${TRACE_ID}-${SPAN_ID}-0B`],
    ['flags too long', `00-${TRACE_ID}-${SPAN_ID}-001`],
    ['flags too short', `00-${TRACE_ID}-${SPAN_ID}-1`],
    ['a wrong separator before the trace id', `00_${TRACE_ID}-${SPAN_ID}-01`],
    ['a wrong separator before the span id', `00-${TRACE_ID}_${SPAN_ID}-01`],
    ['a wrong separator before the flags', `00-${TRACE_ID}-${SPAN_ID}_01`],
    ['two headers, joined as Node joins them', `${VALID}, ${VALID}`],
    ['two headers, joined without a space', `${VALID},${VALID}`],
    ['two headers of a future version', `cc${VALID.slice(2)}, ${VALID}`],
  ])('is refused, and its tracestate with it: %s', (_case, traceparent) => {
    expect(extracted({ traceparent, tracestate: 'foo=1' })).toBeUndefined()
  })

  test.each([
    ['two headers in an array', [VALID, VALID]],
    ['no header in an array', []],
    ['something that is no text', 7],
    ['an array of something else', [7]],
    ['null', null],
  ])('is refused: %s', (_case, traceparent) => {
    expect(extracted({ traceparent })).toBeUndefined()
  })

  test('without a traceparent a tracestate means nothing', () => {
    expect(extracted({ tracestate: 'foo=1' })).toBeUndefined()
  })

  test('what is refused leaves the context as it is, with the span that is active in it', () => {
    const active = trace.setSpanContext(FAST_ROOT, { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 0 })
    expect(propagator.extract(active, { traceparent: 'bad' }, { keys: () => [], get: () => 'bad' })).toBe(active)
  })

  test.each([
    ['00', 0, '00'],
    ['01', 1, '01'],
    ['02', 2, '02'],
    ['03', 3, '03'],
    // Without a meaning today, and therefore sent as 0.
    ['ff', 3, '03'],
    ['fc', 0, '00'],
    ['09', 1, '01'],
  ])('of flags %s the sampled and the random bit are kept: %i', (flags, traceFlags, sent) => {
    const spanContext = extractSpanContext(propagator, { traceparent: `00-${TRACE_ID}-${SPAN_ID}-${flags}` })
    expect(spanContext?.traceFlags).toBe(traceFlags)
    const again = injectSpanContext(propagator, {
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      traceFlags: Number.parseInt(flags, 16),
    })
    expect(again['traceparent']).toBe(`00-${TRACE_ID}-${SPAN_ID}-${sent}`)
  })

  test('of a future version only the sampled bit is known', () => {
    expect(extractSpanContext(propagator, { traceparent: `01-${TRACE_ID}-${SPAN_ID}-03` })?.traceFlags).toBe(1)
  })
})

describe('tracestate', () => {
  const members = (from: number, to: number): string =>
    Array.from({ length: to - from + 1 }, (_, index) => `bar${from + index}=${from + index}`).join(',')
  const printable = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index))
  const value = printable.filter((character) => character !== ',' && character !== '=').join('')
  const key = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/'

  test.each([
    ['two members', ['foo=1,bar=2'], 'foo=1,bar=2'],
    ['several headers, in their order', ['foo=1,bar=2', 'rojo=1,congo=2', 'baz=3'], 'foo=1,bar=2,rojo=1,congo=2,baz=3'],
    ['an empty header last', ['foo=1', ''], 'foo=1'],
    ['an empty header first', ['', 'foo=1'], 'foo=1'],
    ['empty members', ['foo=1,, ,\t,bar=2,'], 'foo=1,bar=2'],
    ['white space around members', ['foo=1 \t , \t bar=2, \t baz=3'], 'foo=1,bar=2,baz=3'],
    ['white space without an order', ['foo=1\t \t,\t \tbar=2,\t \tbaz=3'], 'foo=1,bar=2,baz=3'],
    ['white space around the header', ['\t foo=1 \t'], 'foo=1'],
    ['32 members in four headers', [members(1, 10), members(11, 20), members(21, 30), members(31, 32)], members(1, 32)],
    ['every character that a key may have', [`${key}=1`], `${key}=1`],
    ['every character that a key with a tenant may have', [`${key}@a-z0-9_-*/=1`], `${key}@a-z0-9_-*/=1`],
    ['a tenant that begins with a digit', ['0tenant@vendor=1'], '0tenant@vendor=1'],
    ['every character that a value may have', [`foo=${value}`], `foo=${value}`],
    ['a space first in a value', ['foo= 1'], 'foo= 1'],
    ['a key of 256 characters', ['foo=1', `${'z'.repeat(256)}=1`], `foo=1,${'z'.repeat(256)}=1`],
    [
      'a tenant of 241 and a vendor of 14',
      [`${'t'.repeat(241)}@${'v'.repeat(14)}=1`],
      `${'t'.repeat(241)}@${'v'.repeat(14)}=1`,
    ],
    ['a value of 256 characters', [`foo=${'v'.repeat(256)}`], `foo=${'v'.repeat(256)}`],
  ])('is passed on: %s', (_case, headers, expected) => {
    expect(passedOn(...headers)).toBe(expected)
  })

  test.each([
    ['an empty header', ['']],
    ['nothing but commas', [',,']],
    ['a key twice with the same value', ['foo=1,foo=1']],
    ['a key twice with another value', ['foo=1,foo=2']],
    ['a key twice in two headers', ['foo=1', 'foo=1']],
    ['a space after a key', ['foo =1']],
    ['a key in upper case', ['FOO=1']],
    ['a dot in a key', ['foo.bar=1']],
    ['a key that begins with a digit', ['1foo=1']],
    ['no key', ['=1,bar=2']],
    ['no equals sign', ['foo,bar=2']],
    ['no vendor', ['foo@=1,bar=2']],
    ['no tenant', ['@foo=1,bar=2']],
    ['two at signs in a row', ['foo@@bar=1,bar=2']],
    ['two at signs', ['foo@bar@baz=1,bar=2']],
    ['33 members', [members(1, 33)]],
    ['a key of 257 characters', ['foo=1', `${'z'.repeat(257)}=1`]],
    ['a tenant of 242 characters', ['foo=1', `${'t'.repeat(242)}@v=1`]],
    ['a vendor of 15 characters', ['foo=1', `t@${'v'.repeat(15)}=1`]],
    ['an equals sign in a value', ['foo=bar=baz']],
    ['an empty value', ['foo=,bar=3']],
    ['a value of 257 characters', [`foo=${'v'.repeat(257)}`]],
    ['a control character in a value', ['foo=\u0001x']],
    ['a character beyond ASCII in a value', ['foo=é']],
  ])('is discarded as a whole: %s', (_case, headers) => {
    expect(passedOn(...headers)).toBeUndefined()
  })
})

test('what is sent is what came, and the other way round', () => {
  const spanContext = extractSpanContext(propagator, { traceparent: VALID, tracestate: 'foo=1' })
  if (spanContext === undefined) throw new Error('nothing was extracted')
  expect(injectSpanContext(propagator, spanContext)).toEqual({ traceparent: VALID, tracestate: 'foo=1' })
  expect(propagator.fields()).toEqual(['traceparent', 'tracestate'])
})

test('nothing is sent outside of a span, for an invalid one, and where tracing is suppressed', () => {
  expect(inject(propagator, FAST_ROOT)).toEqual({})
  expect(injectSpanContext(propagator, { traceId: '0'.repeat(32), spanId: SPAN_ID, traceFlags: 1 })).toEqual({})
  expect(injectSpanContext(propagator, { traceId: TRACE_ID, spanId: '0'.repeat(16), traceFlags: 1 })).toEqual({})
  const active = trace.setSpanContext(FAST_ROOT, { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 })
  expect(inject(propagator, active)).toHaveProperty('traceparent')
  expect(inject(propagator, suppressTracing(active))).toEqual({})
})
