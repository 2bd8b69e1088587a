import { eventsOf } from '../history/lifetime.ts'
import { describeFailure, sinceSignal, timelineOf } from '../history/views/describe-request.ts'
import { failedRequests } from '../history/views/failed-requests.ts'
import { requestsInFlightAt } from '../history/views/in-flight.ts'
import { stoppedLifetimes, type StoppedLifetime } from '../history/views/stopped-lifetimes.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { percent } from '../verdict/percent.ts'
import { upperBoundOfNone } from '../verdict/statistics/rule-of-three.ts'
import type { Evidence, Sighting } from '../verdict/verdict.ts'

const MIN_STREAMS = 1
const MIN_NEW_SESSIONS = 5
/** A stream that is on the wire when the GOAWAY comes is what it is about: it counts as in flight. */
const ON_THE_WIRE = 0

export default defineTrial({
  id: 'STOP-04',
  slug: 'http2-drains',
  claim: 'Over HTTP/2, sessions are led away by GOAWAY, and no stream and no new session is lost.',
  procedure:
    'Sessions with streams, and new sessions until the endpoint lag is over, while the service gets its stop signal. FAIL when a stream ends with an error, without an answer or with 5xx, when a new session is refused within the endpoint lag, or when a session that stood at the signal never got a GOAWAY. Streams that HTTP/2 itself says were not processed are safe to send again: counted, and no failure. PASS takes a stream in flight at the signal and 5 new sessions after it.',
  seed: ['A1'],
  remedy: {
    feature: 'the drain of HTTP/2 in createService() and seaworthy/register',
    page: 'guide/drain.md',
    change:
      'Keep the listener open until the load balancer has noticed, send each session a GOAWAY that names no last stream first, the final one a round trip later, and finish its streams.',
    rules: [],
  },
  voyages: ['stop-http2'],
  isTiming: false,
  skipBecause: ({ protocol }) => (protocol.h2c ? undefined : 'The service does not speak HTTP/2 without TLS'),
  judge: ({ facts, lifetimes }) => {
    const { stopped, problems } = stoppedLifetimes(lifetimes, facts)
    const cycles = stopped.map((each) => ({ each, seen: whatWasSeen(each), evidence: evidenceOf(each) }))
    const total = (pick: (seen: Seen) => number): number => cycles.reduce((sum, { seen }) => sum + pick(seen), 0)
    const figures = [
      { name: 'streamCount', value: total((seen) => seen.streams) },
      { name: 'refusedStreamCount', value: total((seen) => seen.refusedStreams) },
      { name: 'streamsInFlightAtSignal', value: total((seen) => seen.inFlight) },
      { name: 'newSessionCount', value: total((seen) => seen.newSessions) },
    ]
    const refused = total((seen) => seen.refusedStreams)
    const notes = [
      ...(refused > 0 ? [`${refused} streams were refused in a way that makes them safe to send again`] : []),
      ...problems.map((problem) => `Not judged: ${problem}`),
    ]
    const evidence = cycles.flatMap((cycle) => cycle.evidence)
    const [worst] = evidence
    if (worst !== undefined) return fail(worst.says, { evidence, figures, notes })
    const good = cycles.filter(({ seen }) => seen.missing.length === 0)
    if (good.length === 0) {
      const why = cycles[0]?.seen.missing ?? problems
      return inconclusive(`Nothing can be said: ${why.join('; ')}`, { figures, notes })
    }
    const streams = total((seen) => seen.streams)
    return pass(
      `All sessions got their GOAWAY, and 0 of ${streams} streams were lost: at most ${percent(upperBoundOfNone(streams))} with 95 %`,
      { figures, notes },
    )
  },
})

interface Seen {
  readonly streams: number
  readonly refusedStreams: number
  readonly inFlight: number
  readonly newSessions: number
  readonly missing: readonly string[]
}

function whatWasSeen({ lifetime, stop, endpointLagMs }: StoppedLifetime): Seen {
  const streams = eventsOf(lifetime, 'request').filter(({ protocol }) => protocol === 'h2')
  const inFlight = requestsInFlightAt(lifetime, stop.signalledAt, ON_THE_WIRE).filter(
    ({ protocol }) => protocol === 'h2',
  )
  const newSessions = eventsOf(lifetime, 'session').filter(
    ({ what, at }) =>
      (what === 'opened' || what === 'refused') && at > stop.signalledAt && at <= stop.signalledAt + endpointLagMs,
  )
  return {
    streams: streams.length,
    refusedStreams: streams.filter(({ outcome }) => outcome === 'refused-stream').length,
    inFlight: inFlight.length,
    newSessions: newSessions.length,
    missing: [
      ...(inFlight.length < MIN_STREAMS ? ['no stream was in flight at the signal'] : []),
      ...(newSessions.length < MIN_NEW_SESSIONS
        ? [`only ${newSessions.length} new sessions came after the signal, and it takes ${MIN_NEW_SESSIONS}`]
        : []),
    ],
  }
}

function evidenceOf(each: StoppedLifetime): Evidence[] {
  const { lifetime, stop, endpointLagMs } = each
  const { signalledAt } = stop
  const sessions = eventsOf(lifetime, 'session')
  const lost = failedRequests(lifetime, each).filter(
    ({ request, phase }) => request.protocol === 'h2' && phase !== 'before' && phase !== 'after-lag',
  )
  const [firstLost] = lost
  const refused = sessions.filter(
    ({ what, at }) => what === 'refused' && at > signalledAt && at <= signalledAt + endpointLagMs,
  )
  const [firstRefused] = refused
  const stood = sessionsAt(each)
  const untold = stood.filter((id) => !sessions.some((event) => event.id === id && event.what === 'goaway'))
  const at = (from: number, to: number, requests?: number[]): Sighting => {
    return { lifetime: lifetime.id, from, to, ...(requests === undefined ? {} : { requests }) }
  }
  return [
    ...(firstLost === undefined
      ? []
      : [
          {
            says: `${lifetime.label}: ${lost.length} streams were lost; the first was ${describeFailure(firstLost, stop)}`,
            seen: at(
              firstLost.request.startedAt,
              Math.max(...lost.map(({ request }) => request.at)),
              lost.map(({ request }) => request.id),
            ),
            lines: timelineOf(firstLost, stop),
          },
        ]),
    ...(firstRefused === undefined
      ? []
      : [
          {
            says: `${lifetime.label}: ${refused.length} new sessions were refused within the endpoint lag of ${endpointLagMs} ms, the first ${sinceSignal(firstRefused.at, stop)}`,
            seen: at(firstRefused.at, refused.at(-1)?.at ?? firstRefused.at),
          },
        ]),
    ...(untold.length === 0
      ? []
      : [
          {
            says: `${lifetime.label}: ${untold.length} of ${stood.length} sessions that stood at ${stop.signal} never got a GOAWAY`,
            seen: at(signalledAt, stop.exit?.at ?? signalledAt),
          },
        ]),
  ]
}

/** Sessions that stood at the signal, without those that the client ended by itself: they needed nothing. */
function sessionsAt({ lifetime, stop }: StoppedLifetime): number[] {
  const open = new Set<number>()
  for (const { id, what, at, by } of eventsOf(lifetime, 'session')) {
    if (what === 'opened' && at < stop.signalledAt) open.add(id)
    if (what === 'closed' && (at < stop.signalledAt || by === 'client')) open.delete(id)
  }
  return [...open]
}
