import type { TextMapGetter } from '@opentelemetry/api'
import { type B3Decision, type B3Fields, createB3Parent } from './b3-fields.ts'
import { readField } from './carrier.ts'

export const X_B3_TRACE_ID = 'x-b3-traceid'
export const X_B3_SPAN_ID = 'x-b3-spanid'
export const X_B3_SAMPLED = 'x-b3-sampled'
export const X_B3_FLAGS = 'x-b3-flags'

/**
 * Reads the `X-B3-…` headers.
 *
 * @returns `undefined` when they are absent or invalid
 * @see https://github.com/openzipkin/b3-propagation#multiple-headers
 */
export function readB3Multi(carrier: unknown, getter: TextMapGetter): B3Fields | undefined {
  const traceId = readField(carrier, getter, X_B3_TRACE_ID)
  const spanId = readField(carrier, getter, X_B3_SPAN_ID)
  const decision = readDecision(readField(carrier, getter, X_B3_SAMPLED), readField(carrier, getter, X_B3_FLAGS))
  if (decision === undefined) return undefined
  if (traceId === undefined && spanId === undefined) {
    return decision === 'deferred' ? undefined : { parent: undefined, decision }
  }
  const parent = createB3Parent(traceId ?? '', spanId ?? '', decision)
  return parent === undefined ? undefined : { parent, decision }
}

/** `true` and `false` are what some senders wrote before the format was settled. */
function readDecision(sampled: string | undefined, flags: string | undefined): B3Decision | undefined {
  if (flags === '1') return 'debug'
  if (sampled === undefined) return 'deferred'
  if (sampled === '1' || sampled.toLowerCase() === 'true') return 'accept'
  if (sampled === '0' || sampled.toLowerCase() === 'false') return 'deny'
  return undefined
}
