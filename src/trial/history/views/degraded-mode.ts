import type { RequestEvent } from '../client-events.ts'
import { hasFailed } from './request-success.ts'

/** A service of which a part goes on without a dependency. */
export interface DegradedMode {
  /** Routes whose requests succeed all the same. */
  readonly goesOn: readonly string[]
  /** Routes that need the dependency, and say so with 503. */
  readonly refuses: readonly string[]
}

/** Of a route, before anything is said of it. */
const MIN_REQUESTS = 5
const GOOD_SHARE = 0.99
/** Of the requests that fail: what was on its way when the dependency went may end in another way. */
const REFUSED_SHARE = 0.95

/**
 * Whether the requests of some routes go on and those of the others are refused with 503. One readiness speaks for all
 * routes: to say no would take away those that go on, from every replica at once, and help nobody. So "ready" is no lie
 * then, as long as whoever is refused is told at once and by the status that means it. `undefined` when nothing fails, or
 * everything, or in another way: by time-outs, by 500, by broken connections.
 */
export function degradedMode(requests: readonly RequestEvent[]): DegradedMode | undefined {
  const goesOn: string[] = []
  const refuses: string[] = []
  for (const [route, own] of Map.groupBy(requests, ({ method, path }) => `${method} ${path.split('?', 1)[0]}`)) {
    const failed = own.filter(hasFailed)
    if (failed.length <= own.length * (1 - GOOD_SHARE)) {
      if (own.length >= MIN_REQUESTS) goesOn.push(route)
      continue
    }
    const refused = failed.filter(({ outcome, status }) => outcome === 'answered' && status === 503)
    if (refused.length < failed.length * REFUSED_SHARE) return undefined
    refuses.push(route)
  }
  return goesOn.length === 0 || refuses.length === 0 ? undefined : { goesOn, refuses }
}

/** `GET /products went on, POST /orders was refused with 503`. */
export function describeDegraded({ goesOn, refuses }: DegradedMode): string {
  const was = refuses.length === 1 ? 'was' : 'were'
  return `${goesOn.join(' and ')} went on, ${refuses.join(' and ')} ${was} refused with 503`
}
