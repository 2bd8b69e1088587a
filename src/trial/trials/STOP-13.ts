import { eventsOf } from '../history/lifetime.ts'
import { isSentByTimer, lateAnswersOf, NEEDED_LATE, silenceWords, tooFewLate } from '../history/views/answered-late.ts'
import { sinceSignal } from '../history/views/describe-request.ts'
import { type LogChannel, requestLog } from '../history/views/logged-requests.ts'
import { stoppedLifetimes, whatGoesOn, type StoppedLifetime } from '../history/views/stopped-lifetimes.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass, skip } from '../verdict/make-verdict.ts'
import { percent } from '../verdict/percent.ts'
import type { Evidence } from '../verdict/verdict.ts'

const LAST_COUNT = NEEDED_LATE
/** So many of the first requests have to have their lines, or the service doesn't log every request. */
const MIN_EARLY_SHARE = 0.95
const EARLY_SHARE = 0.25
const MIN_EARLY = 10
/** What a pipe holds on Linux: until it is full, nobody waits for its reader. */
const PIPE_BYTES = 64 * 1024

const CHANNELS: Readonly<Record<LogChannel, string>> = { stdout: 'standard output', otlp: 'OTLP' }

interface Channel {
  readonly channel: LogChannel
  /** Whether the first requests have their lines, so that the last ones should. */
  readonly isPerRequest: boolean
  readonly missingOfLast: number
  readonly missingCount: number
  readonly count: number
  /** Lines that may be those of the requests that seem to have none. */
  readonly namelessCount?: number
  readonly evidence?: Evidence
}

export default defineTrial({
  id: 'STOP-13',
  slug: 'no-logs-lost-at-exit',
  claim: 'The lines of the last requests are written before the service ends, also where its output is read slowly.',
  procedure:
    'Standard output is a pipe that is read a little at a time until 150 ms after the listener has closed: then its reader catches up. The lines that name the trace id (or the unique text) of each answered request are looked for, on standard output and in OTLP. Where 95 % of the first quarter of the requests have theirs, the last 20 must have theirs, too: FAIL on one that is missing. PASS takes 20 requests that were answered in the last 2 s before the end; of a service that was silent for 4.5 s or more before its end, 20 in the last 2 s before its last answer. SKIP for a service that does not log every request with its trace id.',
  seed: ['A1', 'P3'],
  remedy: {
    feature: 'the logger of the runtime, and the phase flush of the shutdown of createService()',
    page: 'guide/logging.md',
    change:
      'Before the process ends, wait until standard output has taken everything: process.exit() drops what a pipe has not.',
    rules: [],
  },
  voyages: ['stop-slow-output'],
  isTiming: false,
  judge: ({ facts, lifetimes }) => {
    const { stopped, problems } = stoppedLifetimes(lifetimes, facts)
    const channels = stopped.flatMap((each) =>
      (Object.keys(CHANNELS) as LogChannel[]).map((channel) => ({ each, ...channelOf(each, channel) })),
    )
    const watched = channels.filter(({ isPerRequest }) => isPerRequest)
    const figures = watched.flatMap(({ channel, missingCount, count }) => [
      { name: `${channel}MissingCount`, value: missingCount },
      { name: `${channel}AnsweredCount`, value: count },
    ])
    const evidence = watched.flatMap(({ evidence }) => (evidence === undefined ? [] : [evidence]))
    const [worst] = evidence
    if (worst !== undefined) return fail(worst.says, { evidence, figures })
    const nameless = watched.find(({ namelessCount }) => namelessCount !== undefined)
    if (nameless !== undefined) {
      const { missingCount, count, channel, namelessCount } = nameless
      return inconclusive(
        `${missingCount} of ${count} requests have no line in ${CHANNELS[channel]} that names them, and ${namelessCount} lines name no request: they may be theirs (CTX-05)`,
        { figures },
      )
    }
    const missing = stopped.flatMap((each) => whatIsMissing(each))
    if (stopped.length === 0 || missing.length === stopped.length)
      return inconclusive(`Nothing can be said: ${[...missing, ...problems].join('; ')}`, { figures })
    if (watched.length === 0) {
      return skip(
        'The service does not write a line for each request that names its trace id, neither to standard output nor to OTLP (CTX-05)',
      )
    }
    const names = [...new Set(watched.map(({ channel }) => CHANNELS[channel]))].join(' and ')
    return pass(`The last ${LAST_COUNT} answered requests have their lines in ${names}`, {
      figures,
      notes: [
        ...watched
          .filter(({ missingCount }) => missingCount > 0)
          .map(
            ({ channel, missingCount, count }) =>
              `${missingCount} of ${count} requests have no line in ${CHANNELS[channel]}, none of them among the last`,
          ),
        ...stopped.flatMap((each) => [...noteOnPipe(each), ...noteOnSilence(each)]),
        ...[...missing, ...problems].map((problem) => `Not judged: ${problem}`),
      ],
    })
  },
})

