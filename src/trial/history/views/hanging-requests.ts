import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { BOUND_MS, HANGING_BEGAN, HANGING_ENDED, HANGING_LOAD, PATIENCE_MS, STEADY_LOAD } from '../marks/deadlines.ts'
import { hasFailed } from './request-success.ts'

/** What became of requests while a dependency hung. */
export interface HangingRequests {
  readonly dependency: string
  readonly lifetime: Lifetime
  readonly from: number
  readonly to: number
  /** The longest that one took while the dependency worked. */
  readonly usualMs: number
  readonly steady: readonly RequestEvent[]
  readonly requests: readonly RequestEvent[]
  /** Of these, the ones that the dependency made wait, or fail: that were met by it at all. */
  readonly affected: readonly RequestEvent[]
  /** Without any end in time. */
  readonly unanswered: readonly RequestEvent[]
  /** Ended without an answer, such as by a reset. */
  readonly cutOff: readonly RequestEvent[]
  /** The longest that one took to be answered. */
  readonly longestMs: number
  /** Whether it was watched for as long as a request may take. */
  readonly isWhole: boolean
}

/** More than a request ever took before: by so much it is a wait. */
const WAITED_MS = 300

/** @returns nothing for a lifetime in which no dependency hung */
export function hangingRequests(lifetime: Lifetime): HangingRequests | undefined {
  const from = markedAt(lifetime, HANGING_BEGAN)
  if (from === undefined) return undefined
  const to = markedAt(lifetime, HANGING_ENDED) ?? lifetime.events.at(-1)?.at ?? from
  const all = eventsOf(lifetime, 'request')
  const steady = all.filter(({ load }) => load === STEADY_LOAD)
  const requests = all.filter(({ load }) => load === HANGING_LOAD)
  const answered = requests.filter(isAnswered)
  const usualMs = longest(steady.filter(isAnswered))
  return {
    dependency: String(lifetime.settings['dependency'] ?? ''),
    lifetime,
    from,
    to,
    usualMs,
    steady,
    requests,
    affected: requests.filter((request) => hasFailed(request) || tookMs(request) > usualMs + WAITED_MS),
    unanswered: requests.filter(
      (request) => WITHOUT_END.has(request.outcome) || (isAnswered(request) && tookMs(request) > BOUND_MS),
    ),
    cutOff: requests.filter((request) => !WITHOUT_END.has(request.outcome) && !isAnswered(request)),
    longestMs: longest(answered),
    isWhole: to - from >= BOUND_MS + PATIENCE_MS || requests.every(({ outcome }) => outcome !== 'unsettled'),
  }
}

const WITHOUT_END: ReadonlySet<string> = new Set(['timeout', 'unsettled'])

function isAnswered({ outcome }: RequestEvent): boolean {
  return outcome === 'answered'
}

function tookMs({ at, startedAt }: RequestEvent): number {
  return at - startedAt
}

function longest(requests: readonly RequestEvent[]): number {
  return requests.reduce((most, request) => Math.max(most, tookMs(request)), 0)
}
