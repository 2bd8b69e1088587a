import { describeFailure, timelineOf } from '../history/views/describe-request.ts'
import type { FailedRequest } from '../history/views/failed-requests.ts'
import { idleConnectionsAt, requestsInFlightAt } from '../history/views/in-flight.ts'
import { phasesInWords, stopLosses, type StopLosses } from '../history/views/stop-losses.ts'
import { stoppedLifetimes, whatGoesOn, type StoppedLifetime } from '../history/views/stopped-lifetimes.ts'
import type { RequestEvent } from '../history/client-events.ts'
import { eventsOf } from '../history/lifetime.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { percent } from '../verdict/percent.ts'
import { upperBoundOfNone } from '../verdict/statistics/rule-of-three.ts'
import type { Evidence, Figure } from '../verdict/verdict.ts'

const MIN_IN_FLIGHT = 4
const MIN_IDLE = 5
const MIN_NEW = 10

/** The five ways in which a stop loses requests, each of which needs something else to be done. */
const PARTS = [
  { letter: 'a', name: 'new connections', figure: 'newConnections' },
  { letter: 'b', name: 'kept connections used again', figure: 'keptConnections' },
  { letter: 'c', name: 'slow requests in flight', figure: 'slow' },
  { letter: 'd', name: 'slow readers', figure: 'slowReaders' },
  { letter: 'e', name: 'dripped uploads', figure: 'uploads' },
] as const

type Part = (typeof PARTS)[number]['letter']

function partOf({ load, outcome, reuse }: RequestEvent): Part {
  if (outcome === 'refused') return 'a'
  if (load === 'slow') return 'c'
  if (load === 'slow-reader') return 'd'
  if (load === 'drip') return 'e'
  return reuse > 0 ? 'b' : 'a'
}

interface Cycle {
  readonly stopped: StoppedLifetime
  readonly losses: StopLosses
  /** What did not happen that has to for a PASS. */
  readonly missing: readonly string[]
}

export default defineTrial({
  id: 'STOP-01',
  slug: 'zero-failed-requests',
  claim: 'No request over HTTP/1.1 is lost while the service stops.',
  procedure:
    'Under load (kept connections, some idle and some busy; new connections; slow requests, slow readers, dripped uploads), with a wire delay, the service gets its stop signal. New connections go on coming for the endpoint lag, kept ones until the service closes them. No client retries. FAIL on any request that was refused, reset, cut off, timed out or answered with 5xx. PASS needs a stop with at least 4 requests in flight and 5 idle kept connections at the signal, and 10 new connections after it; with these, it says what share of failures n requests still allow with 95 %. What fails in the same way before the signal is not held against the stop.',
  seed: ['A1', 'P1'],
  remedy: {
    feature: 'the drain of createService() and seaworthy/register',
    page: 'guide/drain.md',
    change:
      'After the signal, go on accepting and answering with Connection: close until the load balancer has noticed, then close the listener, finish what is in flight, and exit.',
    rules: [],
  },
  voyages: ['stop-under-load'],
  isTiming: false,
  skipBecause: ({ protocol }) =>
    protocol.http1 ? undefined : 'The service does not speak HTTP/1.1; of HTTP/2, STOP-04 tells',
  judge: ({ facts, lifetimes }) => {
    const { stopped, problems } = stoppedLifetimes(lifetimes, facts)
    const cycles = stopped.map((each): Cycle => {
      return { stopped: each, losses: stopLosses(each, facts), missing: whatIsMissing(each) }
    })
    const sum = (pick: (losses: StopLosses) => readonly unknown[]): number =>
      cycles.reduce((total, { losses }) => total + pick(losses).length, 0)
    const lostCount = sum((losses) => losses.lost)
    const count = sum((losses) => losses.counted)
    const unsettled = sum((losses) => losses.unsettled)
    const details = { figures: figuresOf(cycles), notes: notesOf(sum, problems) }
    if (lostCount > 0) {
      const kinds = PARTS.map((part) => [part, lostOf(cycles, part.letter).length] as const).filter(([, n]) => n > 0)
      const says = `${lostCount} of ${count} requests were lost: ${kinds.map(([part, n]) => `${n} ${part.name}`).join(', ')}`
      return fail(says, { ...details, evidence: evidenceOf(cycles) })
    }
    const good = cycles.filter(({ missing }) => missing.length === 0)
    const bad = cycles.find(({ missing }) => missing.length > 0)
    if (good.length === 0) {
      return inconclusive(
        bad === undefined
          ? `Nothing can be said: ${problems.join('; ')}`
          : `No request was lost, but ${bad.missing.join(', and ')}`,
        details,
      )
    }
    const elsewise = sum((losses) => losses.elsewise)
    if (elsewise > 0 && elsewise * 20 > count) {
      return inconclusive(
        `${elsewise} of ${count} requests failed in ways that were seen before the signal, too: what the stop costs can't be told from it`,
        details,
      )
    }
    const settled = count - unsettled
    return pass(
      `0 of ${settled} requests were lost in ${cycles.length} ${cycles.length === 1 ? 'stop' : 'stops'}: at most ${percent(upperBoundOfNone(settled))} with 95 %`,
      {
        ...details,
        notes: [
          ...details.notes,
          ...(bad === undefined ? [] : [`In ${bad.stopped.lifetime.label}, ${bad.missing.join(', and ')}`]),
        ],
      },
    )
  },
})

