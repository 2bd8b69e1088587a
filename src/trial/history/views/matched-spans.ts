import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'
import type { SpanEvent } from '../telemetry-events.ts'

/** A request that was answered and sampled, and the server's spans that say so. */
export interface SpanMatch {
  readonly request: RequestEvent
  /**
   * `matched`: exactly one has our span as its parent; `duplicate`: more than one has; `wrong-parent`: none has, though one
   * is in our trace; `missing`: none is.
   */
  readonly what: 'matched' | 'missing' | 'duplicate' | 'wrong-parent'
  readonly spans: readonly SpanEvent[]
}

/** Every answered request that was sent with a sampled trace context, with what became of its span. */
export function matchSpans(lifetime: Lifetime): SpanMatch[] {
  const byTrace = new Map<string, SpanEvent[]>()
  for (const span of eventsOf(lifetime, 'span')) {
    if (span.spanKind !== 'server') continue
    const others = byTrace.get(span.traceId)
    if (others === undefined) byTrace.set(span.traceId, [span])
    else others.push(span)
  }
  return eventsOf(lifetime, 'request')
    .filter((request) => request.outcome === 'answered' && request.trace?.isSampled === true)
    .map((request) => matchOf(request, byTrace.get(request.trace?.traceId ?? '') ?? []))
}

function matchOf(request: RequestEvent, inTrace: readonly SpanEvent[]): SpanMatch {
  const ours = inTrace.filter((span) => span.parentSpanId === request.trace?.spanId)
  if (ours.length === 1) return { request, what: 'matched', spans: ours }
  if (ours.length > 1) return { request, what: 'duplicate', spans: ours }
  return { request, what: inTrace.length > 0 ? 'wrong-parent' : 'missing', spans: inTrace }
}
