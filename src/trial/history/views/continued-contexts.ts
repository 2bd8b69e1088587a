import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'
import { ODD_CONTEXT_SENT } from '../marks/underway.ts'
import { ODD_CONTEXTS, type OddContext } from '../odd-contexts.ts'
import type { SpanEvent } from '../telemetry-events.ts'
import { matchSpans, type SpanMatch } from './matched-spans.ts'
import { hasPath, isProbeSpan } from './probe-spans.ts'
import { hasFailed } from './request-success.ts'

/** A request with a malformed trace context. */
export interface OddRequest {
  readonly request: RequestEvent
  readonly variant: string
  readonly isFailed: boolean
}

/** What became of the trace contexts that were sent in a lifetime. */
export interface ContinuedContexts {
  readonly lifetime: Lifetime
  readonly continued: readonly SpanMatch[]
  readonly wrongParent: readonly SpanMatch[]
  /** Of these nothing is in our trace: lost, not sampled, or in a trace of their own. */
  readonly missing: readonly SpanMatch[]
  /** Spans of the server that begin a trace that we did not send, probes left out. */
  readonly foreign: readonly SpanEvent[]
  /** Requests that rightly begin a trace of their own, with probes when their spans can't be told from others. */
  readonly untracedCount: number
  readonly odd: readonly OddRequest[]
  /** Spans in a trace that was malformed. */
  readonly continuedOdd: readonly { readonly context: OddContext; readonly span: SpanEvent }[]
}

/** Looks at every request that carried a context, and at every span of the server. */
export function continuedContexts(lifetime: Lifetime, probePaths: readonly string[]): ContinuedContexts {
  const requests = eventsOf(lifetime, 'request')
  const ours = new Set(requests.flatMap(({ trace }) => trace?.traceId ?? []))
  const spans = eventsOf(lifetime, 'span')
  const matches = matchSpans(lifetime)
  const foreign = spans.filter(
    (span) => span.spanKind === 'server' && !ours.has(span.traceId) && !isProbeSpan(span, probePaths),
  )
  const probeCount = foreign.every((span) => hasPath(span)) ? 0 : eventsOf(lifetime, 'probe').length
  return {
    lifetime,
    continued: matches.filter(({ what }) => what === 'matched' || what === 'duplicate'),
    wrongParent: matches.filter(({ what }) => what === 'wrong-parent'),
    missing: matches.filter(({ what }) => what === 'missing'),
    foreign,
    untracedCount: requests.filter(({ trace }) => trace === undefined).length + probeCount,
    odd: oddRequests(lifetime, requests),
    continuedOdd: spans.flatMap((span) => {
      const context = ODD_CONTEXTS.find(({ traceId }) => traceId === span.traceId.toLowerCase())
      return context === undefined ? [] : [{ context, span }]
    }),
  }
}

function oddRequests(lifetime: Lifetime, requests: readonly RequestEvent[]): OddRequest[] {
  const variants = new Map(
    eventsOf(lifetime, 'mark')
      .filter(({ name }) => name === ODD_CONTEXT_SENT)
      .map(({ data }) => [data['request'], String(data['variant'])]),
  )
  return requests
    .filter(({ load }) => load === 'odd-context')
    .map((request) => ({
      request,
      variant: variants.get(request.id) ?? 'of an unknown kind',
      isFailed: hasFailed(request),
    }))
}
