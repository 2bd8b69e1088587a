import { type Context, propagation, type Span, trace } from '@opentelemetry/api'
import { FastContext } from '../context/fast-context.ts'
import type { PropagatorName } from '../env/propagators-env.ts'
import { writeTraceParent } from '../propagation/trace-parent.ts'
import { HeaderFormats } from './header-formats.ts'

/** @param name in lower case */
export type ReadHeader = (name: string) => string | undefined

/** Names and values by turns: what carries the context to the other side. */
export type ContextHeaders = readonly string[]

const NONE: ContextHeaders = []

/** The context of what goes out, and the headers that carry it. */
export class OutgoingContext {
  readonly #formats: HeaderFormats

  /** @param propagators what is registered, if it is ours; `undefined` where that has to be asked */
  constructor(propagators: readonly PropagatorName[] | undefined) {
    this.#formats = new HeaderFormats(propagators)
  }

  /** Outside of any span, a context that the caller has put into the headers by hand is continued, not replaced. */
  parentOf(active: Context, readHeader: ReadHeader): Context {
    if ((active instanceof FastContext ? active.span : trace.getSpan(active)) !== undefined) return active
    const { asksPropagator, hasTraceContext, hasBaggage } = this.#formats
    const isThere =
      asksPropagator ||
      (hasTraceContext && readHeader('traceparent') !== undefined) ||
      (hasBaggage && readHeader('baggage') !== undefined)
    if (!isThere) return active
    return propagation.extract(active, undefined, { keys: () => [], get: (_carrier, name) => readHeader(name) })
  }

  headersOf(parent: Context, span: Span): ContextHeaders {
    const { asksPropagator, hasTraceContext } = this.#formats
    const isPlain = parent instanceof FastContext && parent.baggage === undefined
    // Only a span of our own can be read as its own identity, without making an object of it.
    if (asksPropagator || !isPlain || !('idHigh' in span)) {
      const headers: string[] = []
      propagation.inject(trace.setSpan(parent, span), headers, PUSH)
      return headers
    }
    if (!hasTraceContext) return NONE
    const { traceId, spanId, traceFlags, traceState } = span as unknown as ReturnType<Span['spanContext']>
    const traceparent = writeTraceParent(traceId, spanId, traceFlags)
    const tracestate = traceState?.serialize()
    return tracestate === undefined || tracestate === ''
      ? ['traceparent', traceparent]
      : ['traceparent', traceparent, 'tracestate', tracestate]
  }
}

const PUSH = { set: (headers: string[], name: string, value: string): void => void headers.push(name, value) }