function whatIsMissing(each: StoppedLifetime): string[] {
  const { lifetime, stop } = each
  const { label } = lifetime
  const goesOn = whatGoesOn(each)
  if (goesOn !== undefined) return [`${label}: the service was never stopped: ${goesOn} (STOP-07)`]
  if (stop.killedAt !== undefined) return [`${label}: the service had to be killed (STOP-06)`]
  const late = lateAnswersOf(lifetime)
  return late.count >= NEEDED_LATE || isSentByTimer(late) ? [] : [`${label}: ${tooFewLate(late)}`]
}

function noteOnSilence({ lifetime }: StoppedLifetime): string[] {
  const late = lateAnswersOf(lifetime)
  return isSentByTimer(late) ? [`${lifetime.label}: ${silenceWords(late)}`] : []
}

function channelOf({ lifetime, stop }: StoppedLifetime, channel: LogChannel): Channel {
  const { requests: logged, namelessCount } = requestLog(lifetime, channel, EARLY_SHARE)
  const early = logged.slice(0, Math.floor(logged.length * EARLY_SHARE))
  const earlyShare = early.filter(({ isLogged }) => isLogged).length / Math.max(1, early.length)
  const last = logged.slice(-LAST_COUNT)
  const missing = logged.filter(({ isLogged }) => !isLogged)
  const missingOfLast = last.filter(({ isLogged }) => !isLogged)
  const [first] = missing
  const base = {
    channel,
    isPerRequest: early.length >= MIN_EARLY && earlyShare >= MIN_EARLY_SHARE,
    missingOfLast: missingOfLast.length,
    missingCount: missing.length,
    count: logged.length,
  }
  if (missingOfLast.length === 0 || first === undefined) return base
  // Lines came, and don't say whose they are: nothing shows that one was lost.
  if (namelessCount * 2 >= missing.length) return { ...base, namelessCount }
  return {
    ...base,
    evidence: {
      says: `${lifetime.label}: ${missingOfLast.length} of the last ${last.length} answered requests have no line in ${CHANNELS[channel]} that names them, ${missing.length} of ${logged.length} in all; the first of them was answered ${sinceSignal(first.request.at, stop)} (of the first requests, ${percent(earlyShare)} have theirs)`,
      seen: {
        lifetime: lifetime.id,
        from: first.request.at,
        to: stop.exit?.at ?? first.request.at,
        requests: missing.map(({ request }) => request.id),
      },
    },
  }
}

function noteOnPipe({ lifetime }: StoppedLifetime): string[] {
  const bytes = eventsOf(lifetime, 'output').reduce(
    (sum, { line, droppedBytes }) => sum + line.length + 1 + (droppedBytes ?? 0),
    0,
  )
  return bytes < PIPE_BYTES
    ? [`The service wrote ${bytes} bytes, less than a pipe holds: with more, what happens at its end may be another`]
    : []
}
