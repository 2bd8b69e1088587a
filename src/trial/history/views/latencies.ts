import { eventsOf, type Lifetime } from '../lifetime.ts'
import { hasSucceeded, isBusiness } from './request-success.ts'

/** Which requests, by when they were due: from `from` to before `to`. */
export interface LatencyWindow {
  readonly from: number
  readonly to: number
  /** When we stopped looking: what was not answered by then took at least until then. @default never */
  readonly until?: number
}

/**
 * How long ordinary requests took, in milliseconds from when they were due, so that waiting behind one another counts. What
 * had no answer in time took as long as we waited; what failed at once says nothing of time and is left out.
 */
export function latenciesOf(lifetime: Lifetime, { from, to, until = Infinity }: LatencyWindow): number[] {
  return eventsOf(lifetime, 'request')
    .filter((request) => isBusiness(request) && request.intendedAt >= from && request.intendedAt < to)
    .filter((request) => request.at > until || hasSucceeded(request) || WAITED_FOR.has(request.outcome))
    .map(({ at, intendedAt }) => Math.min(at, until) - intendedAt)
}

const WAITED_FOR: ReadonlySet<string> = new Set(['timeout', 'unsettled'])
