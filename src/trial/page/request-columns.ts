import type { RequestEvent } from '../history/client-events.ts'
import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { describeOutcome, hasFailed } from '../history/views/request-success.ts'
import { plural } from '../output/words.ts'
import { roundMs, type Texts } from './texts.ts'

/** Of one lifetime. More would be dots upon dots; those that failed are kept before all others. */
const MAX_REQUESTS = 50_000

/** How a request is drawn, by number: the names of the legend are in `browser/dots.js`, in the same order. */
export const DOT_KINDS = [
  'answered',
  'refused by the answer',
  'server error',
  'failed',
  'given up',
  'unsettled',
] as const
export type DotKind = (typeof DOT_KINDS)[number]

/** Requests in the order of `startedAt`: a column for each field, a row for each request. Texts are numbers; -1 is none. */
export interface RequestColumns {
  readonly id: readonly number[]
  readonly kind: readonly number[]
  readonly load: readonly number[]
  readonly line: readonly number[]
  readonly intendedAt: readonly number[]
  readonly startedAt: readonly number[]
  readonly firstByteAt: readonly number[]
  readonly at: readonly number[]
  /** In words: `answered with 200`. */
  readonly outcome: readonly number[]
  readonly connection: readonly number[]
  readonly reuse: readonly number[]
  /** 1 when the answer said `Connection: close`. */
  readonly saidClose: readonly number[]
  readonly serverClosedAt: readonly number[]
  readonly trace: readonly number[]
  readonly pod: readonly number[]
}

export function packRequests(
  lifetime: Pick<Lifetime, 'events'>,
  texts: Texts,
): { readonly columns: RequestColumns; readonly left: readonly string[] } {
  const all = eventsOf(lifetime, 'request')
  const kept = all.length <= MAX_REQUESTS ? all : chosen(all)
  const rows = kept.toSorted((one, other) => one.startedAt - other.startedAt)
  const text = (of: (request: RequestEvent) => string | undefined): readonly number[] =>
    rows.map((request) => texts.numberOf(of(request)))
  const time = (of: (request: RequestEvent) => number | undefined): readonly number[] =>
    rows.map((request) => roundMs(of(request) ?? -1))
  return {
    columns: {
      id: rows.map(({ id }) => id),
      kind: rows.map((request) => DOT_KINDS.indexOf(dotKind(request))),
      load: text(({ load }) => load),
      line: text(({ method, path, protocol }) => `${method} ${path} ${protocol}`),
      intendedAt: time(({ intendedAt }) => intendedAt),
      startedAt: time(({ startedAt }) => startedAt),
      firstByteAt: time(({ firstByteAt }) => firstByteAt),
      at: time(({ at }) => at),
      outcome: text(describeOutcome),
      connection: rows.map(({ connection }) => connection),
      reuse: rows.map(({ reuse }) => reuse),
      saidClose: rows.map(({ saidClose }) => (saidClose ? 1 : 0)),
      serverClosedAt: time(({ serverClosedAt }) => serverClosedAt),
      trace: text(({ trace }) => trace?.traceId),
      pod: text(({ pod }) => pod),
    },
    left: kept.length === all.length ? [] : [plural(all.length - kept.length, 'request')],
  }
}

export function dotKind(request: Pick<RequestEvent, 'outcome' | 'status'>): DotKind {
  const { outcome, status = 200 } = request
  if (outcome === 'unsettled') return 'unsettled'
  if (outcome === 'aborted' || outcome === 'refused-stream') return 'given up'
  if (hasFailed(request)) return outcome === 'answered' ? 'server error' : 'failed'
  return status >= 400 ? 'refused by the answer' : 'answered'
}

/** What failed, and of the others as many as there is room for, evenly. There are more than that. */
function chosen(all: readonly RequestEvent[]): readonly RequestEvent[] {
  const failed = all.filter(hasFailed).slice(0, MAX_REQUESTS)
  const others = all.filter((request) => !hasFailed(request))
  const room = MAX_REQUESTS - failed.length
  const even = Array.from({ length: room }, (_, index) => others[Math.floor((index * others.length) / room)])
  return [...failed, ...even.filter((request) => request !== undefined)]
}
