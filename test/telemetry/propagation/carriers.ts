import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  type SpanContext,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api'
import { FAST_ROOT } from '../../../src/telemetry/context/fast-context.ts'

/** What a carrier may hold: as in `IncomingHttpHeaders`, and what other transports make of it. */
export type Carrier = Record<string, unknown>

export function extractSpanContext(
  propagator: TextMapPropagator,
  carrier: Carrier,
  context: Context = FAST_ROOT,
): SpanContext | undefined {
  return trace.getSpanContext(propagator.extract(context, carrier, defaultTextMapGetter))
}

export function injectSpanContext(propagator: TextMapPropagator, spanContext: SpanContext): Carrier {
  return inject(propagator, trace.setSpanContext(FAST_ROOT, spanContext))
}

export function inject(propagator: TextMapPropagator, context: Context): Carrier {
  const carrier: Carrier = {}
  propagator.inject(context, carrier, defaultTextMapSetter)
  return carrier
}

/** As text, with `tracestate` spelled out, so that classes of different makers compare. */
export function describeSpanContext(spanContext: SpanContext | undefined): unknown {
  if (spanContext === undefined) return undefined
  const { traceId, spanId, traceFlags, isRemote, traceState } = spanContext
  return { traceId, spanId, traceFlags, isRemote, traceState: traceState?.serialize() ?? '' }
}
