import type { DependencyFact, Facts } from '../facts.ts'
import type { RequestEvent } from '../history/client-events.ts'
import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { signalledAt } from '../history/views/end-of-life.ts'
import { type FirstReady, firstReady } from '../history/views/first-ready.ts'
import { describeOutcome, hasFailed, isBusiness } from '../history/views/request-success.ts'
import { defineTrial } from '../trial.ts'
import { counted } from '../verdict/counted.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { upperBoundOfNone } from '../verdict/statistics/rule-of-three.ts'
import type { Evidence } from '../verdict/verdict.ts'

/** So many requests have to fall into so long a time after "ready", or nothing was tried. */
const NEEDED_REQUESTS = 5
const WINDOW_MS = 500

/** Protocols that a service connects with before it can work; over HTTP nothing need be open between two requests. */
const CONNECTED_FIRST: ReadonlySet<DependencyFact['protocol']> = new Set([
  'postgresql',
  'mysql',
  'redis',
  'amqp',
  'mongodb',
  'nats',
  'kafka',
])

export default defineTrial({
  id: 'START-01',
  slug: 'ready-means-ready',
  claim: 'From the moment the service calls itself ready, its requests succeed.',
  procedure:
    'The service is started several times, once with a dependency that answers late. From its first moment the readiness probe and a request are sent every 20 ms, each on a fresh connection. ' +
    'It fails when a request that was sent after the first success of the probe (without a probe: after the port opened) gets no answer, or one of 500 and above; or when the service was ready before a declared database or broker had been connected to. ' +
    `With fewer than ${NEEDED_REQUESTS} requests within ${WINDOW_MS} ms after that moment, nobody can tell.`,
  seed: ['P1', 'P2'],
  remedy: {
    feature: 'createService(): ready only when every listener is bound and every check has run once',
    page: 'guide/health-checks.md',
    change: 'Let readiness answer 200 only after everything that a request needs was opened and tried.',
    rules: [],
  },
  voyages: ['starts'],
  isTiming: false,
  judge({ facts, lifetimes }) {
    const starts = lifetimes.map((lifetime) => lookAt(lifetime, facts))
    const broken = starts.flatMap(({ evidence }) => evidence)
    const tried = starts.filter(({ ready }) => ready !== undefined)
    const afterReady = tried.reduce((sum, { afterReadyCount }) => sum + afterReadyCount, 0)
    const figures = [
      { name: 'startCount', value: tried.length },
      { name: 'requestsAfterReady', value: afterReady },
      { name: 'requestsWithin500Ms', value: Math.min(...tried.map(({ soonCount }) => soonCount), Infinity) },
    ].filter(({ value }) => Number.isFinite(value))
    const notes = [...new Set(starts.flatMap(({ notes }) => notes))]
    if (broken.length > 0) return fail(broken[0]?.says ?? '', { evidence: broken, figures, notes })
    if (tried.length === 0)
      return inconclusive('The service never became ready in any of its starts', { figures, notes })
    const thin = tried.find(({ soonCount }) => soonCount < NEEDED_REQUESTS)
    if (thin !== undefined)
      return inconclusive(
        `Only ${thin.soonCount} requests fell within ${WINDOW_MS} ms after "ready" in "${thin.lifetime.label}"; it takes ${NEEDED_REQUESTS}`,
        { figures, notes },
      )
    return pass(
      `None of ${afterReady} requests after "ready" failed in ${counted(tried.length, 'start')} (fewer than ${percent(upperBoundOfNone(afterReady))} fail, with 95 %)`,
      { figures, notes },
    )
  },
})

interface Start {
  readonly lifetime: Lifetime
  readonly ready: FirstReady | undefined
  readonly afterReadyCount: number
  readonly soonCount: number
  readonly evidence: readonly Evidence[]
  readonly notes: readonly string[]
}

function lookAt(lifetime: Lifetime, facts: Facts): Start {
  const ready = firstReady(lifetime, facts)
  if (ready === undefined)
    return {
      lifetime,
      ready,
      afterReadyCount: 0,
      soonCount: 0,
      evidence: [],
      notes: [`The service did not become ready in "${lifetime.label}"`],
    }
  const until = signalledAt(lifetime)
  const after = eventsOf(lifetime, 'request').filter(
    (request) =>
      isBusiness(request) && request.startedAt > ready.at && request.startedAt < until && isSettled(request, until),
  )
  const failed = after.filter(hasFailed)
  const undialled = facts.dependencies.filter((dependency) => !wasConnected(lifetime, dependency, ready.at))
  return {
    lifetime,
    ready,
    afterReadyCount: after.length,
    soonCount: after.filter(({ startedAt }) => startedAt <= ready.at + WINDOW_MS).length,
    evidence: [
      ...(failed.length === 0 ? [] : [failedEvidence(lifetime, ready, after.length, failed)]),
      ...undialled
        .filter(({ protocol }) => CONNECTED_FIRST.has(protocol))
        .map(({ name }) => ({
          says: `Ready ${Math.round(ready.afterMs)} ms after its start without ever having connected to "${name}" ("${lifetime.label}")`,
          seen: { lifetime: lifetime.id, from: 0, to: ready.at },
        })),
    ],
    notes: undialled
      .filter(({ protocol }) => !CONNECTED_FIRST.has(protocol))
      .map(({ name }) => `Ready before "${name}" had been connected to: whether it works was not known by then`),
  }
}

/** What the stop cut off says nothing of the start. */
function isSettled(request: RequestEvent, signalledAt: number): boolean {
  return request.outcome !== 'unsettled' && (request.outcome === 'answered' || request.at < signalledAt)
}

function failedEvidence(
  { id, label }: Lifetime,
  ready: FirstReady,
  count: number,
  failed: readonly RequestEvent[],
): Evidence {
  const [first] = failed as [RequestEvent]
  const said = ready.by === 'probe' ? 'it said that it was ready' : 'its port had opened'
  return {
    says: `${failed.length} of ${count} requests failed after ${said} in "${label}"; the first was ${describeOutcome(first)}, sent ${Math.round(first.startedAt - ready.at)} ms after that`,
    seen: {
      lifetime: id,
      from: ready.at,
      to: failed.at(-1)?.at ?? first.at,
      requests: failed.slice(0, 20).map(({ id }) => id),
    },
  }
}

function wasConnected(lifetime: Lifetime, { name }: DependencyFact, before: number): boolean {
  return eventsOf(lifetime, 'dependency').some(
    ({ dependency, what, at }) => dependency === name && what === 'connected' && at <= before,
  )
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(2)} %`
}
