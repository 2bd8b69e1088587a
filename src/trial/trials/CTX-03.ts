import { eventsOf, type Lifetime, markedAt } from '../history/lifetime.ts'
import {
  ABORT_AFTER_MS,
  ABORTING_BEGAN,
  AFTERWARDS_BEGAN,
  AFTERWARDS_ENDED,
  DEPENDENCY_DELAY_MS,
  NOTICED_WITHIN_MS,
} from '../history/marks/cancellation.ts'
import { stoppedAt } from '../history/views/end-of-life.ts'
import { type GivenUpCall, givenUpCalls } from '../history/views/given-up-calls.ts'
import { describeOutcome, hasFailed } from '../history/views/request-success.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { percent } from '../verdict/percent.ts'
import { wilsonInterval } from '../verdict/statistics/wilson-interval.ts'
import type { Evidence } from '../verdict/verdict.ts'

/** Requests that were given up while the service waited for its dependency. */
const NEEDED_ABORTS = 10
/** A share of calls that are given up, too. */
const EXPECTED_RATIO = 0.5
/** What runtimes say of an error that nobody has handled. */
const UNHANDLED = /unhandled|uncaught/i

export default defineTrial({
  id: 'CTX-03',
  slug: 'cancellation-propagated',
  claim: 'When a client gives up, the service gives up what it asked its dependencies for that client.',
  procedure:
    `An HTTP dependency answers ${DEPENDENCY_DELAY_MS} ms late, and 20 clients go away after ${ABORT_AFTER_MS} ms. A call counts as given up when its connection is closed or its stream reset within ${NOTICED_WITHIN_MS} ms. ` +
    'It fails when the upper bound of their share (Wilson, 95 %) is below 50 %, when the aborts leave an unhandled error or end the process, or when requests afterwards fail; it passes when the lower bound is at least 50 %. ' +
    `Nobody can tell in between, or when fewer than ${NEEDED_ABORTS} of the requests had reached the dependency.`,
  seed: ['A4', 'A5'],
  remedy: {
    feature: 'signalOf(request): a signal that is aborted when the client goes away',
    page: 'guide/drain.md',
    change: 'Give every call to a dependency the signal of the request that it is made for.',
    rules: [],
  },
  voyages: ['cancellation'],
  isTiming: false,
  skipBecause: ({ dependencies }) =>
    dependencies.some(({ protocol }) => protocol === 'http')
      ? undefined
      : 'No HTTP dependency is declared (--dep name=VARIABLE): there is no call to give up',
  judge({ lifetimes }) {
    const calls = lifetimes.flatMap((lifetime) => givenUpCalls(lifetime).map((each) => ({ ...each, lifetime })))
    const cancelled = calls.filter(({ isCancelled }) => isCancelled)
    const { low, high } = wilsonInterval(cancelled.length, calls.length)
    const figures = [
      { name: 'abortedCount', value: calls.length },
      { name: 'cancelledRatio', value: calls.length === 0 ? 0 : cancelled.length / calls.length, low, high },
    ]
    const damage = lifetimes.flatMap((lifetime) => [
      ...ended(lifetime),
      ...unhandled(lifetime),
      ...afterwards(lifetime),
    ])
    const [first] = damage
    if (first !== undefined) return fail(first.says, { evidence: damage, figures })
    if (calls.length < NEEDED_ABORTS)
      return inconclusive(
        `Only ${calls.length} requests were given up while the service waited for its dependency; it takes ${NEEDED_ABORTS}`,
        { figures },
      )
    const says = `${cancelled.length} of ${calls.length} calls were given up within ${NOTICED_WITHIN_MS} ms of their client (${percent(low)} to ${percent(high)} with 95 %)`
    if (high < EXPECTED_RATIO)
      return fail(`The service works on for clients that have gone: ${says}`, {
        figures,
        evidence: calls.filter(({ isCancelled }) => !isCancelled).map((call) => workedOn(call)),
      })
    if (low < EXPECTED_RATIO) return inconclusive(`${says}: neither most nor few`, { figures })
    return pass(says, { figures })
  },
})

function workedOn({ request, call, lifetime }: GivenUpCall & { readonly lifetime: Lifetime }): Evidence {
  const end = call.answeredAt ?? call.cancelledAt
  const what = end === undefined ? 'was never given up' : `went on for ${Math.round(end - request.at)} ms`
  return {
    says: `Request ${request.id} was given up by its client, and the call to "${call.dependency}" ${what}`,
    seen: { lifetime: lifetime.id, from: request.startedAt, to: end ?? request.at, requests: [request.id] },
  }
}

/** Only what happened after the first abort, and before we stopped the service. */
function ended(lifetime: Lifetime): Evidence[] {
  const from = markedAt(lifetime, ABORTING_BEGAN) ?? Infinity
  const exit = eventsOf(lifetime, 'exited').find(({ at }) => at >= from)
  const isByUs = eventsOf(lifetime, 'signal').some(({ at }) => at <= (exit?.at ?? 0))
  if (exit === undefined || isByUs) return []
  return [
    {
      says: `The process ended (code ${exit.code ?? 'none'}, signal ${exit.signal ?? 'none'}) after clients had gone away`,
      seen: { lifetime: lifetime.id, from, to: exit.at },
    },
  ]
}

function unhandled(lifetime: Lifetime): Evidence[] {
  const from = markedAt(lifetime, ABORTING_BEGAN) ?? Infinity
  const to = stoppedAt(lifetime)
  const lines = eventsOf(lifetime, 'output').filter(({ at, line }) => at >= from && at <= to && UNHANDLED.test(line))
  const [first] = lines
  if (first === undefined) return []
  return [
    {
      says: `${lines.length} lines tell of an unhandled error after clients had gone away`,
      seen: { lifetime: lifetime.id, from: first.at, to: lines.at(-1)?.at ?? first.at },
      lines: lines.slice(0, 3).map(({ line }) => line.slice(0, 200)),
    },
  ]
}

function afterwards(lifetime: Lifetime): Evidence[] {
  const from = markedAt(lifetime, AFTERWARDS_BEGAN) ?? Infinity
  const to = markedAt(lifetime, AFTERWARDS_ENDED) ?? Infinity
  const requests = eventsOf(lifetime, 'request').filter(({ startedAt, at }) => startedAt >= from && at <= to)
  const failed = requests.filter((request) => hasFailed(request))
  const [first] = failed
  if (first === undefined) return []
  return [
    {
      says: `${failed.length} of ${requests.length} requests failed after clients had gone away, though the dependency was fast again; request ${first.id} was ${describeOutcome(first)}`,
      seen: {
        lifetime: lifetime.id,
        from: first.startedAt,
        to: failed.at(-1)?.at ?? first.at,
        requests: failed.slice(0, 20).map(({ id }) => id),
      },
    },
  ]
}
