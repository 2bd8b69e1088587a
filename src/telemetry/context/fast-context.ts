import type { Baggage, Context, Span } from '@opentelemetry/api'
import { BAGGAGE, type HttpRequestMetadata, RPC_METADATA, SPAN, SUPPRESS_TRACING } from './context-keys.ts'
import { type ContextEntry, findEntry, withEntry, withoutEntry } from './context-entries.ts'

/**
 * A context whose four values that every request needs are fields, so that reading one is a load and setting one is a
 * single small object; the API's own class copies a map and makes three closures each time. All other keys live in a
 * short linked list that contexts share.
 *
 * Immutable. What a slot holds is whatever was set under its key, as with any other key.
 *
 * @see https://opentelemetry.io/docs/specs/otel/context/
 */
export class FastContext implements Context {
  /** The active span, under the API's key. */
  readonly span: Span | undefined
  /** What was set for `SUPPRESS_TRACING`; ask {@link FastContext.suppressed}. */
  readonly suppression: unknown
  /** The server request that this context belongs to, under the key `RPC_METADATA`. */
  readonly request: HttpRequestMetadata | undefined
  readonly baggage: Baggage | undefined
  readonly #others: ContextEntry | undefined

  /** Use {@link FAST_ROOT} and its methods. */
  constructor(
    span: Span | undefined,
    suppression: unknown,
    request: HttpRequestMetadata | undefined,
    baggage: Baggage | undefined,
    others: ContextEntry | undefined,
  ) {
    this.span = span
    this.suppression = suppression
    this.request = request
    this.baggage = baggage
    this.#others = others
  }

  /** Whether nothing is to be traced or propagated here. */
  get suppressed(): boolean {
    return this.suppression === true
  }

  getValue(key: symbol): unknown {
    if (key === SPAN) return this.span
    if (key === RPC_METADATA) return this.request
    if (key === SUPPRESS_TRACING) return this.suppression
    if (key === BAGGAGE) return this.baggage
    return findEntry(this.#others, key)?.value
  }

  setValue(key: symbol, value: unknown): FastContext {
    if (key === SPAN) return this.withSpan(value as Span | undefined)
    if (key === RPC_METADATA) return this.withRequest(value as HttpRequestMetadata | undefined)
    if (key === SUPPRESS_TRACING) {
      return new FastContext(this.span, value, this.request, this.baggage, this.#others)
    }
    if (key === BAGGAGE) return this.withBaggage(value as Baggage | undefined)
    const others = withEntry(this.#others, key, value)
    return new FastContext(this.span, this.suppression, this.request, this.baggage, others)
  }

  deleteValue(key: symbol): FastContext {
    if (isSlot(key)) return this.getValue(key) === undefined ? this : this.setValue(key, undefined)
    const others = withoutEntry(this.#others, key)
    if (others === this.#others) return this
    return new FastContext(this.span, this.suppression, this.request, this.baggage, others)
  }

  withSpan(span: Span | undefined): FastContext {
    return new FastContext(span, this.suppression, this.request, this.baggage, this.#others)
  }

  withRequest(request: HttpRequestMetadata | undefined): FastContext {
    return new FastContext(this.span, this.suppression, request, this.baggage, this.#others)
  }

  /** What a server needs for a request, in one step. */
  withSpanAndRequest(span: Span | undefined, request: HttpRequestMetadata | undefined): FastContext {
    return new FastContext(span, this.suppression, request, this.baggage, this.#others)
  }

  withBaggage(baggage: Baggage | undefined): FastContext {
    return new FastContext(this.span, this.suppression, this.request, baggage, this.#others)
  }

  /** The same, but nothing is traced or propagated in it. */
  withTracingSuppressed(): FastContext {
    return new FastContext(this.span, true, this.request, this.baggage, this.#others)
  }
}

/** The context outside of everything: nothing is set in it. */
export const FAST_ROOT: FastContext = new FastContext(undefined, undefined, undefined, undefined, undefined)

function isSlot(key: symbol): boolean {
  return key === SPAN || key === RPC_METADATA || key === SUPPRESS_TRACING || key === BAGGAGE
}
