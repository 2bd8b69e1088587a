import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { IS_TOLD, LOAD_BEGAN, LOAD_ENDED, RATIO } from '../marks/sampling.ts'
import type { SpanEvent } from '../telemetry-events.ts'
import type { RequestEvent } from '../client-events.ts'
import { isProbeSpan } from './probe-spans.ts'

/** What one lifetime of the voyage `sampling` shows. */
export interface SampledRequests {
  readonly lifetime: Lifetime
  /** What roots were to be sampled at. */
  readonly ratio: number
  /** Whether the service was told so. */
  readonly isTold: boolean
  readonly from: number
  readonly to: number
  /** Requests without a trace context that were answered, … */
  readonly rootCount: number
  /** … and spans of the server that begin a trace of their own. */
  readonly rootSpans: readonly SpanEvent[]
  /** Answered requests that were sent as sampled, and those of them that have no span. */
  readonly sampledCount: number
  readonly missingSampled: readonly RequestEvent[]
  /** Answered requests that were sent as not sampled, and those of them that have a span all the same. */
  readonly unsampledCount: number
  readonly recordedUnsampled: readonly RequestEvent[]
}

/** @returns nothing for a lifetime without load */
export function sampledRequests(lifetime: Lifetime, probePaths: readonly string[]): SampledRequests | undefined {
  const from = markedAt(lifetime, LOAD_BEGAN)
  const to = markedAt(lifetime, LOAD_ENDED)
  const ratio = lifetime.settings[RATIO]
  if (from === undefined || to === undefined || typeof ratio !== 'number') return undefined
  const answered = eventsOf(lifetime, 'request').filter(
    ({ outcome, startedAt, at }) => outcome === 'answered' && startedAt >= from && at <= to,
  )
  const ours = new Set(answered.flatMap(({ trace }) => trace?.traceId ?? []))
  const spans = eventsOf(lifetime, 'span').filter(({ spanKind }) => spanKind === 'server')
  const recorded = new Set(spans.map(({ traceId }) => traceId))
  const sampled = answered.filter(({ trace }) => trace?.isSampled === true)
  const unsampled = answered.filter(({ trace }) => trace?.isSampled === false)
  return {
    lifetime,
    ratio,
    isTold: lifetime.settings[IS_TOLD] === true,
    from,
    to,
    rootCount: answered.filter(({ trace }) => trace === undefined).length,
    rootSpans: spans.filter(
      (span) =>
        span.parentSpanId === '' &&
        !ours.has(span.traceId) &&
        span.startedAt >= from - CLOCK_SLACK_MS &&
        span.startedAt <= to &&
        !isProbeSpan(span, probePaths),
    ),
    sampledCount: sampled.length,
    missingSampled: sampled.filter(({ trace }) => !recorded.has(trace?.traceId ?? '')),
    unsampledCount: unsampled.length,
    recordedUnsampled: unsampled.filter(({ trace }) => recorded.has(trace?.traceId ?? '')),
  }
}

/** The time of day, which spans have, and the clock that never goes back may be apart by so much. */
const CLOCK_SLACK_MS = 20
