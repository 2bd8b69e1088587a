import { defaultTextMapGetter, trace } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { FAST_ROOT } from '../../../src/telemetry/context/fast-context.ts'
import { suppressTracing } from '../../../src/telemetry/context-keys.ts'
import { B3_DEBUG } from '../../../src/telemetry/propagation/b3-fields.ts'
import { B3Propagator } from '../../../src/telemetry/propagation/b3-propagator.ts'
import { type Carrier, extractSpanContext, inject, injectSpanContext } from './carriers.ts'

const TRACE_ID = '80f198ee56343ba864fe8b2a57d3eff7'
const SPAN_ID = 'e457b5a2e4d86bd1'
const PARENT = '05e3ac9a4f6e3b90'
const single = new B3Propagator({ encoding: 'single' })
const multi = new B3Propagator({ encoding: 'multi' })

const multiHeaders = (rest: Carrier = {}): Carrier => ({ 'x-b3-traceid': TRACE_ID, 'x-b3-spanid': SPAN_ID, ...rest })

describe.each([
  ['b3', single],
  ['b3multi', multi],
])('%s reads both forms', (_name, propagator) => {
  test.each<[string, Carrier, number]>([
    ['accepted', { b3: `${TRACE_ID}-${SPAN_ID}-1` }, 1],
    ['denied', { b3: `${TRACE_ID}-${SPAN_ID}-0` }, 0],
    ['debug', { b3: `${TRACE_ID}-${SPAN_ID}-d` }, 1],
    ['deferred', { b3: `${TRACE_ID}-${SPAN_ID}` }, 0],
    ["with the parent's span id", { b3: `${TRACE_ID}-${SPAN_ID}-1-${PARENT}` }, 1],
    ['in upper case', { b3: `${TRACE_ID.toUpperCase()}-${SPAN_ID.toUpperCase()}-1` }, 1],
    ['white space around', { b3: ` ${TRACE_ID}-${SPAN_ID}-1\t` }, 1],
    ['in an array', { b3: [`${TRACE_ID}-${SPAN_ID}-1`] }, 1],
    ['several headers, accepted', multiHeaders({ 'x-b3-sampled': '1' }), 1],
    ['several headers, accepted as true', multiHeaders({ 'x-b3-sampled': 'True' }), 1],
    ['several headers, denied', multiHeaders({ 'x-b3-sampled': '0' }), 0],
    ['several headers, denied as false', multiHeaders({ 'x-b3-sampled': 'false' }), 0],
    ['several headers, deferred', multiHeaders(), 0],
    ['several headers, debug', multiHeaders({ 'x-b3-flags': '1' }), 1],
    ['several headers, debug beats denied', multiHeaders({ 'x-b3-flags': '1', 'x-b3-sampled': '0' }), 1],
    ['the single one first', { ...multiHeaders({ 'x-b3-sampled': '0' }), b3: `${TRACE_ID}-${SPAN_ID}-1` }, 1],
    ['the other form when the single one is bad', { ...multiHeaders({ 'x-b3-sampled': '1' }), b3: 'bad' }, 1],
  ])('%s', (_case, carrier, traceFlags) => {
    expect(extractSpanContext(propagator, carrier)).toMatchObject({
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      traceFlags,
      isRemote: true,
    })
  })

  test('a trace id of 64 bits becomes one of 128', () => {
    const short = TRACE_ID.slice(16)
    const padded = `${'0'.repeat(16)}${short}`
    expect(extractSpanContext(propagator, { b3: `${short}-${SPAN_ID}-1` })?.traceId).toBe(padded)
    expect(extractSpanContext(propagator, multiHeaders({ 'x-b3-traceid': short }))?.traceId).toBe(padded)
  })

  test.each<[string, Carrier]>([
    ['nothing', {}],
    ['an empty header', { b3: '' }],
    ['a trace id of zeros', { b3: `${'0'.repeat(32)}-${SPAN_ID}-1` }],
    ['a span id of zeros', { b3: `${TRACE_ID}-${'0'.repeat(16)}-1` }],
    ['a trace id too short', { b3: `${TRACE_ID.slice(1)}-${SPAN_ID}-1` }],
    ['a trace id too long', { b3: `a${TRACE_ID}-${SPAN_ID}-1` }],
    ['a span id too short', { b3: `${TRACE_ID}-${SPAN_ID.slice(1)}-1` }],
    ['a decision that is none', { b3: `${TRACE_ID}-${SPAN_ID}-2` }],
    ['a decision named as a member of every object', { b3: `${TRACE_ID}-${SPAN_ID}-constructor` }],
    ["a parent's span id that is none", { b3: `${TRACE_ID}-${SPAN_ID}-1-x` }],
    ['a fifth field', { b3: `${TRACE_ID}-${SPAN_ID}-1-${PARENT}-` }],
    ['two headers', { b3: [`${TRACE_ID}-${SPAN_ID}-1`, `${TRACE_ID}-${SPAN_ID}-1`] }],
    ['no span id', { 'x-b3-traceid': TRACE_ID, 'x-b3-sampled': '1' }],
    ['no trace id', { 'x-b3-spanid': SPAN_ID, 'x-b3-sampled': '1' }],
    ['a trace id of any other length', multiHeaders({ 'x-b3-traceid': TRACE_ID.slice(8) })],
    ['a decision of several headers that is none', multiHeaders({ 'x-b3-sampled': 'maybe' })],
    ['only: sample it', { b3: '1' }],
    ['only: sample it, in its own header', { 'x-b3-sampled': '1' }],
  ])('no parent: %s', (_case, carrier) => {
    expect(propagator.extract(FAST_ROOT, carrier, defaultTextMapGetter)).toBe(FAST_ROOT)
  })

  test.each<[Carrier]>([[{ b3: '0' }], [{ 'x-b3-sampled': '0' }]])(
    'a denial without ids is a parent that is not sampled, of a trace of its own: %j',
    (carrier) => {
      const one = extractSpanContext(propagator, carrier)
      expect(one).toMatchObject({ traceFlags: 0, isRemote: true })
      expect(trace.isSpanContextValid(one ?? { traceId: '', spanId: '', traceFlags: 1 })).toBe(true)
      expect(extractSpanContext(propagator, carrier)?.traceId).not.toBe(one?.traceId)
    },
  )

  test.each<[Carrier]>([[{ b3: `${TRACE_ID}-${SPAN_ID}-d` }], [multiHeaders({ 'x-b3-flags': '1' })]])(
    'debug is passed on: %j',
    (carrier) => {
      const context = propagator.extract(FAST_ROOT, carrier, defaultTextMapGetter)
      expect(context.getValue(B3_DEBUG)).toBe('1')
      expect(inject(single, context)).toEqual({ b3: `${TRACE_ID}-${SPAN_ID}-d` })
      expect(inject(multi, context)).toEqual(multiHeaders({ 'x-b3-flags': '1' }))
    },
  )

  test('debug without ids is passed on by the trace that begins here', () => {
    const context = propagator.extract(FAST_ROOT, { b3: 'd' }, defaultTextMapGetter)
    expect(trace.getSpanContext(context)).toBeUndefined()
    expect(context.getValue(B3_DEBUG)).toBe('1')
  })

  test('nothing is sent outside of a span, for an invalid one, and where tracing is suppressed', () => {
    expect(inject(propagator, FAST_ROOT)).toEqual({})
    expect(injectSpanContext(propagator, { traceId: TRACE_ID, spanId: '0'.repeat(16), traceFlags: 1 })).toEqual({})
    const active = trace.setSpanContext(FAST_ROOT, { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 })
    expect(inject(propagator, suppressTracing(active))).toEqual({})
  })
})

test('each writes its own form, and of the flags only whether it is sampled', () => {
  for (const [traceFlags, sent] of [
    [0, '0'],
    [1, '1'],
    [2, '0'],
    [3, '1'],
  ] as const) {
    const spanContext = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags }
    expect(injectSpanContext(single, spanContext)).toEqual({ b3: `${TRACE_ID}-${SPAN_ID}-${sent}` })
    expect(injectSpanContext(multi, spanContext)).toEqual(multiHeaders({ 'x-b3-sampled': sent }))
  }
  expect(single.fields()).toEqual(['b3'])
  expect(multi.fields()).toEqual(['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-b3-flags'])
})
