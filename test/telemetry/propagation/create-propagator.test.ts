import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { FAST_ROOT } from '../../../src/telemetry/context/fast-context.ts'
import { suppressTracing } from '../../../src/telemetry/context-keys.ts'
import { CompositePropagator } from '../../../src/telemetry/propagation/composite-propagator.ts'
import { createPropagator } from '../../../src/telemetry/propagation/create-propagator.ts'
import { inject } from './carriers.ts'

const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
const baggage = propagation.createBaggage({ tenant: { value: 'x' } })
const active = trace.setSpanContext(FAST_ROOT.withBaggage(baggage), spanContext)

test('all that are named write their headers', () => {
  const propagator = createPropagator(['tracecontext', 'baggage', 'b3', 'b3multi'])
  const carrier = inject(propagator, active)
  expect(carrier).toEqual({
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    baggage: 'tenant=x',
    b3: `${'a'.repeat(32)}-${'b'.repeat(16)}-1`,
    'x-b3-traceid': 'a'.repeat(32),
    'x-b3-spanid': 'b'.repeat(16),
    'x-b3-sampled': '1',
  })
  expect(propagator.fields().toSorted()).toEqual([...Object.keys(carrier), 'tracestate', 'x-b3-flags'].toSorted())
})

test('none at all writes and reads nothing', () => {
  const propagator = createPropagator([])
  expect(inject(propagator, active)).toEqual({})
  expect(propagator.extract(FAST_ROOT, { traceparent: 'x', baggage: 'a=1' }, defaultTextMapGetter)).toBe(FAST_ROOT)
  expect(propagator.fields()).toEqual([])
})

test('where two find a parent, the later one wins', () => {
  const headers = {
    traceparent: `00-${'1'.repeat(32)}-${'b'.repeat(16)}-01`,
    b3: `${'2'.repeat(32)}-${'b'.repeat(16)}-1`,
  }
  const traceIdOf = (propagator: TextMapPropagator): string | undefined =>
    trace.getSpanContext(propagator.extract(FAST_ROOT, headers, defaultTextMapGetter))?.traceId
  expect(traceIdOf(createPropagator(['tracecontext', 'b3']))).toBe('2'.repeat(32))
  expect(traceIdOf(createPropagator(['b3', 'tracecontext']))).toBe('1'.repeat(32))
})

test("contexts of the API's own class work as well", () => {
  const propagator = createPropagator(['tracecontext', 'baggage'])
  const carrier = inject(propagator, propagation.setBaggage(trace.setSpanContext(ROOT_CONTEXT, spanContext), baggage))
  const extracted = propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter)
  expect(trace.getSpanContext(extracted)).toMatchObject(spanContext)
  expect(propagation.getBaggage(extracted)?.getEntry('tenant')).toEqual({ value: 'x' })
})

test('where tracing is suppressed, nothing is asked for and nothing is sent', () => {
  let asked = 0
  const counting: TextMapPropagator = {
    inject: () => void asked++,
    extract: (context) => context,
    fields: () => [],
  }
  new CompositePropagator([counting]).inject(suppressTracing(active), {}, defaultTextMapSetter)
  expect(asked).toBe(0)
})

test('one that throws leaves the others working', () => {
  const throwing: TextMapPropagator = {
    inject() {
      throw new Error('inject')
    },
    extract() {
      throw new Error('extract')
    },
    fields: () => ['x'],
  }
  const propagator = new CompositePropagator([throwing, createPropagator(['baggage']), throwing])
  expect(inject(propagator, active)).toEqual({ baggage: 'tenant=x' })
  const extracted = propagator.extract(FAST_ROOT, { baggage: 'a=1' }, defaultTextMapGetter)
  expect(propagation.getBaggage(extracted)?.getEntry('a')).toEqual({ value: '1' })
  expect(propagator.fields()).toEqual(['x', 'baggage'])
})
