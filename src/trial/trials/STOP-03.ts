import type { RequestEvent } from '../history/client-events.ts'
import { eventsOf } from '../history/lifetime.ts'
import { sinceSignal } from '../history/views/describe-request.ts'
import { stoppedLifetimes, type StoppedLifetime } from '../history/views/stopped-lifetimes.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { percent } from '../verdict/percent.ts'
import { wilsonInterval } from '../verdict/statistics/wilson-interval.ts'

const MIN_SHARE = 0.95
const MIN_ANSWERS = 5
/** A busy machine may hand the signal over late: so long, what was answered before the first sign of it does not count. */
const NOTICES_WITHIN_MS = 250
/** A close that belongs to an answer follows it at once; a later one is another decision. */
const CLOSE_FOLLOWS_MS = 100

export default defineTrial({
  id: 'STOP-03',
  slug: 'kept-connections-are-told',
  claim: 'Clients that keep their connections are told to go before the service closes them.',
  procedure:
    'Of the answers over kept connections of HTTP/1.1 to requests that were sent after the signal (where the service noticed it late, from the first sign of it on, at most 250 ms later): the share that said Connection: close, or after which the service closed the connection at once. FAIL below 95 %: those clients come back on a connection that is about to die. PASS takes at least 5 such answers. For HTTP/2 see STOP-04.',
  seed: ['P1'],
  remedy: {
    feature: 'the drain of createService() and seaworthy/register, which says it on every answer',
    page: 'guide/drain.md',
    change: 'From the signal on, set Connection: close on every answer.',
    rules: [],
  },
  voyages: ['stop-under-load'],
  isTiming: false,
  skipBecause: ({ protocol }) =>
    protocol.http1
      ? undefined
      : 'The service does not speak HTTP/1.1; over HTTP/2 sessions are led away by GOAWAY, which STOP-04 judges',
  judge: ({ facts, lifetimes }) => {
    const { stopped, problems } = stoppedLifetimes(lifetimes, facts)
    const answers = stopped.flatMap((each) => answersAfter(each).map((request) => ({ each, request })))
    const untold = answers.filter(({ each, request }) => !wasTold(request, each))
    const toldCount = answers.length - untold.length
    const share = answers.length === 0 ? 1 : toldCount / answers.length
    const { low, high } = wilsonInterval(toldCount, answers.length)
    const figures = [
      { name: 'answerCount', value: answers.length },
      { name: 'toldRatio', value: share, low, high },
    ]
    const words = `${toldCount} of ${answers.length} answers over kept connections after the signal said that the connection ends`
    const [first] = untold
    if (answers.length < MIN_ANSWERS) {
      const why =
        problems.length > 0 && stopped.length === 0
          ? problems.join('; ')
          : `${words}, and it takes ${MIN_ANSWERS} answers`
      return inconclusive(`Nothing can be said: ${why}`, { figures })
    }
    if (share < MIN_SHARE && first !== undefined) {
      return fail(`${words} (${percent(share)}, and it takes ${percent(MIN_SHARE)})`, {
        figures,
        evidence: untold.slice(0, 20).map(({ each: { lifetime, stop }, request }) => ({
          says: `${lifetime.label}: request ${request.id} was answered ${sinceSignal(request.at, stop)} over connection ${request.connection} without Connection: close, and the connection stayed open`,
          seen: { lifetime: lifetime.id, from: request.startedAt, to: request.at, requests: [request.id] },
        })),
      })
    }
    return pass(words, { figures, notes: problems.map((problem) => `Not judged: ${problem}`) })
  },
})

/** Over connections that a client wanted to keep, to requests that were sent when the service could know of the signal. */
function answersAfter(each: StoppedLifetime): RequestEvent[] {
  const { lifetime, stop, wireDelayMs } = each
  const { signalledAt } = stop
  const noticedAt = Math.min(firstSignAt(each) - 2 * wireDelayMs, signalledAt + NOTICES_WITHIN_MS)
  const from = Math.max(signalledAt, noticedAt)
  // By when it was sent, and not by when we heard of its answer, which may be late because we are.
  // What was told before that counts as told: somebody had noticed.
  return eventsOf(lifetime, 'request').filter(
    (request) =>
      isOverKept(request) && request.startedAt >= signalledAt && (request.startedAt >= from || wasTold(request, each)),
  )
}

/** When a client could first see that the service knows of the signal; for ever later when it never could. */
function firstSignAt({ lifetime, stop, wireDelayMs }: StoppedLifetime): number {
  const { signalledAt, listenerClosed } = stop
  const told = eventsOf(lifetime, 'request').filter(
    (request) => isOverKept(request) && request.saidClose && request.at >= signalledAt,
  )
  const unready = eventsOf(lifetime, 'probe').find(
    ({ probe, isSuccess, at }) => probe === 'ready' && !isSuccess && at >= signalledAt,
  )
  return Math.min(
    (listenerClosed?.at ?? Infinity) + wireDelayMs,
    (unready?.at ?? Infinity) + wireDelayMs,
    ...told.map(({ at, firstByteAt }) => firstByteAt ?? at),
  )
}

function isOverKept({ load, protocol, outcome }: RequestEvent): boolean {
  return load === 'keep-alive' && protocol === 'http/1.1' && outcome === 'answered'
}

function wasTold(request: RequestEvent, { lifetime }: StoppedLifetime): boolean {
  if (request.saidClose) return true
  return eventsOf(lifetime, 'connection').some(
    ({ id, what, by, at }) =>
      id === request.connection &&
      what === 'closed' &&
      by === 'service' &&
      at >= request.at &&
      at - request.at <= CLOSE_FOLLOWS_MS,
  )
}
