import type { Facts } from '../facts.ts'
import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { lastLines } from '../history/views/exits.ts'
import { howItEnded, type Ending } from '../history/views/how-it-ended.ts'
import { requestsInFlightAt } from '../history/views/in-flight.ts'
import { describeOutcome, hasFailed, hasSucceeded } from '../history/views/request-success.ts'
import { stopLosses } from '../history/views/stop-losses.ts'
import { stoppedLifetimes, type StoppedLifetime } from '../history/views/stopped-lifetimes.ts'
import { defineTrial } from '../trial.ts'
import { counted } from '../verdict/counted.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence, Figure } from '../verdict/verdict.ts'

const MIN_IN_FLIGHT = 2
/** After SIGHUP, before "it goes on" is believed. */
const MIN_ANSWERED = 5
const MIN_WATCHED_MS = 1000

export default defineTrial({
  id: 'STOP-15',
  slug: 'other-signals',
  claim: 'SIGINT stops the service as its stop signal does, and SIGHUP does not kill it.',
  procedure:
    'Under light load with slow requests in flight, one life gets the stop signal, one SIGINT, and one SIGHUP. FAIL when one of the first two ends the service in order (by itself, in time, with an accepted code, without cutting what is in flight) and the other does not; and when SIGHUP kills it, ends it with a code that is not accepted, cuts requests, or leaves it unable to answer. Whoever goes on after SIGHUP, reloaded or not, passes; an end in order is noted. ' +
    `PASS takes ${MIN_IN_FLIGHT} requests in flight at each signal, and ${MIN_ANSWERED} answers after SIGHUP where the service goes on. With another stop signal than SIGTERM, SIGINT may mean something else and is not tried.`,
  seed: ['P1', 'P6'],
  remedy: {
    feature: 'the shutdown of createService(), and its reload on SIGHUP',
    page: 'guide/shutdown.md',
    change:
      'Handle SIGINT and SIGTERM by the same function, and install a handler for SIGHUP that reloads, ignores it, or stops in order.',
    rules: [],
  },
  voyages: ['other-signals'],
  isExtra: true,
  isTiming: false,
  skipBecause: ({ stopSignal }) =>
    stopSignal === 'SIGHUP' ? 'SIGHUP is the signal by which this service is stopped' : undefined,
  judge: ({ facts, lifetimes }) => {
    const lived = (signal: NodeJS.Signals): Lifetime | undefined =>
      lifetimes.find(({ settings }) => settings['signal'] === signal)
    const findings = [
      hangup(lived('SIGHUP'), facts),
      ...(facts.stopSignal === 'SIGTERM' ? [alike(lived('SIGTERM'), lived('SIGINT'), facts)] : []),
    ]
    const evidence = findings.flatMap((finding) => finding.evidence ?? [])
    const figures = findings.flatMap((finding) => finding.figures ?? [])
    const notes = findings.flatMap((finding) => finding.note ?? [])
    if (facts.stopSignal !== 'SIGTERM')
      notes.push(`SIGINT was not compared: the stop signal is ${facts.stopSignal}, not SIGTERM`)
    const [worst] = evidence
    if (worst !== undefined) return fail(worst.says, { evidence, figures, notes })
    const problems = findings.flatMap((finding) => finding.problem ?? [])
    if (problems.length > 0) return inconclusive(`Nothing can be said: ${problems.join('; ')}`, { figures, notes })
    return pass(findings.flatMap((finding) => finding.good ?? []).join(', and '), { figures, notes })
  },
})

interface Finding {
  readonly evidence?: Evidence
  /** Why nobody can tell. */
  readonly problem?: string
  /** What was seen that is as it should be. */
  readonly good?: string
  readonly note?: string
  readonly figures?: readonly Figure[]
}

