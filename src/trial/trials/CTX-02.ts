import type { RequestEvent } from '../history/client-events.ts'
import { eventsOf } from '../history/lifetime.ts'
import { CONCURRENCY } from '../history/marks/context.ts'
import { type CausedCall, type CausedCalls, causedCalls } from '../history/views/caused-calls.ts'
import { routeCounts } from '../history/views/calls-per-route.ts'
import { defineTrial } from '../trial.ts'
import { withoutTraces } from '../without-telemetry.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { percent } from '../verdict/percent.ts'
import { upperBoundOfNone } from '../verdict/statistics/rule-of-three.ts'
import type { Evidence } from '../verdict/verdict.ts'

/** Calls to dependencies. */
const NEEDED_CALLS = 100
/** Half of what is sent at a time: with fewer requests side by side nothing can get mixed up. */
const NEEDED_CONCURRENCY = CONCURRENCY / 2
/** Requests of one route that called oftener or more rarely than the others did, before that means anything. */
const UNEVEN_RATIO = 0.05

export default defineTrial({
  id: 'CTX-02',
  slug: 'context-reaches-dependencies',
  claim:
    'Every request to a dependency carries the trace of the request that caused it, however many go on at the same time.',
  procedure:
    `While an HTTP dependency takes its time, ${CONCURRENCY} requests are on their way at any moment, each with a trace and a nonce of its own; what the service asks of the dependency is read on the way. ` +
    'It fails when a call carries no trace, or one that nobody sent, or the trace of another request. Which request caused a call is known by the nonce, where the service passes it on; else by times and counts. What the service also asks while no request is on its way is its own. ' +
    `Nobody can tell with fewer than ${NEEDED_CALLS} calls, with fewer than ${NEEDED_CONCURRENCY} requests at a time, or when nothing but the trace ties calls to requests and the counts don't fit.`,
  seed: ['A4', 'P4'],
  remedy: {
    feature: 'context that follows every request into http, fetch and gRPC clients',
    page: 'guide/telemetry.md',
    change:
      'Inject the active context into the headers of every call, and never keep it in a variable that requests share.',
    rules: [],
  },
  voyages: ['context'],
  isTiming: false,
  skipBecause: (facts) =>
    facts.dependencies.some(({ protocol }) => protocol === 'http')
      ? withoutTraces(facts)
      : 'No HTTP dependency is declared (--dep name=VARIABLE): there is nobody to pass the context on to',
  judge({ lifetimes }) {
    const found = lifetimes.flatMap((lifetime) => causedCalls(lifetime) ?? [])
    const calls = found.flatMap((each) => each.calls)
    const evidence = found.flatMap((each) => [
      ...crossTalk(each),
      ...missing(each),
      ...outOfTime(each),
      ...swapped(each),
    ])
    const provenCount = calls.filter(({ causedBy }) => causedBy !== undefined).length
    const concurrency = Math.max(0, ...found.map((each) => each.concurrency))
    const figures = [
      { name: 'callCount', value: calls.length },
      { name: 'callsProvenByNonce', value: provenCount },
      { name: 'concurrency', value: concurrency },
      { name: 'callsOfTheServiceItself', value: found.reduce((sum, each) => sum + each.ownCount, 0) },
    ]
    const notes = found.flatMap((each) => parentNotes(each))
    const [first] = evidence
    if (first !== undefined) return fail(first.says, { evidence, figures, notes })
    if (calls.length < NEEDED_CALLS)
      return inconclusive(`Only ${calls.length} calls to an HTTP dependency were seen; it takes ${NEEDED_CALLS}`, {
        figures,
        notes,
      })
    if (concurrency < NEEDED_CONCURRENCY)
      return inconclusive(
        `At most ${concurrency} requests were on their way at a time; it takes ${NEEDED_CONCURRENCY} for contexts to get mixed up`,
        { figures, notes },
      )
    const uneven = found.flatMap((each) => unevenRoutes(each))
    if (provenCount < calls.length && uneven.length > 0)
      return inconclusive(
        `Calls carry our traces, but requests of ${uneven[0]} differ in how many they caused, and nothing but the trace ties them: pass the query on to the dependency to have it proven`,
        { figures, notes },
      )
    const tie = provenCount === calls.length ? 'proven by a nonce' : 'by trace, times and counts'
    return pass(
      `All ${calls.length} calls at concurrency ${concurrency} carry the trace of the request that caused them (${tie}; fewer than ${percent(upperBoundOfNone(calls.length))} don't, with 95 %)`,
      { figures, notes },
    )
  },
})

