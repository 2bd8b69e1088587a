import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'
import type { Stop } from './stop-moments.ts'

/**
 * When a request was sent, seen from a stop: before the signal and settled before it, on its way at the signal, after it, or
 * after the listener had closed; `after-lag` is a new connection that no load balancer would have sent any more.
 */
export type StopPhase = 'before' | 'in-flight' | 'draining' | 'closed' | 'after-lag'

/** A request that a client would call lost. */
export interface FailedRequest {
  readonly request: RequestEvent
  readonly phase: StopPhase
  /** What became of it: an outcome, or `5xx`. */
  readonly reason: string
}

/** What else is known of a stop. */
export interface StopConditions {
  readonly stop: Stop
  readonly endpointLagMs: number
}

/** Outcomes that are nobody's fault: given up on purpose, safe to send again, or not known when we stopped looking. */
const NO_FAILURES: ReadonlySet<string> = new Set(['answered', 'aborted', 'refused-stream', 'unsettled'])

/** Why a request counts as failed; `undefined` when it does not. An answer with 4xx is an answer. */
export function failureOf({ outcome, status }: RequestEvent): string | undefined {
  if (outcome === 'answered') return status !== undefined && status >= 500 ? '5xx' : undefined
  return NO_FAILURES.has(outcome) ? undefined : outcome
}

/** When a request was sent, seen from the stop. */
export function phaseOf(request: RequestEvent, { stop, endpointLagMs }: StopConditions): StopPhase {
  const { signalledAt, listenerClosed } = stop
  if (request.at < signalledAt) return 'before'
  if (request.startedAt < signalledAt) return 'in-flight'
  if (request.reuse === 0 && request.startedAt > signalledAt + endpointLagMs) return 'after-lag'
  return listenerClosed !== undefined && request.startedAt >= listenerClosed.at ? 'closed' : 'draining'
}

/** All requests that failed, in the order in which they were sent. */
export function failedRequests(lifetime: Lifetime, conditions: StopConditions): FailedRequest[] {
  const failed: FailedRequest[] = []
  for (const request of eventsOf(lifetime, 'request')) {
    const reason = failureOf(request)
    if (reason !== undefined) failed.push({ request, reason, phase: phaseOf(request, conditions) })
  }
  return failed.toSorted((one, other) => one.request.startedAt - other.request.startedAt)
}