/** Whether both signals end it in the same way. */
function alike(main: Lifetime | undefined, other: Lifetime | undefined, facts: Facts): Finding {
  if (main === undefined || other === undefined) return { problem: 'not both signals were sent' }
  const [one, two] = [lookAtStop(main, facts), lookAtStop(other, facts)]
  for (const { problem } of [one, two]) if (problem !== undefined) return { problem }
  const figures = [one, two].flatMap(({ tookMs, label }): Figure[] =>
    tookMs === undefined ? [] : [{ name: `${label === 'SIGINT' ? 'int' : 'term'}ExitMs`, value: Math.round(tookMs) }],
  )
  const [bad, good] = two.isGood ? [one, two] : [two, one]
  if (bad.isGood) {
    const note = two.lateCount > 0 && one.lateCount === 0 ? { note: lateNote(two, one) } : {}
    return { good: `${two.label} ends it as ${one.label} does`, figures, ...note }
  }
  if (!good.isGood)
    return { problem: `${one.label} does not end it as it should either: ${one.says} (STOP-06, STOP-01)`, figures }
  return {
    figures,
    evidence: {
      says: `After ${bad.label}, ${bad.says}; after ${good.label}, ${good.says}`,
      seen: { lifetime: bad.lifetime.id, from: bad.signalledAt, to: bad.endedAt, requests: bad.cut },
      lines: lastLines(bad.lifetime),
    },
  }
}

function lateNote(two: StopLook, one: StopLook): string {
  return `${counted(two.lateCount, 'request')} sent after ${two.label} failed, and none after ${one.label}: it leaves sooner there`
}

interface StopLook {
  readonly label: string
  readonly lifetime: Lifetime
  readonly signalledAt: number
  readonly endedAt: number
  readonly isGood: boolean
  readonly says: string
  /** Requests in flight at the signal that were lost, by their ids. */
  readonly cut: readonly number[]
  /** Lost requests that were sent after the signal: a client at a terminal is not waited for everywhere. */
  readonly lateCount: number
  readonly tookMs?: number
  readonly problem?: string
}

function lookAtStop(lifetime: Lifetime, facts: Facts): StopLook {
  const { label } = lifetime
  const stopped = stoppedLifetimes([lifetime], facts).stopped[0]
  const ending = howItEnded(lifetime, facts)
  const base = { label, lifetime, signalledAt: 0, endedAt: 0, isGood: false, says: '', cut: [], lateCount: 0 }
  if (stopped === undefined || ending.kind === 'unknown') {
    const why = ending.kind === 'unknown' ? ending.why : 'it had ended before the signal'
    return { ...base, problem: `${label}: ${why}` }
  }
  const inFlight = inFlightCount(stopped)
  if (inFlight < MIN_IN_FLIGHT) return { ...base, problem: tooFew(label, inFlight) }
  const { lost } = stopLosses(stopped, facts)
  const cut = lost.filter(({ phase }) => phase === 'in-flight').map(({ request }) => request.id)
  const { signalledAt, exit, killedAt } = stopped.stop
  return {
    ...base,
    signalledAt,
    endedAt: exit?.at ?? killedAt ?? signalledAt,
    isGood: ending.kind === 'good' && cut.length === 0,
    says: describeEnding(ending, cut.length),
    cut,
    lateCount: lost.length - cut.length,
    ...(ending.tookMs === undefined ? {} : { tookMs: ending.tookMs }),
  }
}

