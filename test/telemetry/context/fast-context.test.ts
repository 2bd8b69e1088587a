import { createContextKey, INVALID_SPAN_CONTEXT, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { isTracingSuppressed as isSuppressedByStock, suppressTracing as suppressByStock } from '@opentelemetry/core'
import { getRPCMetadata, RPCType, setRPCMetadata, unsuppressTracing } from '@opentelemetry/core'
import { expect, test } from 'vitest'
import { isTracingSuppressed, suppressTracing } from '../../../src/telemetry/context-keys.ts'
import { FAST_ROOT, FastContext } from '../../../src/telemetry/context/fast-context.ts'

const span = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 })

test('every function of the API reads and writes it', () => {
  const withSpan = trace.setSpan(FAST_ROOT, span)
  expect(withSpan).toBeInstanceOf(FastContext)
  expect((withSpan as FastContext).span).toBe(span)
  expect(trace.getSpan(withSpan)).toBe(span)
  expect(trace.getSpanContext(withSpan)).toBe(span.spanContext())
  expect(trace.getSpan(trace.deleteSpan(withSpan))).toBeUndefined()
  expect(trace.getSpanContext(trace.setSpanContext(withSpan, INVALID_SPAN_CONTEXT))).toBe(INVALID_SPAN_CONTEXT)

  const baggage = propagation.createBaggage({ tenant: { value: 'x' } })
  const withBaggage = propagation.setBaggage(withSpan, baggage)
  expect((withBaggage as FastContext).baggage).toBe(baggage)
  expect(propagation.getBaggage(withBaggage)).toBe(baggage)
  expect(propagation.getBaggage(propagation.deleteBaggage(withBaggage))).toBeUndefined()
  expect(trace.getSpan(withBaggage)).toBe(span)
})

test("the SDK's own functions and ours see the same suppression and request", () => {
  const suppressed = suppressByStock(FAST_ROOT)
  expect(isTracingSuppressed(suppressed)).toBe(true)
  expect((suppressed as FastContext).suppressed).toBe(true)
  expect(isSuppressedByStock(suppressTracing(FAST_ROOT))).toBe(true)
  expect(isTracingSuppressed(unsuppressTracing(suppressed))).toBe(false)
  expect(isTracingSuppressed(FAST_ROOT)).toBe(false)

  const metadata = { type: RPCType.HTTP as const, span }
  const inRequest = setRPCMetadata(FAST_ROOT, metadata)
  expect((inRequest as FastContext).request).toBe(metadata)
  expect(getRPCMetadata(FAST_ROOT.withSpanAndRequest(span, metadata))).toBe(metadata)
})

test('a context of the API itself is suppressed and asked as well', () => {
  expect(isTracingSuppressed(suppressTracing(ROOT_CONTEXT))).toBe(true)
  expect(isTracingSuppressed(ROOT_CONTEXT)).toBe(false)
})

test('a value that only looks like true does not suppress', () => {
  const key = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
  expect(isTracingSuppressed(FAST_ROOT.setValue(key, 'yes'))).toBe(false)
})

test('what is derived keeps everything else', () => {
  const own = createContextKey('own')
  const metadata = { type: 'http' as const, span }
  const baggage = propagation.createBaggage()
  const full = FAST_ROOT.withSpanAndRequest(span, metadata).withBaggage(baggage).setValue(own, 1)
  for (const derived of [full.withTracingSuppressed(), full.withSpan(span), full.withRequest(metadata)]) {
    expect(derived.span).toBe(span)
    expect(derived.request).toBe(metadata)
    expect(derived.baggage).toBe(baggage)
    expect(derived.getValue(own)).toBe(1)
  }
})

test('deleting what is not there makes no new context', () => {
  expect(FAST_ROOT.deleteValue(createContextKey('absent'))).toBe(FAST_ROOT)
  expect(trace.deleteSpan(FAST_ROOT)).toBe(FAST_ROOT)
})
