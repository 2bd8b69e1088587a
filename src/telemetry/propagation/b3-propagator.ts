import {
  type Context,
  isSpanContextValid,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api'
import { isTracingSuppressed } from '../context-keys.ts'
import { B3_DEBUG, createDeniedParent } from './b3-fields.ts'
import { readB3Multi, X_B3_FLAGS, X_B3_SAMPLED, X_B3_SPAN_ID, X_B3_TRACE_ID } from './b3-multi.ts'
import { readB3Single } from './b3-single.ts'
import { readField } from './carrier.ts'

const B3 = 'b3'
const SAMPLED = 0x01

/**
 * Zipkin's B3, read in both of its forms (a `b3` header wins), written in the one that is asked for. A request that
 * carries only "do not sample" is not sampled; one that carries only "sample" is left to the sampler here.
 *
 * @see https://github.com/openzipkin/b3-propagation
 * @see https://opentelemetry.io/docs/specs/otel/context/api-propagators/#b3-requirements
 */
export class B3Propagator implements TextMapPropagator {
  readonly #encoding: 'single' | 'multi'

  constructor(options: { readonly encoding: 'single' | 'multi' }) {
    this.#encoding = options.encoding
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const spanContext = trace.getSpanContext(context)
    if (spanContext === undefined || isTracingSuppressed(context) || !isSpanContextValid(spanContext)) return
    const isDebug = Boolean(context.getValue(B3_DEBUG))
    if (this.#encoding === 'multi') injectMulti(spanContext, isDebug, carrier, setter)
    else injectSingle(spanContext, isDebug, carrier, setter)
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const single = readField(carrier, getter, B3)
    const fields = (single === undefined ? undefined : readB3Single(single)) ?? readB3Multi(carrier, getter)
    if (fields === undefined) return context
    const { decision } = fields
    const parent = fields.parent ?? (decision === 'deny' ? createDeniedParent() : undefined)
    const marked = decision === 'debug' ? context.setValue(B3_DEBUG, '1') : context
    return parent === undefined ? marked : trace.setSpanContext(marked, parent)
  }

  fields(): string[] {
    return this.#encoding === 'single' ? [B3] : [X_B3_TRACE_ID, X_B3_SPAN_ID, X_B3_SAMPLED, X_B3_FLAGS]
  }
}

function injectSingle(spanContext: SpanContext, isDebug: boolean, carrier: unknown, setter: TextMapSetter): void {
  const { traceId, spanId, traceFlags } = spanContext
  const decision = isDebug ? 'd' : String(traceFlags & SAMPLED)
  setter.set(carrier, B3, `${traceId}-${spanId}-${decision}`)
}

function injectMulti(spanContext: SpanContext, isDebug: boolean, carrier: unknown, setter: TextMapSetter): void {
  const { traceId, spanId, traceFlags } = spanContext
  setter.set(carrier, X_B3_TRACE_ID, traceId)
  setter.set(carrier, X_B3_SPAN_ID, spanId)
  // Debug implies the decision to sample, which is then not sent as well.
  if (isDebug) setter.set(carrier, X_B3_FLAGS, '1')
  else setter.set(carrier, X_B3_SAMPLED, String(traceFlags & SAMPLED))
}
