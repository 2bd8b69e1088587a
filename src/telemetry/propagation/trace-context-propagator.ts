import {
  type Context,
  isSpanContextValid,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api'
import { isTracingSuppressed } from '../context-keys.ts'
import { readField, readListField } from './carrier.ts'
import { readTraceParent, writeTraceParent } from './trace-parent.ts'

const TRACE_PARENT = 'traceparent'
const TRACE_STATE = 'tracestate'

/**
 * W3C Trace Context.
 *
 * @see https://www.w3.org/TR/trace-context-2/
 */
export class TraceContextPropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const spanContext = trace.getSpanContext(context)
    if (spanContext === undefined || isTracingSuppressed(context) || !isSpanContextValid(spanContext)) return
    const { traceId, spanId, traceFlags, traceState } = spanContext
    setter.set(carrier, TRACE_PARENT, writeTraceParent(traceId, spanId, traceFlags))
    const state = traceState?.serialize()
    if (state !== undefined && state !== '') setter.set(carrier, TRACE_STATE, state)
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const header = readField(carrier, getter, TRACE_PARENT)
    if (header === undefined) return context
    const parent = readTraceParent(header, readListField(carrier, getter, TRACE_STATE))
    return parent === undefined ? context : trace.setSpanContext(context, parent)
  }

  fields(): string[] {
    return [TRACE_PARENT, TRACE_STATE]
  }
}
