import type { RequestEvent } from '../client-events.ts'
import { eventsOf } from '../lifetime.ts'
import type { Facts } from '../../facts.ts'
import { failedRequests, phaseOf, type FailedRequest, type StopPhase } from './failed-requests.ts'
import type { StoppedLifetime } from './stopped-lifetimes.ts'
import { isOurLateness } from './our-lateness.ts'
import { isUnavoidableReset } from './unavoidable-reset.ts'

/** What a stop cost clients of HTTP/1.1. Every request that was sent is in exactly one of the counts. */
export interface StopLosses {
  /** Requests that the verdict is about: all but those that a load balancer would not have sent any more. */
  readonly counted: readonly RequestEvent[]
  /** Lost by the stop: the ones that nobody can talk away. */
  readonly lost: readonly FailedRequest[]
  /** Failed though no stop was under way, or in a way that was seen before it. */
  readonly elsewise: readonly FailedRequest[]
  /** A reused connection died under a request that may be sent again, and the user allows it. */
  readonly retryable: readonly FailedRequest[]
  /** Met the close of an idle connection that could not have been announced. */
  readonly unavoidable: readonly FailedRequest[]
  /** New connections that came later than any load balancer would send them. */
  readonly afterLag: readonly RequestEvent[]
  /** Neither answered nor failed when we stopped looking. */
  readonly unsettled: readonly RequestEvent[]
}

/** Methods that a client may repeat by itself: RFC 9110 §9.2.2. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/** What this stop cost, sorted by whose fault it is. */
export function stopLosses(stopped: StoppedLifetime, facts: Facts): StopLosses {
  const { lifetime } = stopped
  const requests = eventsOf(lifetime, 'request').filter(({ protocol }) => protocol === 'http/1.1')
  const failed = failedRequests(lifetime, stopped).filter(({ request }) => request.protocol === 'http/1.1')
  const usual = new Set(failed.filter(({ phase }) => phase === 'before').map(kindOf))
  const sorted: Record<'lost' | 'elsewise' | 'retryable' | 'unavoidable', FailedRequest[]> = {
    lost: [],
    elsewise: [],
    retryable: [],
    unavoidable: [],
  }
  for (const failure of failed) {
    const { request, phase, reason } = failure
    if (phase === 'after-lag' || isOurLateness(failure, stopped)) continue
    if (phase === 'before' || usual.has(kindOf(failure))) sorted.elsewise.push(failure)
    else if (isUnavoidableReset(request, lifetime, stopped)) sorted.unavoidable.push(failure)
    else if (reason === 'reset-reused' && facts.allowsIdempotentRetry && IDEMPOTENT.has(request.method))
      sorted.retryable.push(failure)
    else sorted.lost.push(failure)
  }
  const ours = new Set(failed.filter((failure) => isOurLateness(failure, stopped)).map(({ request }) => request))
  const isLate = (request: RequestEvent): boolean => ours.has(request) || phaseOf(request, stopped) === 'after-lag'
  return {
    ...sorted,
    counted: requests.filter((request) => !isLate(request)),
    afterLag: requests.filter(isLate),
    unsettled: requests.filter(({ outcome }) => outcome === 'unsettled'),
  }
}

/** What fails in the same way without a stop says nothing about the stop. */
function kindOf({ request, reason }: FailedRequest): string {
  return `${request.load} ${reason}`
}

/** How many of the failures fall into each phase, as words; empty of none. */
export function phasesInWords(failed: readonly FailedRequest[]): string {
  const names: Readonly<Record<StopPhase, string>> = {
    before: 'before the signal',
    'in-flight': 'in flight at the signal',
    draining: 'sent after the signal',
    closed: 'sent after the listener had closed',
    'after-lag': 'after the endpoint lag',
  }
  return (Object.keys(names) as StopPhase[])
    .map((phase) => [failed.filter((each) => each.phase === phase).length, names[phase]] as const)
    .filter(([count]) => count > 0)
    .map(([count, name]) => `${count} ${name}`)
    .join(', ')
}