function crossTalk({ lifetime, calls }: CausedCalls): Evidence[] {
  const mixed = calls.filter(
    ({ causedBy, saysItIsOf }) => causedBy !== undefined && saysItIsOf !== undefined && causedBy.id !== saysItIsOf.id,
  )
  const [first] = mixed
  if (first === undefined) return []
  const { call, causedBy, saysItIsOf } = first as Required<CausedCall>
  return [
    {
      says: `${mixed.length} of ${calls.length} calls carry the trace of another request: that to "${call.dependency}" which request ${causedBy.id} caused (by its nonce) has the trace of request ${saysItIsOf.id}`,
      seen: {
        lifetime: lifetime.id,
        from: causedBy.startedAt,
        to: causedBy.at,
        requests: [causedBy.id, saysItIsOf.id],
      },
    },
  ]
}

function missing({ lifetime, calls }: CausedCalls): Evidence[] {
  const bare = calls.filter(({ saysItIsOf }) => saysItIsOf === undefined)
  const [first] = bare
  if (first === undefined) return []
  const { call, causedBy } = first
  const what = call.traceId === undefined ? 'no traceparent' : `the trace id ${call.traceId}, which nobody sent`
  return [
    {
      says: `${bare.length} of ${calls.length} calls do not carry the trace of a request: ${call.method} to "${call.dependency}" has ${what}${causedBy === undefined ? '' : `; request ${causedBy.id} caused it`}`,
      seen: {
        lifetime: lifetime.id,
        from: call.at,
        to: call.at,
        requests: bare.flatMap((each) => each.causedBy?.id ?? []).slice(0, 20),
      },
    },
  ]
}

/** A call that begins before its request was sent, or after it was answered, is another's. */
function outOfTime({ lifetime, calls }: CausedCalls): Evidence[] {
  const late = calls.filter(
    ({ call, causedBy, saysItIsOf }) =>
      causedBy === undefined && saysItIsOf !== undefined && !isWhile(saysItIsOf, call.at),
  )
  const [first] = late
  if (first?.saysItIsOf === undefined || late.length <= UNEVEN_RATIO * calls.length) return []
  const { call, saysItIsOf } = first
  return [
    {
      says: `${late.length} of ${calls.length} calls carry the trace of a request that was not on its way at the time: the one to "${call.dependency}" began ${Math.round(call.at - saysItIsOf.at)} ms after request ${saysItIsOf.id} was answered`,
      seen: { lifetime: lifetime.id, from: saysItIsOf.startedAt, to: call.at, requests: [saysItIsOf.id] },
    },
  ]
}

function isWhile({ startedAt, at }: RequestEvent, moment: number): boolean {
  return moment >= startedAt && moment <= at
}

/**
 * Without a nonce: as many calls as there must be, and some requests have two of them and others none. That is what a
 * context in a shared variable looks like.
 */
function swapped(each: CausedCalls): Evidence[] {
  if (each.calls.some(({ causedBy }) => causedBy !== undefined)) return []
  return routeCounts(each).flatMap(({ path, usual, requests, fewer, more, total }) => {
    const isSwap =
      total === usual * requests.length &&
      fewer.length > 0 &&
      fewer.length + more.length > UNEVEN_RATIO * requests.length
    const [without] = fewer
    const [twice] = more
    if (!isSwap || without === undefined || twice === undefined) return []
    return [
      {
        says: `${requests.length} requests for ${path} caused ${total} calls, and yet ${fewer.length} of their traces have fewer than ${usual} and ${more.length} have more: calls carry the traces of other requests (request ${without.id} has none of its own, request ${twice.id} too many)`,
        seen: { lifetime: each.lifetime.id, from: without.startedAt, to: twice.at, requests: [without.id, twice.id] },
      },
    ]
  })
}

function unevenRoutes(each: CausedCalls): string[] {
  return routeCounts(each)
    .filter(({ fewer, more }) => fewer.length + more.length > 0)
    .map(({ path }) => path)
}

/** The parent of a call should be a span of a client: else the tree of the trace misses a step. */
function parentNotes({ lifetime, calls }: CausedCalls): string[] {
  const clients = new Set(
    eventsOf(lifetime, 'span')
      .filter(({ spanKind }) => spanKind === 'client')
      .map(({ spanId }) => spanId),
  )
  const ours = calls.filter(({ saysItIsOf }) => saysItIsOf !== undefined)
  const copied = ours.filter(({ call, saysItIsOf }) => call.parentSpanId === saysItIsOf?.trace?.spanId)
  const unknown = ours.filter(({ call }) => !clients.has(call.parentSpanId ?? '')).length - copied.length
  return [
    ...(copied.length > 0
      ? [
          `${copied.length} calls carry the header of their request as it came: the service itself is missing from the trace`,
        ]
      : []),
    ...(unknown > 0 ? [`${unknown} calls have a parent that is no span of a client that arrived`] : []),
  ]
}