function whatIsMissing(each: StoppedLifetime): string[] {
  const { lifetime, stop, wireDelayMs, endpointLagMs } = each
  const goesOn = whatGoesOn(each)
  if (goesOn !== undefined) return [`the service was never stopped: ${goesOn} (STOP-07)`]
  const inFlight = requestsInFlightAt(lifetime, stop.signalledAt, wireDelayMs).length
  const idle = idleConnectionsAt(lifetime, stop.signalledAt).length
  const fresh = eventsOf(lifetime, 'request').filter(
    ({ reuse, startedAt }) =>
      reuse === 0 && startedAt > stop.signalledAt && startedAt <= stop.signalledAt + endpointLagMs,
  ).length
  return [
    [inFlight, MIN_IN_FLIGHT, 'requests were in flight at the signal'] as const,
    [idle, MIN_IDLE, 'kept connections were idle at the signal'] as const,
    [fresh, MIN_NEW, 'new connections came after it'] as const,
  ]
    .filter(([seen, needed]) => seen < needed)
    .map(([seen, needed, what]) => `only ${seen} ${what}, and it takes ${needed}`)
}

function lostOf(cycles: readonly Cycle[], part: Part): FailedRequest[] {
  return cycles.flatMap(({ losses }) => losses.lost.filter(({ request }) => partOf(request) === part))
}

function evidenceOf(cycles: readonly Cycle[]): Evidence[] {
  const parts = PARTS.flatMap(({ letter, name }) =>
    cycles.flatMap(({ losses, stopped }): Evidence[] => {
      const lost = losses.lost.filter(({ request }) => partOf(request) === letter)
      const [first] = lost
      if (first === undefined) return []
      const of = losses.counted.filter((request) => partOf(request) === letter).length
      return [
        {
          says: `${stopped.lifetime.label}, ${letter}) ${name}: ${lost.length} of ${of} lost (${phasesInWords(lost)}); the first was ${describeFailure(first, stopped.stop)}`,
          seen: {
            lifetime: stopped.lifetime.id,
            from: first.request.startedAt,
            to: Math.max(...lost.map(({ request }) => request.at)),
            requests: lost.map(({ request }) => request.id),
          },
          lines: timelineOf(first, stopped.stop),
        },
      ]
    }),
  )
  return parts.toSorted((one, other) => (other.seen?.requests?.length ?? 0) - (one.seen?.requests?.length ?? 0))
}

function figuresOf(cycles: readonly Cycle[]): Figure[] {
  const counted = cycles.flatMap(({ losses }) => losses.counted)
  const lost = cycles.flatMap(({ losses }) => losses.lost)
  return [
    { name: 'requestCount', value: counted.length },
    { name: 'lostCount', value: lost.length },
    ...PARTS.flatMap(({ letter, figure }): Figure[] => {
      const all = counted.filter((request) => partOf(request) === letter).length
      const gone = lostOf(cycles, letter).length
      const word = all === 0 ? 'not tried' : gone > 0 ? 'FAIL' : 'PASS'
      return [
        { name: `${figure}Verdict`, value: word },
        { name: `${figure}Count`, value: all },
        { name: `${figure}LostCount`, value: gone },
      ]
    }),
    {
      name: 'inFlightAtSignal',
      value: Math.max(
        0,
        ...cycles.map(
          ({ stopped: { lifetime, stop, wireDelayMs } }) =>
            requestsInFlightAt(lifetime, stop.signalledAt, wireDelayMs).length,
        ),
      ),
    },
    {
      name: 'idleAtSignal',
      value: Math.max(
        0,
        ...cycles.map(({ stopped: { lifetime, stop } }) => idleConnectionsAt(lifetime, stop.signalledAt).length),
      ),
    },
  ]
}

function notesOf(
  sum: (pick: (losses: StopLosses) => readonly unknown[]) => number,
  problems: readonly string[],
): string[] {
  const notes: [number, string][] = [
    [
      sum((losses) => losses.retryable),
      'died on a reused connection and may be repeated by the client, which you allow',
    ],
    [
      sum((losses) => losses.unavoidable),
      'met the close of a connection that had been idle all the time since the signal, which HTTP/1.1 has no way to announce',
    ],
    [sum((losses) => losses.elsewise), 'failed before the signal, or in a way that was seen before it'],
    [sum((losses) => losses.afterLag), 'came later than a load balancer would send them, and are not counted'],
    [sum((losses) => losses.unsettled), 'were neither answered nor failed when the trial ended'],
  ]
  return [
    ...notes.filter(([count]) => count > 0).map(([count, what]) => `${count} requests ${what}`),
    ...problems.map((problem) => `Not judged: ${problem}`),
  ]
}