/** What became of the service and its requests at SIGHUP. */
function hangup(lifetime: Lifetime | undefined, facts: Facts): Finding {
  const signals = lifetime === undefined ? [] : eventsOf(lifetime, 'signal')
  const hangupAt = signals.find(({ signal }) => signal === 'SIGHUP')?.at
  if (lifetime === undefined || hangupAt === undefined)
    return { problem: 'SIGHUP was not sent: the process had ended before' }
  const [stopped] = stoppedLifetimes([lifetime], facts).stopped
  if (stopped === undefined) return { problem: 'the process had ended before SIGHUP' }
  const inFlight = inFlightCount(stopped)
  const [exit] = eventsOf(lifetime, 'exited')
  const nextAt = signals.find(({ at, signal }) => at > hangupAt && signal !== 'SIGHUP')?.at ?? Infinity
  if (exit !== undefined && exit.at < nextAt) return endedByHangup(stopped, inFlight, facts)
  if (inFlight < MIN_IN_FLIGHT) return { problem: tooFew('SIGHUP', inFlight) }
  const until = Math.min(nextAt, lifetime.events.at(-1)?.at ?? hangupAt)
  const requests = eventsOf(lifetime, 'request')
  if (requests.some((request) => request.at <= hangupAt && hasFailed(request)))
    return { problem: 'requests failed before SIGHUP already' }
  const failed = requests.filter((request) => request.at > hangupAt && request.at < until && hasFailed(request))
  const [first] = failed
  if (first !== undefined)
    return {
      evidence: {
        says: `The process went on after SIGHUP, and ${counted(failed.length, 'request')} failed; the first was ${describeOutcome(first)} ${Math.round(first.at - hangupAt)} ms after it`,
        seen: { lifetime: lifetime.id, from: hangupAt, to: until, requests: failed.slice(0, 20).map(({ id }) => id) },
        lines: lastLines(lifetime),
      },
    }
  const answered = requests.filter(
    (request) => request.startedAt > hangupAt && request.at < until && hasSucceeded(request),
  ).length
  if (answered < MIN_ANSWERED || until - hangupAt < MIN_WATCHED_MS)
    return {
      problem: `only ${counted(answered, 'answer')} came in the ${Math.round(until - hangupAt)} ms after SIGHUP, and it takes ${MIN_ANSWERED} and ${MIN_WATCHED_MS} ms`,
    }
  return {
    good: `It goes on after SIGHUP, with ${counted(answered, 'answer')}`,
    figures: [{ name: 'answeredAfterHangup', value: answered }],
  }
}

function endedByHangup(stopped: StoppedLifetime, inFlight: number, facts: Facts): Finding {
  const { lifetime, stop } = stopped
  const ending = howItEnded(lifetime, facts)
  if (ending.kind === 'unknown') return { problem: `SIGHUP: ${ending.why}` }
  const cut = stopLosses(stopped, facts).lost.filter(({ phase }) => phase === 'in-flight')
  if (ending.kind === 'good' && cut.length === 0) {
    if (inFlight < MIN_IN_FLIGHT) return { problem: tooFew('SIGHUP', inFlight) }
    return {
      good: 'SIGHUP ends it in order',
      note: `SIGHUP ends it with code ${ending.code} after ${Math.round(ending.tookMs)} ms, in order: whoever means "reload" by it should know`,
    }
  }
  return {
    evidence: {
      says: `After SIGHUP, ${describeEnding(ending, cut.length)}`,
      seen: {
        lifetime: lifetime.id,
        from: stop.signalledAt,
        to: stop.exit?.at ?? stop.signalledAt,
        requests: cut.map(({ request }) => request.id),
      },
      lines: lastLines(lifetime),
    },
  }
}

function describeEnding(ending: Exclude<Ending, { kind: 'unknown' }>, cutCount: number): string {
  const how =
    ending.kind === 'bad' ? ending.why : `it exited with code ${ending.code} after ${Math.round(ending.tookMs)} ms`
  return cutCount === 0 ? how : `${how}, and cut ${counted(cutCount, 'request')} in flight`
}

function inFlightCount({ lifetime, stop, wireDelayMs }: StoppedLifetime): number {
  return requestsInFlightAt(lifetime, stop.signalledAt, wireDelayMs).length
}

function tooFew(signal: string, inFlight: number): string {
  return `only ${counted(inFlight, 'request')} ${inFlight === 1 ? 'was' : 'were'} in flight at ${signal}, and it takes ${MIN_IN_FLIGHT}`
}
