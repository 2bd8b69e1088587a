import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { ABORTING_BEGAN, ABORTING_ENDED, NOTICED_WITHIN_MS } from '../marks/cancellation.ts'
import { type DownstreamCall, downstreamCalls } from './downstream-calls.ts'

/** A request that its client gave up while the service waited for a dependency. */
export interface GivenUpCall {
  readonly request: RequestEvent
  readonly call: DownstreamCall
  /** Whether the service gave up, too, in time. */
  readonly isCancelled: boolean
}

/** The requests that were given up, each with its call; those that had not come as far as the dependency are left out. */
export function givenUpCalls(lifetime: Lifetime): GivenUpCall[] {
  const from = markedAt(lifetime, ABORTING_BEGAN)
  if (from === undefined) return []
  const to = markedAt(lifetime, ABORTING_ENDED) ?? Infinity
  const left = new Set(downstreamCalls(lifetime).filter(({ at }) => at >= from))
  return eventsOf(lifetime, 'request')
    .filter(({ outcome, startedAt, at }) => outcome === 'aborted' && startedAt >= from && at <= to)
    .toSorted((one, other) => one.startedAt - other.startedAt)
    .flatMap((request) => {
      const call = callOf(request, [...left])
      if (call === undefined) return []
      left.delete(call)
      // Answered before the client went away: nothing was left to give up.
      if (call.answeredAt !== undefined && call.answeredAt <= request.at) return []
      const isCancelled = call.cancelledAt !== undefined && call.cancelledAt <= request.at + NOTICED_WITHIN_MS
      const wasAnsweredFirst = call.answeredAt !== undefined && call.answeredAt < (call.cancelledAt ?? Infinity)
      return [{ request, call, isCancelled: isCancelled && !wasAnsweredFirst }]
    })
}

/** By the trace, else by the nonce, else the first that began while the request was on its way. */
function callOf(request: RequestEvent, calls: readonly DownstreamCall[]): DownstreamCall | undefined {
  const { trace, nonce, startedAt, at } = request
  return (
    calls.find(({ traceId }) => traceId !== undefined && traceId === trace?.traceId) ??
    calls.find(({ path }) => nonce !== undefined && path.includes(nonce)) ??
    calls.find((call) => call.at >= startedAt && call.at <= at)
  )
}
