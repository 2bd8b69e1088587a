import type { DownstreamEvent } from '../history/fault-events.ts'
import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { BAGGAGE, TRACE_STATE } from '../history/marks/context.ts'
import { type ContinuedContexts, continuedContexts } from '../history/views/continued-contexts.ts'
import { probePathsOf } from '../history/views/probe-spans.ts'
import { defineTrial } from '../trial.ts'
import { withoutTraces } from '../without-telemetry.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'

/** Spans that continue a trace of ours. */
const NEEDED_SPANS = 200

export default defineTrial({
  id: 'CTX-01',
  slug: 'incoming-context-continued',
  claim: 'A trace that a caller has begun goes on: the span of the server is a child of the span of the caller.',
  procedure:
    'Every request carries a traceparent of its own, a tracestate and baggage; others carry a malformed traceparent, in eight ways. ' +
    'It fails when a span of the server has another trace or another parent than its request said, when a malformed context is answered with 5xx or continued, or when tracestate or baggage do not reach a dependency to which the trace does. ' +
    `Nobody can tell with fewer than ${NEEDED_SPANS} spans that continue a trace. Spans that never arrived are told and not judged here (STOP-11).`,
  seed: ['A4', 'P4'],
  remedy: {
    feature: 'context from traceparent, tracestate and baggage on every server',
    page: 'guide/telemetry.md',
    change:
      'Extract the context from the headers of each request with the propagators of OTEL_PROPAGATORS before its span begins.',
    rules: [],
  },
  voyages: ['underway', 'context'],
  isTiming: false,
  skipBecause: withoutTraces,
  judge({ facts, lifetimes }) {
    const underway = lifetimes.filter(({ voyage }) => voyage === 'underway')
    const found = underway.map((lifetime) => continuedContexts(lifetime, probePathsOf(facts)))
    const continuedCount = sum(found, ({ continued }) => continued.length)
    const missingCount = sum(found, ({ missing }) => missing.length)
    const oddCount = sum(found, ({ odd }) => odd.length)
    const downstream = lifetimes.flatMap((lifetime) => downstreamWithTrace(lifetime))
    const evidence = [
      ...found.flatMap((each) => broken(each)),
      ...found.flatMap((each) => oddFailures(each)),
      ...lostDownstream(downstream),
    ]
    const figures = [
      { name: 'continuedCount', value: continuedCount },
      { name: 'withoutSpanCount', value: missingCount },
      { name: 'malformedCount', value: oddCount },
      { name: 'downstreamCount', value: downstream.length },
    ]
    const notes = [
      ...(missingCount > 0 && continuedCount > 0
        ? [`${missingCount} requests have no span of the server at all (see STOP-11, TEL-05)`]
        : []),
      ...(oddCount === 0 ? ['No malformed trace context was sent'] : []),
      ...(downstream.length === 0
        ? ['Whether tracestate and baggage are kept could not be seen: no request to an HTTP dependency']
        : []),
    ]
    const [first] = evidence
    if (first !== undefined) return fail(first.says, { evidence, figures, notes })
    if (continuedCount < NEEDED_SPANS)
      return inconclusive(
        `Only ${continuedCount} spans of the server arrived for requests that carried a trace context; it takes ${NEEDED_SPANS}`,
        { figures, notes },
      )
    return pass(
      `All ${continuedCount} spans of the server continue the trace of their request; ${oddCount} malformed contexts did no harm`,
      { figures, notes },
    )
  },
})

function broken({ lifetime, wrongParent, foreign, untracedCount, missing }: ContinuedContexts): Evidence[] {
  const evidence: Evidence[] = []
  const [first] = wrongParent
  if (first !== undefined)
    evidence.push({
      says: `${wrongParent.length} spans of the server are in the trace of their request and not children of it: the parent of that of request ${first.request.id} is "${first.spans[0]?.parentSpanId ?? ''}", and the request said "${first.request.trace?.spanId}"`,
      seen: {
        lifetime: lifetime.id,
        from: first.request.startedAt,
        to: first.request.at,
        requests: wrongParent.slice(0, 20).map(({ request }) => request.id),
      },
    })
  // Requests without a context of ours begin traces of their own, and rightly so.
  const ignoredCount = Math.min(missing.length, foreign.length - untracedCount)
  const [span] = foreign
  if (ignoredCount > 0 && span !== undefined)
    evidence.push({
      says: `${ignoredCount} requests that carried a trace context got a new trace: the span "${span.name}" has the trace id ${span.traceId}, which nobody sent`,
      seen: {
        lifetime: lifetime.id,
        from: span.startedAt,
        to: span.endedAt,
        requests: missing.slice(0, 20).map(({ request }) => request.id),
      },
    })
  return evidence
}

function oddFailures({ lifetime, odd, continuedOdd }: ContinuedContexts): Evidence[] {
  return [
    ...odd
      .filter(({ isFailed }) => isFailed)
      .map(({ request, variant }) => ({
        says: `A request with a malformed trace context (${variant}) was answered with ${request.status ?? request.outcome}`,
        seen: { lifetime: lifetime.id, from: request.startedAt, to: request.at, requests: [request.id] },
      })),
    ...continuedOdd.map(({ context, span }) => ({
      says: `A malformed trace context (${context.name}) was continued: a span has the trace id ${span.traceId}`,
      seen: { lifetime: lifetime.id, from: span.startedAt, to: span.endedAt },
    })),
  ]
}

interface DownstreamTrace {
  readonly lifetime: Lifetime
  readonly event: DownstreamEvent
}

/** Requests to dependencies that carry a trace of ours, in the voyage that sends tracestate and baggage with it. */
function downstreamWithTrace(lifetime: Lifetime): DownstreamTrace[] {
  if (lifetime.voyage !== 'context') return []
  const ours = new Set(eventsOf(lifetime, 'request').flatMap(({ trace }) => trace?.traceId ?? []))
  return eventsOf(lifetime, 'downstream')
    .filter(({ what, traceparent }) => what === 'began' && ours.has(traceparent?.split('-')[1] ?? ''))
    .map((event) => ({ lifetime, event }))
}

function lostDownstream(downstream: readonly DownstreamTrace[]): Evidence[] {
  const lost = (header: 'tracestate' | 'baggage', expected: string): Evidence[] => {
    const without = downstream.filter(({ event }) => event[header]?.includes(expected) !== true)
    const [first] = without
    if (first === undefined) return []
    const { lifetime, event } = first
    return [
      {
        says: `${without.length} of ${downstream.length} requests to dependencies carry our trace and not our ${header}: ${event.method} to "${event.dependency}" said ${JSON.stringify(event[header] ?? null)}`,
        seen: { lifetime: lifetime.id, from: event.at, to: event.at },
      },
    ]
  }
  return [...lost('tracestate', TRACE_STATE), ...lost('baggage', BAGGAGE)]
}

function sum<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((total, item) => total + count(item), 0)
}
